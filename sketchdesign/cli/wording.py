"""Numbers in the sentences that commands end with."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """A number and its word, of which the plural ends in s unless it is given.

    >>> counted(1, "stroke"), counted(645, "stroke"), counted(0, "sketch", "sketches")
    ('1 stroke', '645 strokes', '0 sketches')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def roughly(seconds: float) -> str:
    """A time that is an estimate, in the unit that suits it.

    >>> roughly(4.2), roughly(441.9), roughly(9000)
    ('4 s', '7 min', '2 h 30 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"
