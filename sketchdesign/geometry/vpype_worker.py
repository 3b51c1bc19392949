"""vpype in a process of its own: its pipelines can neither be cancelled nor run in two threads of one process.

The process is started by the first pipeline and stays warm, for vpype takes half a second to import. Ending it is how
a pipeline is cancelled; the next one starts it anew. The two sides exchange JSON headers and raw float64/int64 arrays.
A script that uses it needs the usual ``if __name__ == "__main__":`` guard, and a frozen app
``multiprocessing.freeze_support()``.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import CancelledError, InputError, WorkerError
from sketchdesign.core.units import MM_PER_UNIT

MM_PER_PX = MM_PER_UNIT["px"]

_FILE_COMMANDS = frozenset({"read", "write", "show", "script", "forfile", "gread", "gwrite"})
"""They touch files, run Python or open windows: not for pipelines, which come along in the recipes of drawings."""

_POLL_S = 0.02
_STOP_S = 5.0


class VpypeWorker:
    """Runs vpype pipelines, one at a time, from any thread. Use it as a context manager or call `close`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process, so that it warms up while other work is done; does nothing where it runs or is busy."""
        if self._lock.acquire(blocking=False):
            try:
                self._connected()
            finally:
                self._lock.release()

    def run(
        self,
        layers: Sequence[Strokes],
        pipeline: str,
        *,
        timeout_s: float = 300.0,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Strokes]:
        """Send layers of strokes through a pipeline such as ``"linemerge --tolerance 0.1mm linesort"``.

        Layers are numbered from 1 in vpype; those that end up empty stay in their place. A stroke of one point, which
        vpype does not know, travels as two coincident ones and comes back as one. Random numbers inside vpype have a
        fixed seed, so the same input gives the same output.

        Args:
            layers: strokes in mm.
            pipeline: vpype commands with their options, without those that read or write files.
            timeout_s: seconds after which the process is ended, its start included.
            cancelled: asked many times a second; True ends the process.

        Returns:
            As many layers, in mm, exact to 1e-9 mm where the pipeline does not move points.

        Raises:
            InputError: vpype does not accept the pipeline, or it puts strokes on a layer that does not exist.
            CancelledError: ``cancelled`` returned True.
            WorkerError: the process died or ran out of time.
        """
        _check_pipeline(pipeline)
        deadline = time.monotonic() + timeout_s
        while not self._lock.acquire(timeout=_POLL_S):
            _check_time(deadline, cancelled)
        try:
            return self._exchange(layers, pipeline, deadline, cancelled)
        except InputError:
            raise
        except (EOFError, OSError) as error:
            self._stop()
            raise WorkerError(
                "the vpype process ended unexpectedly",
                hint="try again, and if it happens again try fewer strokes or a simpler pipeline",
            ) from error
        except BaseException:
            # Whatever it was doing is no longer wanted, and its answer must not meet the next question.
            self._stop()
            raise
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process; a pipeline that runs in another thread fails with `WorkerError`."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _exchange(
        self, layers: Sequence[Strokes], pipeline: str, deadline: float, cancelled: Callable[[], bool] | None
    ) -> list[Strokes]:
        connection = self._connected()
        if not self._ready:
            _wait(connection, deadline, cancelled)
            _receive(connection)
            self._ready = True
        _send(connection, {"pipeline": pipeline}, layers)
        _wait(connection, deadline, cancelled)
        answer, routed = _receive(connection)
        if "faulty" in answer:
            raise InputError(f"vpype does not accept the pipeline {pipeline!r}: {answer['faulty']}")
        return routed

    def _connected(self) -> Connection:
        """The way to a living process, started where there is none."""
        if self._connection is not None and self._process is not None and self._process.is_alive():
            return self._connection
        self._stop()
        _open_standard_streams()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), name="sketchdesign-vpype", daemon=True)
        with _interrupts_held_back():
            process.start()
            self._connection, self._process, self._ready = ours, process, False
        theirs.close()
        return ours

    def _stop(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.join(_STOP_S)


def _check_pipeline(pipeline: str) -> None:
    try:
        words = shlex.split(pipeline)
    except ValueError as error:
        raise InputError(f"the pipeline {pipeline!r} has an unfinished quote or escape") from error
    if not words:
        raise InputError("the vpype pipeline is empty", hint="write commands such as 'linemerge linesort'")
    unwanted = next((word for word in words if word in _FILE_COMMANDS), None)
    if unwanted is not None:
        raise InputError(
            f"the vpype command {unwanted!r} cannot be used in a pipeline",
            hint="use commands that change strokes, such as linemerge, linesimplify or linesort",
        )


def _check_time(deadline: float, cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise CancelledError
    if time.monotonic() > deadline:
        raise WorkerError("vpype took too long and was stopped", hint="allow more time or choose a simpler pipeline")


def _wait(connection: Connection, deadline: float, cancelled: Callable[[], bool] | None) -> None:
    while not connection.poll(_POLL_S):
        _check_time(deadline, cancelled)


def _open_standard_streams() -> None:
    """Give descriptors 0 to 2 to the null device where they are closed, lest a pipe to the process take their place."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= 2:
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Put off Ctrl-C while a process starts: half started, it would write a traceback.

    The process itself is born with the signal blocked, because it cannot ignore it before it has imported this module.
    """
    held: list[int] = []
    handler = None
    if threading.current_thread() is threading.main_thread():
        handler = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        if sys.platform == "win32":
            yield
        else:
            resource_tracker.ensure_running()  # or it would unblock the signal when it starts
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                yield
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    finally:
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        if held:
            signal.raise_signal(signal.SIGINT)


def _send(connection: Connection, header: dict[str, Any], layers: Sequence[Strokes] = ()) -> None:
    connection.send_bytes(json.dumps(header | {"layers": len(layers)}).encode())
    for strokes in layers:
        connection.send_bytes(strokes.points.tobytes())
        connection.send_bytes(strokes.offsets.tobytes())


def _receive(connection: Connection) -> tuple[dict[str, Any], list[Strokes]]:
    """One message; the sender's `WorkerError`, if that is what it holds, is raised here."""
    header = json.loads(connection.recv_bytes())
    if "failed" in header:
        raise WorkerError(f"vpype failed: {header['failed']}", hint="try another pipeline")
    layers = []
    for _ in range(header["layers"]):
        points = np.frombuffer(connection.recv_bytes(), np.float64).reshape(-1, 2)
        layers.append(Strokes(points, np.frombuffer(connection.recv_bytes(), np.int64)))
    return header, layers


