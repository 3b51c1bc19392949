"""The recurrent cells, and the hand-written LSTM scan against plain autograd."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sketchdesign.model.architecture import CellKind
from sketchdesign.model.cells import Cell, LSTMCell, make_cell
from sketchdesign.model.scan import lstm_library, lstm_scan

STEPS, BATCH, STROKE, CONSTANT, HIDDEN = 7, 3, 5, 4, 6
KINDS: tuple[CellKind, ...] = ("lstm", "layer_norm", "hyper")


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def random_cell(kind: CellKind) -> Cell:
    """In double precision, with no parameter at its special initial value."""
    cell = make_cell(kind, STROKE, CONSTANT, HIDDEN, hyper_size=5, hyper_embedding=2).double()
    for seed, parameter in enumerate(cell.parameters()):
        parameter.data = 0.5 * random(*parameter.shape, seed=seed)
    return cell


def dropout(keep: float = 0.6) -> Tensor:
    return (random(STEPS, BATCH, HIDDEN, seed=99).abs() < keep).double() / keep


def run_stepwise(
    cell: Cell, xs: Tensor, state: Tensor, constant: Tensor | None, drop: Tensor | None
) -> tuple[Tensor, Tensor]:
    return Cell.run(cell, xs, state, cell.context(constant), drop)


@pytest.mark.parametrize("with_dropout", [False, True])
@pytest.mark.parametrize("with_constant", [False, True])
def test_the_scan_equals_the_steps_in_values_and_gradients(with_dropout: bool, with_constant: bool) -> None:
    cell = random_cell("lstm")
    assert isinstance(cell, LSTMCell)
    drop = dropout() if with_dropout else None
    xs = random(STEPS, BATCH, STROKE, seed=20)
    state = random(BATCH, cell.state_size, seed=21).requires_grad_()
    constant = random(BATCH, CONSTANT, seed=22).requires_grad_() if with_constant else None
    leaves = [*cell.parameters(), state, *([] if constant is None else [constant])]
    weights = (random(STEPS, BATCH, HIDDEN, seed=23), random(BATCH, cell.state_size, seed=24))

    stepwise = run_stepwise(cell, xs, state, constant, drop)
    scanned = cell.run(xs, state, cell.context(constant), drop, matmul_dtype=torch.float64)

    for ours, expected in zip(scanned, stepwise, strict=True):
        torch.testing.assert_close(ours, expected)
    gradients = [torch.autograd.grad(result, leaves, weights) for result in (scanned, stepwise)]
    for ours, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, expected)


def test_the_scan_passes_the_numerical_gradient_check() -> None:
    xs, drop = random(3, 2, STROKE, seed=30), dropout()[:3, :2]

    def outputs(w_x: Tensor, context: Tensor, w_h: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        return lstm_scan(xs, w_x, context, w_h, h, c, drop, matmul_dtype=torch.float64)

    shapes = [(STROKE, 4 * HIDDEN), (2, 4 * HIDDEN), (HIDDEN, 4 * HIDDEN), (2, HIDDEN), (2, HIDDEN)]
    leaves = [random(*shape, seed=31 + n).requires_grad_() for n, shape in enumerate(shapes)]
    assert torch.autograd.gradcheck(outputs, leaves)


@pytest.mark.parametrize("with_constant", [False, True])
def test_the_library_equals_the_scan_in_values_and_gradients(with_constant: bool) -> None:
    """The path that a GPU takes, with its order of gates and its way of feeding constants, on the CPU."""
    cell = random_cell("lstm").float()
    assert isinstance(cell, LSTMCell)
    xs = random(STEPS, BATCH, STROKE, seed=70).float()
    state = random(BATCH, cell.state_size, seed=71).float().requires_grad_()
    constant = random(BATCH, CONSTANT, seed=72).float().requires_grad_() if with_constant else None
    if constant is None:
        cell.w_x = torch.nn.Parameter(cell.w_x[:STROKE].detach())
    c, h = state.chunk(2, dim=1)
    context = cell.context(constant)
    scanned = lstm_scan(xs, cell.w_x[:STROKE], context[0].expand(BATCH, -1), cell.w_h, h, c)
    library = lstm_library(xs, constant, cell.w_x, cell.context(None)[0], cell.w_h, h, c)

    leaves = [*cell.parameters(), state, *([] if constant is None else [constant])]
    weights = (random(STEPS, BATCH, HIDDEN, seed=73).float(), random(BATCH, HIDDEN, seed=74).float())
    for ours, expected in zip(library, scanned, strict=True):
        torch.testing.assert_close(ours, expected, atol=1e-5, rtol=1e-5)
    gradients = [torch.autograd.grad(result, leaves, weights) for result in (library, scanned)]
    for ours, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("with_dropout", [False, True])
def test_a_gpu_computes_the_same(kind: CellKind, with_dropout: bool) -> None:
    cell = random_cell(kind).float()
    xs, constant = random(STEPS, BATCH, STROKE, seed=75).float(), random(BATCH, CONSTANT, seed=76).float()
    state = random(BATCH, cell.state_size, seed=77).float()
    drop = dropout().float() if with_dropout else None
    expected = cell.run(xs, state, cell.context(constant), drop)
    cell.cuda()
    drop = None if drop is None else drop.cuda()
    found = cell.run(xs.cuda(), state.cuda(), cell.context(constant.cuda()), drop)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours.cpu(), theirs, atol=2e-3, rtol=2e-3)


@pytest.mark.parametrize("kind", ["layer_norm", "hyper"])
def test_stepwise_cells_multiply_in_bfloat16_on_request(kind: CellKind) -> None:
    cell = random_cell(kind).float()
    xs, context = random(STEPS, BATCH, STROKE, seed=80).float(), cell.context(torch.zeros(BATCH, CONSTANT))
    state = torch.zeros(BATCH, cell.state_size, requires_grad=True)
    exact, _ = cell.run(xs, state, context)
    coarse, final = cell.run(xs, state, context, matmul_dtype=torch.bfloat16)
    (gradient,) = torch.autograd.grad(coarse.sum(), [state])
    assert torch.isfinite(gradient).all()
    assert coarse.dtype == final.dtype == torch.float32
    torch.testing.assert_close(coarse, exact, atol=0.1, rtol=0.1)
    assert not torch.equal(coarse, exact)


def test_bfloat16_products_keep_a_float32_state() -> None:
    cell = random_cell("lstm").float()
    xs, state = random(STEPS, BATCH, STROKE, seed=40).float(), torch.zeros(BATCH, cell.state_size)
    exact, _ = cell.run(xs, state, cell.context(torch.zeros(BATCH, CONSTANT)))
    coarse, _ = cell.run(xs, state, cell.context(torch.zeros(BATCH, CONSTANT)), matmul_dtype=torch.bfloat16)
    assert coarse.dtype == torch.float32
    torch.testing.assert_close(coarse, exact, atol=0.05, rtol=0.05)
    assert not torch.equal(coarse, exact)


@pytest.mark.parametrize("kind", KINDS)
def test_the_constant_input_is_an_input_like_any_other(kind: CellKind) -> None:
    """Projecting z once gives what feeding it at every step gives."""
    cell = random_cell(kind)
    joint = make_cell(kind, STROKE + CONSTANT, 0, HIDDEN, hyper_size=5, hyper_embedding=2).double()
    weights = dict(cell.state_dict())
    if kind == "hyper":
        stroke, hidden, constant_rows = weights["hyper.w_x"].split([STROKE, HIDDEN, CONSTANT])
        weights["hyper.w_x"] = torch.cat([stroke, constant_rows, hidden])
    joint.load_state_dict(weights)
    xs, constant = random(STEPS, BATCH, STROKE, seed=50), random(BATCH, CONSTANT, seed=51)
    state = random(BATCH, cell.state_size, seed=52)
    expected = run_stepwise(joint, torch.cat([xs, constant.expand(STEPS, -1, -1)], dim=2), state, None, None)
    for ours, theirs in zip(run_stepwise(cell, xs, state, constant, None), expected, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_of_everything_keeps_new_values_out_of_the_cell(kind: CellKind) -> None:
    """With the candidate dropped at every step, a cell that starts at zero stays at zero."""
    cell = random_cell(kind)
    xs, constant = random(STEPS, BATCH, STROKE, seed=60), random(BATCH, CONSTANT, seed=61)
    nothing = torch.zeros(STEPS, BATCH, HIDDEN, dtype=torch.float64)
    _, state = run_stepwise(cell, xs, torch.zeros(BATCH, cell.state_size).double(), constant, nothing)
    c = {"lstm": state[:, :HIDDEN], "layer_norm": state[:, HIDDEN:], "hyper": state[:, HIDDEN + 5 : -5]}[kind]
    assert torch.equal(c, torch.zeros_like(c))
