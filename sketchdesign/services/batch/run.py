"""Batches: a recipe's whole matrix made into files, which can be stopped at any moment and gone on with."""

from __future__ import annotations

import re
import shutil
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sketchdesign.core.errors import InputError, OutputError
from sketchdesign.core.files import check_writable
from sketchdesign.core.locks import lock
from sketchdesign.services.batch.contact import remove_contact_sheets, write_contact_sheets
from sketchdesign.services.batch.crew import Crew
from sketchdesign.services.batch.items import Digests, Order, holds, orders_of
from sketchdesign.services.batch.making import make
from sketchdesign.services.batch.manifest import MANIFEST_NAME, Entry, Manifest, read_manifest
from sketchdesign.services.batch.recipe import Item, Recipe
from sketchdesign.services.jobs import Progress, Work

_UNFINISHED = re.compile(r"\..+\.part")
_LOCK = ".batch.part"
"""Locked by the batch that is at work; called like what is unfinished, for so it is while the file is there."""

_LOOK_UP_S = 0.2


@dataclass(frozen=True)
class Plan:
    """What a batch has before it.

    Attributes:
        recipe: what is asked for.
        folder: where the files go.
        contents: the digest of each item, by its name.
        kept: entries of an earlier run that need no more work.
        seconds: what an item took in that run, on the average; None if there was none.
    """

    recipe: Recipe
    folder: Path
    contents: dict[str, str]
    kept: dict[str, Entry]
    seconds: float | None

    @property
    def waiting(self) -> list[Item]:
        """The items that are still to be made."""
        return [item for item in self.recipe.items if item.name not in self.kept]

    @property
    def skipped(self) -> int:
        return len(self.recipe.items) - len(self.waiting)


@dataclass(frozen=True)
class BatchReport:
    """What became of a batch.

    Attributes:
        items, done, skipped: how many there are, were made now, and had been made before.
        failed: the entries of those that could not be made.
        contact: the contact sheets.
        seconds: how long it took.
    """

    items: int
    done: int
    skipped: int
    failed: tuple[Entry, ...]
    contact: tuple[Path, ...]
    seconds: float


def plan_batch(recipe: Recipe, folder: Path, *, resume: bool = False) -> Plan:
    """Find out what a batch would do; writes nothing.

    Args:
        recipe: what is asked for.
        folder: where the files go; it may be missing.
        resume: go on with what is in the folder.

    Raises:
        InputError: a model or file of the recipe is missing, or the folder holds something else, such as the files of
            another recipe.
        OutputError: the folder cannot be used.
    """
    digests = Digests(recipe.folder)
    contents = {item.name: digests.of(item) for item in recipe.items}
    if not _is_begun(folder, resume=resume):
        return Plan(recipe, folder, contents, {}, None)
    earlier = read_manifest(folder)
    _check_same_batch(folder, recipe, earlier)
    others = {name: entry for name, entry in earlier.items() if name not in contents}
    finished = {
        name: entry for name, entry in earlier.items() if name in contents and holds(entry, contents[name], folder)
    }
    times = [entry.seconds for entry in earlier.values() if entry.sha256]
    return Plan(recipe, folder, contents, others | finished, sum(times) / len(times) if times else None)


def _is_begun(folder: Path, *, resume: bool) -> bool:
    """Whether a folder holds a batch to go on with."""
    try:
        if not folder.exists():
            check_writable(folder)
            return False
        if not folder.is_dir():
            raise InputError(f"{folder} is a file", hint="name another folder with --out")
        names = {path.name for path in folder.iterdir() if not _UNFINISHED.fullmatch(path.name)}
    except OSError as error:
        raise _unusable(folder, error) from error
    if not names:
        return False
    if MANIFEST_NAME not in names:
        raise InputError(f"{folder} holds other files and no batch", hint="name a new folder with --out")
    if not resume:
        raise InputError(
            f"{folder} holds a batch already", hint="go on with it by --resume, or name a new folder with --out"
        )
    return True


def _check_same_batch(folder: Path, recipe: Recipe, earlier: Mapping[str, Entry]) -> None:
    """Refuse to mix the files of two recipes.

    One that was edited since is known by its name, and by what it still makes.
    """
    others = sorted({entry.recipe for entry in earlier.values()} - {"", recipe.name})
    if others:
        raise InputError(
            f"{folder} holds the batch of {others[0]}, not of {recipe.name}",
            hint="name a new folder with --out, or go on with that recipe",
        )
    if earlier and not any(item.name in earlier for item in recipe.items):
        raise InputError(
            f"{folder} holds another batch: {recipe.name} makes none of its {len(earlier)} files",
            hint="name a new folder with --out",
        )


