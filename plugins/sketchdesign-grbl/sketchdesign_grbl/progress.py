"""Which of the lines that GRBL took have been executed."""

from __future__ import annotations

from collections import deque

SEGMENTS_S = 0.08
"""GRBL takes a block off its planner when it has cut the last of it into steps, which wait up to some 60 ms more."""


class Progress:
    """Lines and the things that they belong to, in the order in which they were sent."""

    def __init__(self) -> None:
        self._things: deque[int] = deque()
        self._syncs: deque[int] = deque()
        self._seen: deque[tuple[float, int]] = deque()
        self._done = 0

    def add(self, last_line: int, *, is_sync: bool) -> None:
        """A thing to be done, which ends with a line. The answer to a sync tells that all has been executed."""
        self._things.append(last_line)
        if is_sync:
            self._syncs.append(last_line)

    def note_answers(self, answered: int) -> None:
        """So many lines have been answered."""
        while self._syncs and self._syncs[0] <= answered:
            self._finish(self._syncs.popleft())

    def note_report(self, now_s: float, answered: int, blocks: int, *, at_rest: bool) -> None:
        """A report came: so many blocks were in the planner when so many lines had been answered."""
        self.note_answers(answered)
        if at_rest and blocks == 0:
            self._finish(answered)
        self._seen.append((now_s, answered - blocks))
        while self._seen and self._seen[0][0] <= now_s - SEGMENTS_S:
            self._finish(self._seen.popleft()[1])

    @property
    def outstanding(self) -> int:
        """Things not finished, as far as is known."""
        return len(self._things)

    def _finish(self, line: int) -> None:
        self._done = max(self._done, line)
        while self._things and self._things[0] <= self._done:
            self._things.popleft()