# What follows runs in the process.


def serve(connection: Connection) -> None:
    """The life of the process: answer pipelines until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _silence()
    with suppress(EOFError, OSError):
        try:
            import vpype_cli  # noqa: F401
        except Exception as error:
            _send(connection, {"failed": _sentence(f"it cannot be imported: {error}")})
            return
        _send(connection, {"ready": True})
        while True:
            header, layers = _receive(connection)
            _answer(connection, header["pipeline"], layers)


def _answer(connection: Connection, pipeline: str, layers: list[Strokes]) -> None:
    import click

    try:
        result = _execute(pipeline, layers)
    except (InputError, click.ClickException) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        # A last option without its value swallows the command that vpype itself adds at the end.
        message = "the last option lacks its value" if "vsketchoutput" in message else message
        _send(connection, {"faulty": _sentence(message)})
    except Exception as error:
        _send(connection, {"failed": _sentence(str(error) or type(error).__name__)})
    else:
        _send(connection, {}, result)


def _execute(pipeline: str, layers: list[Strokes]) -> list[Strokes]:
    import vpype
    import vpype_cli

    document = vpype.Document(page_size=(1.0, 1.0))
    for number, strokes in enumerate(layers, 1):
        document.add(vpype.LineCollection(_to_lines(strokes)), number)
    routed = vpype_cli.execute(pipeline, document, "--seed 0")
    if routed.page_size is None:
        raise InputError("its last command lacks a value or only asks for help")
    beyond = [number for number, lines in routed.layers.items() if not 1 <= number <= len(layers) and len(lines)]
    if beyond:
        raise InputError(f"it puts strokes on layer {beyond[0]}, but the drawing has {len(layers)}")
    return [
        _from_lines(routed.layers[number].lines) if number in routed.layers else Strokes.empty()
        for number in range(1, len(layers) + 1)
    ]


def _to_lines(strokes: Strokes) -> list[NDArray[np.complex128]]:
    """vpype's polylines: complex numbers in CSS pixels."""
    pixels = (strokes.points / MM_PER_PX).view(np.complex128).ravel()
    lines = np.split(pixels, strokes.offsets[1:-1]) if len(strokes) else []
    return [line if len(line) > 1 else np.repeat(line, 2) for line in lines]


def _from_lines(lines: Sequence[NDArray[np.complex128]]) -> Strokes:
    kept = [line[:1] if len(line) == 2 and line[0] == line[1] else line for line in lines]
    if not kept:
        return Strokes.empty()
    points = np.concatenate(kept).view(np.float64).reshape(-1, 2) * MM_PER_PX
    return Strokes(points, np.cumsum([0] + [len(line) for line in kept]))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _silence() -> None:
    """Send whatever vpype prints or logs nowhere: standard output belongs to the command line's own results."""
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    os.dup2(nowhere.fileno(), 1)
    os.dup2(nowhere.fileno(), 2)
    sys.stdout = sys.stderr = nowhere


def _sentence(message: str) -> str:
    """The first line of a message, fit to stand after a colon."""
    line = message.strip().splitlines()[0].rstrip(".") if message.strip() else "no reason given"
    return line[:1].lower() + line[1:]
