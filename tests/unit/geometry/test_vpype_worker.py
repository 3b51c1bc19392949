from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import sketchdesign
from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import CancelledError, InputError, WorkerError
from sketchdesign.geometry.vpype_worker import VpypeWorker

SQUARE = [[10.0, 10.0], [20.0, 10.0], [20.0, 20.0], [10.0, 20.0], [10.0, 10.0]]
SLOW = "linesort --two-opt"


def scribbles(count: int, seed: int = 0) -> Strokes:
    rng = np.random.default_rng(seed)
    return Strokes.from_polylines(rng.uniform(0, 200, 2) + rng.normal(0, 2, (5, 2)) for _ in range(count))


def test_strokes_come_back_exactly_where_nothing_is_asked_of_them(worker: VpypeWorker) -> None:
    strokes = Strokes.concatenate([scribbles(50), Strokes.from_polylines([SQUARE, [[3.0, 4.0]]])])
    (back,) = worker.run([strokes], "stat")
    np.testing.assert_array_equal(back.offsets, strokes.offsets)
    np.testing.assert_allclose(back.points, strokes.points, rtol=0, atol=1e-9)


def test_layers_keep_their_number_and_order_even_when_empty(worker: VpypeWorker) -> None:
    back = worker.run([Strokes.empty(), scribbles(3), Strokes.empty(), scribbles(2)], "linesort")
    assert [len(strokes) for strokes in back] == [0, 3, 0, 2]
    assert [len(strokes) for strokes in worker.run([scribbles(2), scribbles(3)], "ldelete 1")] == [0, 3]
    assert worker.run([], "linesort") == []


def test_lengths_are_millimetres(worker: VpypeWorker) -> None:
    (moved,) = worker.run([Strokes.from_polylines([SQUARE])], "translate 5mm 2.5mm")
    np.testing.assert_allclose(moved.points, np.add(SQUARE, [5.0, 2.5]), atol=1e-9)


def test_a_closed_stroke_stays_closed(worker: VpypeWorker) -> None:
    (turned,) = worker.run([Strokes.from_polylines([SQUARE])], "reloop")
    assert np.array_equal(turned.points[0], turned.points[-1])


def test_random_commands_repeat(worker: VpypeWorker) -> None:
    strokes = scribbles(30)
    assert worker.run([strokes], "lineshuffle") == worker.run([strokes], "lineshuffle")
    assert worker.run([strokes], "lineshuffle") != [strokes]


