"""The one tree of errors that a person may see.

Each says what was wrong, where, and (in ``hint``) what to do about it. The command line prints it as
one sentence and exits with 2; the app shows it in its message bar. A traceback is a bug.
"""

from __future__ import annotations


class SketchDesignError(Exception):
    """Base of every error with a message meant for a person.

    Args:
        what: what was wrong and where, without a full stop at the end.
        hint: what to do about it, as the second half of the sentence.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}; {self.hint}" if self.hint else self.what


class InputError(SketchDesignError):
    """A value, an option or a file given by the user cannot be used."""


class CheckpointError(InputError):
    """A model file is damaged, incomplete or not a model at all."""


class SketchFormatError(InputError):
    """A file or an array of sketches does not follow its format."""


class OutputError(SketchDesignError):
    """A file could not be written; the old file, if any, is untouched."""


class WorkerError(SketchDesignError):
    """A worker process failed, died or ran out of time."""


class PlotterError(SketchDesignError):
    """A plotter could not be opened, or does not do what it was asked."""


class PortLostError(PlotterError):
    """The plotter vanished from its port: unplugged, switched off or blocked."""


class PluginError(SketchDesignError):
    """A plugin could not be loaded, or failed while it ran."""


class CancelledError(SketchDesignError):
    """The user stopped the job. Nothing half-finished is left behind."""

    def __init__(self, what: str = "cancelled") -> None:
        super().__init__(what)