def run_batch(plan: Plan, crew: Crew, *, device: str = "auto", threads: int = 1) -> Work[BatchReport]:
    """Make the items that are waiting. The files do not depend on the crew, nor on the order in which it works.

    Closing it finishes and records what is being made, and nothing more; so does an interrupt, and a second one leaves
    that undone, too. `plan_batch` finds what is left.

    Args:
        plan: what to do.
        crew: who does it.
        device, threads: where and how each of them computes, see `GenerateSettings`.

    Raises:
        OutputError: the folder cannot be written.
        InputError: another program is filling it.
    """
    started = time.perf_counter()
    with _alone_in(plan.folder):
        made, contact = yield from _run(plan, crew, device, threads)
    failed = tuple(entry for entry in made if entry.error)
    return BatchReport(
        len(plan.recipe.items),
        len(made) - len(failed),
        plan.skipped,
        failed,
        contact,
        time.perf_counter() - started,
    )


def _run(plan: Plan, crew: Crew, device: str, threads: int) -> Work[tuple[list[Entry], tuple[Path, ...]]]:
    """What was made, and the contact sheets."""
    _prepare(plan.folder)
    waiting = [(item, plan.contents[item.name]) for item in plan.waiting]
    orders = orders_of(waiting, plan.recipe, plan.folder.resolve(), device, threads)
    if orders:
        remove_contact_sheets(plan.folder)
    with Manifest(plan.folder, plan.kept.values()) as manifest:
        made = yield from _Shift(orders, crew, manifest, plan.recipe.name).work()
    return made, (yield from write_contact_sheets(plan.folder, plan.recipe))


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Make the folder, and keep other batches out of it."""
    path = folder / _LOCK
    try:
        folder.mkdir(exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise _unusable(folder, error) from error
    with file:
        if not lock(file):
            raise InputError(f"another batch is filling {folder}", hint="wait for it, or name a new folder with --out")
        try:
            yield
        finally:
            # Windows removes no file that is open; it may as well stay.
            with suppress(PermissionError):
                path.unlink(missing_ok=True)


def _prepare(folder: Path) -> None:
    """Clear away what a killed batch has left half-written."""
    try:
        for path in folder.iterdir():
            if _UNFINISHED.fullmatch(path.name) and path.name != _LOCK:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError as error:
        raise _unusable(folder, error) from error


def _unusable(folder: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"cannot use {folder}: {reason}", hint="name another folder with --out")


class _Shift:
    """Orders on their way through the hands of a crew."""

    def __init__(self, orders: list[Order], crew: Crew, manifest: Manifest, recipe_name: str) -> None:
        self._waiting = deque(orders)
        self._suspects: deque[Order] = deque()
        self._running: dict[Future[list[Entry]], Order] = {}
        self._total = sum(len(order.contents) for order in orders)
        self._entries: list[Entry] = []
        self._crew = crew
        self._manifest = manifest
        self._recipe_name = recipe_name

    def work(self) -> Work[list[Entry]]:
        """Have all orders made; the entries are in the order in which they were finished."""
        if not self._waiting:
            return self._entries
        executor = self._crew.hire()
        try:
            while self._waiting or self._suspects or self._running:
                try:
                    self._hand_out(executor)
                    self._collect()
                except BrokenExecutor:
                    self._suspect_all()
                    executor.shutdown()
                    executor = self._crew.hire()
                yield Progress(len(self._entries), self._total, "files")
        except BaseException:
            try:
                self._finish_running()
            finally:
                executor.shutdown(wait=False, cancel_futures=True)
            raise
        executor.shutdown()
        return self._entries

    def _hand_out(self, executor: Executor) -> None:
        """Keep everybody busy; but what is under suspicion is made alone, so that it shows which of it is fatal."""
        queue, most = (self._suspects, 1) if self._suspects else (self._waiting, self._crew.size)
        while queue and len(self._running) < most:
            future = executor.submit(make, queue[0])
            self._running[future] = queue.popleft()

    def _collect(self) -> None:
        """Record what is finished. Raises `BrokenExecutor` when a worker has died."""
        finished, _ = wait(self._running, _LOOK_UP_S, FIRST_COMPLETED)
        for future in finished:
            try:
                entries = [_seen(entry, self._running[future].target) for entry in future.result()]
            except BrokenExecutor:
                raise
            except Exception as error:  # of a cluster that has lost workers, or cannot use our code
                entries = _failed(self._running[future], f"the cluster failed: {type(error).__name__}: {error}")
            del self._running[future]
            self._record(entries)

    def _suspect_all(self) -> None:
        """A worker has died, and with it the executor: one of the orders in work was too much for it."""
        orders = list(self._running.values())
        self._running.clear()
        if len(orders) == 1:
            self._record(_failed(orders[0], "the process that made it died: perhaps there is too little memory"))
        else:
            self._suspects.extend(orders)

    def _finish_running(self) -> None:
        for future in wait(self._running).done:
            with suppress(Exception):
                self._record(future.result())

    def _record(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._manifest.append(replace(entry, recipe=self._recipe_name))
        self._entries += entries


def _seen(entry: Entry, folder: Path) -> Entry:
    """The entry, if its file is where it should be: workers of a cluster may have another disk of the same name."""
    if not entry.sha256 or (folder / entry.name).is_file():
        return entry
    return Entry(entry.name, entry.content, error=f"it was written to {folder} of another computer; share that folder")


def _failed(order: Order, error: str) -> list[Entry]:
    return [Entry(name, content, error=error) for name, content in order.contents.items()]
