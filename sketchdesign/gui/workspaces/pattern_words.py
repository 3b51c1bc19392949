"""What is known of a pattern, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sketchdesign.gui.i18n import tr
from sketchdesign.gui.quantities import counted, written

if TYPE_CHECKING:
    from sketchdesign.services.project.pattern import Checked


def verdict(checked: Checked, *, in_full: bool) -> str:
    """What the croquis check found, by its score or ``in_full``."""
    croquis = checked.croquis
    words = tr("croquis {score}").format(score=percent(croquis.score))
    if not in_full:
        return words
    counts = (
        (croquis.holes, tr("1 hole"), tr("{count} holes")),
        (croquis.alleyways, tr("1 alleyway"), tr("{count} alleyways")),
        (croquis.line_ups, tr("1 line-up"), tr("{count} line-ups")),
        (croquis.crowds, tr("1 crowd"), tr("{count} crowds")),
    )
    found = [counted(len(faults), one, more) for faults, one, more in counts if faults]
    return f"{words}: {', '.join(found)}" if found else words


def percent(share: float) -> str:
    """A share from 0 to 1, in whole percents."""
    return written(100.0 * share, "%", 0)