@pytest.mark.parametrize(
    ("pipeline", "reason"),
    [
        ("linesrt", "no such command 'linesrt'"),
        ("linemerge --nope", "no such option '--nope'"),
        ("linemerge --tolerance soon", "cannot convert value 'soon'"),
        ("linemerge --tolerance", "the last option lacks its value"),
        ("linemerge --help", "only asks for help"),
        ("begin", "must always follow 'begin'"),
        ("lmove 1 7", "layer 7, but the drawing has 1"),
        ("linemerge 'half", "unfinished quote"),
        ("  ", "empty"),
        ("read in.svg", "'read' cannot be used"),
        ("linesort write out.svg", "'write' cannot be used"),
    ],
)
def test_a_faulty_pipeline_is_explained_in_a_sentence(worker: VpypeWorker, pipeline: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        worker.run([scribbles(2)], pipeline)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_faulty_pipeline_leaves_the_process_warm(worker: VpypeWorker) -> None:
    worker.run([scribbles(2)], "linesort")
    process = worker._process
    with pytest.raises(InputError):
        worker.run([scribbles(2)], "linesrt")
    worker.run([scribbles(2)], "linesort")
    assert worker._process is process


def test_cancel_ends_the_process_quickly_and_the_next_pipeline_runs(worker: VpypeWorker) -> None:
    worker.run([scribbles(2)], "linesort")
    began = time.monotonic()
    with pytest.raises(CancelledError):
        worker.run([scribbles(20_000)], SLOW, cancelled=lambda: time.monotonic() - began > 0.3)
    assert time.monotonic() - began < 3.0
    assert len(worker.run([scribbles(5)], "linesort")[0]) == 5


def test_time_out(worker: VpypeWorker) -> None:
    with pytest.raises(WorkerError, match="too long"):
        worker.run([scribbles(20_000)], SLOW, timeout_s=0.3)
    assert len(worker.run([scribbles(5)], "linesort")[0]) == 5


def test_death_between_pipelines_is_not_noticed() -> None:
    with VpypeWorker() as worker:
        worker.run([scribbles(2)], "linesort")
        assert worker._process is not None
        worker._process.kill()
        worker._process.join(5.0)
        assert len(worker.run([scribbles(5)], "linesort")[0]) == 5


def test_death_in_the_middle_is_an_error() -> None:
    with VpypeWorker() as worker:
        worker.run([scribbles(2)], "linesort")
        assert worker._process is not None
        threading.Timer(0.3, worker._process.kill).start()
        with pytest.raises(WorkerError, match="ended unexpectedly"):
            worker.run([scribbles(20_000)], SLOW)


def test_threads_take_turns(worker: VpypeWorker) -> None:
    counts = list(range(1, 9))
    results: dict[int, int] = {}

    def run(count: int) -> None:
        results[count] = len(worker.run([scribbles(count)], "linesort")[0])

    threads = [threading.Thread(target=run, args=(count,)) for count in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {count: count for count in counts}


def test_start_warms_up_and_close_ends() -> None:
    worker = VpypeWorker()
    worker.close()
    worker.start()
    process = worker._process
    assert process is not None
    worker.run([scribbles(2)], "linesort")
    assert worker._process is process
    worker.close()
    assert process.exitcode is not None


SCRIPT = """
import os, signal, sys
from sketchdesign.core.drawing import Strokes
from sketchdesign.geometry.vpype_worker import VpypeWorker

if __name__ == "__main__":
    assert "vpype" not in sys.modules
    worker = VpypeWorker()
    strokes = Strokes.from_polylines([[[0, 0], [1, 1]]])
    assert len(worker.run([strokes], "stat")[0]) == 1
    assert "vpype" not in sys.modules
    print(worker._process.pid, flush=True)
    if sys.argv[1:] == ["die"]:
        os.kill(os.getpid(), signal.SIGKILL)
"""

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(sketchdesign.__file__).parents[1])}

posix = pytest.mark.skipif(sys.platform == "win32", reason="uses signals and descriptors of POSIX")


def is_running(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    if state.parent.parent.joinpath("self").exists():
        return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@posix
@pytest.mark.parametrize("end", ["exit", "die"])
def test_no_orphan_stays_behind(tmp_path: Path, end: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-W", "error", str(script), end]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == (0 if end == "exit" else -signal.SIGKILL), done.stderr
    assert done.stderr == ""
    deadline = time.monotonic() + 5.0
    while is_running(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(int(done.stdout))


@posix
def test_works_with_closed_standard_streams(tmp_path: Path) -> None:
    script, result = tmp_path / "script.py", tmp_path / "result"
    script.write_text(SCRIPT.replace("print(worker._process.pid, flush=True)", f"open({str(result)!r}, 'w').close()"))
    closing = ["sh", "-c", 'exec "$0" "$1" <&- >&- 2>&-']
    subprocess.run([*closing, sys.executable, str(script)], env=ENVIRONMENT, timeout=30, check=False)
    assert result.exists()


INTERRUPTED = """
    try:
        import numpy as np
        many = Strokes.from_polylines(np.random.default_rng(0).uniform(0, 200, (20000, 2, 2)))
        worker.run([many], "linesort --two-opt")
    except KeyboardInterrupt:
        sys.exit(130)
"""


@posix
def test_interrupt_reaches_the_caller_only(tmp_path: Path) -> None:
    """Ctrl-C goes to the whole process group; the caller alone answers it."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + INTERRUPTED)
    with subprocess.Popen(
        [sys.executable, str(script)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "")
    assert not is_running(pid)
