"""Plugins: features that packages announce by entry points, our own package among them.

Entry points are read when a plugin is asked for, and not before. One that cannot be loaded is listed with its
traceback and harms nothing else.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from traceback import format_exception
from typing import Any

from sketchdesign.core.errors import InputError, PluginError, SketchDesignError

NEEDED: dict[str, tuple[str, ...]] = {
    "generator": ("title", "Parameters", "generate"),
    "layout": ("title", "Parameters", "arrange"),
    "exporter": ("title", "endings", "Parameters", "render"),
    "importer": ("title", "endings", "read"),
    "plotter": ("title", "Parameters", "machine", "line", "connect"),
}
"""The kinds of plugins, each in the entry-point group ``sketchdesign.<kind>s``, and their members.

`sketchdesign.services.plugins.kinds` says what the members do.
"""

OUR_DISTRIBUTION = "sketchdesign"

_TAKEN = frozenset({"help", "json", "verbose", "device", "threads", "output", "context"})
_TAKEN_BY: dict[str, frozenset[str]] = {
    "generator": frozenset({"seed", "dpi"}),
    "layout": frozenset({"sketches", "seed", "dpi", "page", "landscape", "count"}),
    "exporter": frozenset({"file"}),
    "plotter": frozenset(
        {
            *("file", "port", "driver", "machine", "servo", "pen-up", "pen-down"),
            *("dry-run", "preview", "resume", "home-confirmed", "whole-stroke", "restart", "journal"),
            *("layers", "clip", "turn", "speed", "travel-speed", "lift-delay", "drop-delay", "offset", "marks"),
            *("pause-between-layers", "copies", "reink"),
            *("right", "left", "down", "up", "here", "task"),
        }
    ),
}


@dataclass(frozen=True)
class Plugin:
    """One announced feature.

    Attributes:
        kind: a key of `NEEDED`.
        entry_point: where it lies; its name is the plugin's.
        rival: the package whose plugin of this kind and name comes first, and hides this one.
    """

    kind: str
    entry_point: EntryPoint
    rival: str = ""

    @property
    def name(self) -> str:
        return self.entry_point.name

    @property
    def distribution(self) -> str:
        """The installed package that it belongs to."""
        return self.entry_point.dist.name if self.entry_point.dist else ""

    @property
    def version(self) -> str:
        return self.entry_point.dist.version if self.entry_point.dist else ""

    @property
    def source(self) -> str:
        """The package with its version."""
        return f"{self.distribution} {self.version}".strip() or "an unknown package"

    @property
    def target(self) -> Any:
        """The plugin itself, of the protocol of its kind.

        Raises:
            PluginError: it cannot be loaded, or is not what its kind needs; the cause tells more.
        """
        target, failure = self._loaded
        if failure is not None:
            raise failure
        return target

    @property
    def error(self) -> str:
        """Why it cannot be loaded, as a sentence; "" for a plugin that works."""
        return str(self._loaded[1] or "")

    @property
    def traceback(self) -> str:
        """Where loading it failed; "" for a plugin that works."""
        failure = self._loaded[1]
        return "".join(format_exception(failure.__cause__)) if failure is not None else ""

    @cached_property
    def _loaded(self) -> tuple[Any, PluginError | None]:
        # A plugin that calls sys.exit when it is imported must not end the program either.
        try:
            if self.rival:
                raise InputError(f"{self.rival} has one of the same name")
            loaded = self.entry_point.load()
            target = loaded() if isinstance(loaded, type) else loaded
            _check(self.kind, target)
        except (Exception, SystemExit) as error:
            reason = str(error) or type(error).__name__
            failure = PluginError(
                f"the {self.kind} {self.name!r} of {self.source} cannot be loaded: {reason}",
                hint="update or uninstall it",
            )
            failure.__cause__ = error
            return None, failure
        return target, None

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Turns any error of the plugin's own code into a `PluginError` with its name.

        Raises:
            PluginError: within the block anything else than one of our own errors was raised.
        """
        try:
            yield
        except SketchDesignError:
            raise
        except Exception as error:
            raise PluginError(
                f"the {self.kind} {self.name!r} of {self.source} failed: {type(error).__name__}: {error}",
                hint="run it again with -v to see where, and tell its author",
            ) from error


def taken_names(kind: str) -> frozenset[str]:
    """Names, with hyphens, that the commands around a plugin of a kind need themselves: no parameter may have them."""
    return _TAKEN | _TAKEN_BY.get(kind, frozenset())


def find_plugins(kind: str) -> tuple[Plugin, ...]:
    """The plugins of one kind, ours first, none of them loaded."""
    found = [Plugin(kind, entry_point) for entry_point in entry_points(group=f"sketchdesign.{kind}s")]
    found.sort(key=lambda plugin: (plugin.distribution != OUR_DISTRIBUTION, plugin.distribution, plugin.name))
    first: dict[str, Plugin] = {}
    return tuple(
        plugin if first.setdefault(plugin.name, plugin) is plugin else replace(plugin, rival=first[plugin.name].source)
        for plugin in found
    )


def find_plugin(kind: str, name: str) -> Plugin:
    """The plugin of a kind with a name, not loaded.

    Raises:
        InputError: there is none.
    """
    known = {plugin.name: plugin for plugin in find_plugins(kind) if not plugin.rival}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f"did you mean {near[0]}? " if near else ""
        installed = f"there are {', '.join(known)}" if known else "none is installed"
        raise InputError(f"there is no {kind} called {name!r:.60}", hint=guess + installed)
    return known[name]


def for_ending(kind: str, path: Path) -> Plugin | None:
    """The exporter or importer for a path's ending, ours before others; None where there is none.

    Those that cannot be loaded are passed over.
    """
    ending = path.suffix.lower()
    return next((plugin for plugin in _working(kind) if ending in plugin.target.endings), None)


def known_endings(kind: str) -> list[str]:
    """Every ending that the exporters or importers at hand know."""
    return [ending for plugin in _working(kind) for ending in plugin.target.endings]


def _working(kind: str) -> Iterator[Plugin]:
    return (plugin for plugin in find_plugins(kind) if not plugin.error)


def _check(kind: str, target: Any) -> None:
    """Refuse what does not have the members of its kind, and parameters that cannot be shown."""
    missing = [member for member in NEEDED[kind] if not hasattr(target, member)]
    if missing:
        raise InputError(f"it is no {kind}, for it has no {' and no '.join(missing)}")
    if "Parameters" in NEEDED[kind]:
        from sketchdesign.services.parameters import parameter_fields

        fields = parameter_fields(target.Parameters)
        names = {name for field in fields for name in (field.option.removeprefix("--"), field.name.replace("_", "-"))}
        taken = sorted(names & taken_names(kind))
        if taken:
            raise InputError(f"its parameter {taken[0]!r} has the name of an option that every {kind} has")
    if "endings" in NEEDED[kind] and not all(e.startswith(".") and e == e.lower() for e in target.endings):
        raise InputError(f"its endings {target.endings!r} are not all in small letters after a dot")
