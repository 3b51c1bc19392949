"""The three recurrent cells of sketch-rnn, exactly as the reference computes them (Magenta ``rnn.py``).

Weights are stored ``[in, out]`` with gate blocks in the order i, j, f, o (j is the candidate). The forget bias of
1 is added at run time and is not in the stored bias. Layer normalisation uses the biased variance and epsilon 1e-3.

A cell's state is one flat vector, in the order that the reference and its checkpoints use, which differs:
LSTM ``[c, h]``; layer-norm LSTM ``[h, c]``; HyperLSTM ``[h, hyper_h, c, hyper_c]``.

Inputs are split in two: ``x`` changes at every step (the stroke-5 row), the *constant* part (latent vector and class
embedding) does not. `Cell.context` projects the constant part once per sequence.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sketchdesign.model.architecture import CellKind
from sketchdesign.model.scan import lstm_library, lstm_scan

Context = tuple[Tensor, ...]

FORGET_BIAS = 1.0
LAYER_NORM_EPSILON = 1e-3


class Cell(nn.Module):
    """What the network asks of a cell.

    Args:
        step_size: V, the width of the part of the input that changes with the step.
        constant_size: width of the part that does not.
        hidden_size: H.
    """

    kind: CellKind
    state_size: int

    def __init__(self, step_size: int, constant_size: int, hidden_size: int) -> None:
        super().__init__()
        self.step_size = step_size
        self.constant_size = constant_size
        self.hidden_size = hidden_size

    def context(self, constant: Tensor | None) -> Context:
        """Project the constant inputs [B, constant_size] (None where there are none) for use at every step."""
        raise TypeError(f"{type(self).__name__} defines no context")

    def forward(self, x: Tensor, state: Tensor, context: Context, drop: Tensor | None = None) -> Tensor:
        """One step: x [B, V] and state [B, state_size] to the next state.

        Args:
            drop: [B, H] factors on the candidate (recurrent dropout), or None.
        """
        raise TypeError(f"{type(self).__name__} defines no step")

    def output(self, state: Tensor) -> Tensor:
        """The hidden vector h [B, H] within a state."""
        raise TypeError(f"{type(self).__name__} defines no output")

    def run(
        self,
        xs: Tensor,
        state: Tensor,
        context: Context,
        drop: Tensor | None = None,
        matmul_dtype: torch.dtype = torch.float32,
    ) -> tuple[Tensor, Tensor]:
        """All steps: xs [T, B, V] to outputs [T, B, H] and the final state.

        Args:
            drop: [T, B, H] factors on the candidate, or None.
            matmul_dtype: precision of the large products; bfloat16 speeds them up where the processor knows it.
        """
        outputs = []
        reduced = matmul_dtype == torch.bfloat16
        with torch.autocast(xs.device.type, matmul_dtype if reduced else None, enabled=reduced):
            for t in range(len(xs)):
                state = self(xs[t], state, context, None if drop is None else drop[t])
                outputs.append(self.output(state))
        return torch.stack(outputs).to(xs.dtype), state.to(xs.dtype)


class LSTMCell(Cell):
    """Plain LSTM. State ``[c, h]``."""

    kind: CellKind = "lstm"

    def __init__(self, step_size: int, constant_size: int, hidden_size: int) -> None:
        super().__init__(step_size, constant_size, hidden_size)
        self.state_size = 2 * hidden_size
        self.w_x = nn.Parameter(_glorot(step_size + constant_size, 4 * hidden_size))
        self.w_h = nn.Parameter(_orthogonal_gates(hidden_size))
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))

    def context(self, constant: Tensor | None) -> Context:
        """What every step adds to the gates, and the constant inputs as they came, for `run` on a GPU."""
        bias = self._whole_bias()
        if constant is None:
            return (bias,)
        return torch.addmm(bias, constant, self.w_x[self.step_size :]), constant

    def _whole_bias(self) -> Tensor:
        size = self.hidden_size
        return torch.cat([self.bias[: 2 * size], self.bias[2 * size : 3 * size] + FORGET_BIAS, self.bias[3 * size :]])

    def forward(self, x: Tensor, state: Tensor, context: Context, drop: Tensor | None = None) -> Tensor:
        c, h = state.chunk(2, dim=1)
        gates = torch.addmm(context[0], x, self.w_x[: self.step_size]).addmm_(h, self.w_h)
        i, j, f, o = gates.chunk(4, dim=1)
        candidate = torch.tanh(j) if drop is None else torch.tanh(j) * drop
        c = c * torch.sigmoid(f) + torch.sigmoid(i) * candidate
        return torch.cat([c, torch.tanh(c) * torch.sigmoid(o)], dim=1)

    def output(self, state: Tensor) -> Tensor:
        return state[:, self.hidden_size :]

    def run(
        self,
        xs: Tensor,
        state: Tensor,
        context: Context,
        drop: Tensor | None = None,
        matmul_dtype: torch.dtype = torch.float32,
    ) -> tuple[Tensor, Tensor]:
        c, h = state.chunk(2, dim=1)
        if drop is None and xs.is_cuda:
            constant = context[1] if len(context) > 1 else None
            bias = self._whole_bias()
            outputs, c = lstm_library(xs, constant, self.w_x, bias, self.w_h, h, c, dtype=matmul_dtype)
            return outputs, torch.cat([c, outputs[-1]], dim=1)
        rows = context[0].expand(xs.shape[1], -1)
        outputs, c = lstm_scan(xs, self.w_x[: self.step_size], rows, self.w_h, h, c, drop, matmul_dtype=matmul_dtype)
        return outputs, torch.cat([c, outputs[-1]], dim=1)


class LayerNormLSTMCell(Cell):
    """LSTM with layer normalisation of the gates and of the squashed cell; no biases. State ``[h, c]``."""

    kind: CellKind = "layer_norm"

    def __init__(self, step_size: int, constant_size: int, hidden_size: int) -> None:
        super().__init__(step_size, constant_size, hidden_size)
        self.state_size = 2 * hidden_size
        self.w_x = nn.Parameter(_glorot(step_size + constant_size, 4 * hidden_size))
        self.w_h = nn.Parameter(_orthogonal_gates(hidden_size))
        self.gates_norm = GateNorm(hidden_size)
        self.cell_norm = LayerNorm(hidden_size)

    def context(self, constant: Tensor | None) -> Context:
        return () if constant is None else (constant @ self.w_x[self.step_size :],)

    def forward(self, x: Tensor, state: Tensor, context: Context, drop: Tensor | None = None) -> Tensor:
        h, c = state.chunk(2, dim=1)
        gates = (x @ self.w_x[: self.step_size]).addmm(h, self.w_h)
        for constant in context:
            gates = gates + constant
        h, c = _normalised_update(self.gates_norm(gates), c, self.cell_norm, drop)
        return torch.cat([h, c], dim=1)

    def output(self, state: Tensor) -> Tensor:
        return state[:, : self.hidden_size]


class HyperLSTMCell(Cell):
    """LSTM whose gates are scaled and shifted by a smaller layer-norm LSTM (Ha et al. 2016).

    State ``[h, hyper_h, c, hyper_c]``. The hyper cell reads ``[x, h]``; recurrent dropout does not touch it.
    """

    kind: CellKind = "hyper"

    def __init__(
        self, step_size: int, constant_size: int, hidden_size: int, hyper_size: int = 256, embedding_size: int = 32
    ) -> None:
        super().__init__(step_size, constant_size, hidden_size)
        self.hyper_size = hyper_size
        self.embedding_size = embedding_size
        self.state_size = 2 * (hidden_size + hyper_size)
        self.w_x = nn.Parameter(_glorot(step_size + constant_size, 4 * hidden_size))
        self.w_h = nn.Parameter(_orthogonal_gates(hidden_size))
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))
        # Its step input is [x, h], so that the constant inputs stay apart here as everywhere.
        self.hyper = LayerNormLSTMCell(step_size + hidden_size, constant_size, hyper_size)
        # Gates first: [4, ...] in the order i, j, f, o, so that one batched product serves all four.
        self.x_embed_w = nn.Parameter(torch.zeros(4, hyper_size, embedding_size))
        self.x_embed_b = nn.Parameter(torch.ones(4, 1, embedding_size))
        self.x_scale_w = nn.Parameter(torch.full((4, embedding_size, hidden_size), 0.1 / embedding_size))
        self.h_embed_w = nn.Parameter(torch.zeros(4, hyper_size, embedding_size))
        self.h_embed_b = nn.Parameter(torch.ones(4, 1, embedding_size))
        self.h_scale_w = nn.Parameter(torch.full((4, embedding_size, hidden_size), 0.1 / embedding_size))
        self.shift_embed_w = nn.Parameter(torch.randn(4, hyper_size, embedding_size) * 0.01)
        self.shift_w = nn.Parameter(torch.zeros(4, embedding_size, hidden_size))
        self.gates_norm = GateNorm(hidden_size)
        self.cell_norm = LayerNorm(hidden_size)

    def context(self, constant: Tensor | None) -> Context:
        if constant is None:
            return ()
        return (constant @ self.w_x[self.step_size :], *self.hyper.context(constant))

    def forward(self, x: Tensor, state: Tensor, context: Context, drop: Tensor | None = None) -> Tensor:
        sizes = [self.hidden_size, self.hyper_size]
        h, hyper_h, c, hyper_c = torch.split(state, sizes * 2, dim=1)
        hyper_state = torch.cat([hyper_h, hyper_c], dim=1)
        hyper_state = self.hyper(torch.cat([x, h], dim=1), hyper_state, context[1:])
        hyper_h, hyper_c = hyper_state.chunk(2, dim=1)

        from_x = x @ self.w_x[: self.step_size]
        if context:
            from_x = from_x + context[0]
        scale_x = (hyper_h @ self.x_embed_w + self.x_embed_b) @ self.x_scale_w
        scale_h = (hyper_h @ self.h_embed_w + self.h_embed_b) @ self.h_scale_w
        shift = (hyper_h @ self.shift_embed_w) @ self.shift_w
        gates = self._by_gate(from_x) * scale_x + self._by_gate(h @ self.w_h) * scale_h + shift
        flat = gates.transpose(0, 1).reshape(len(x), -1) + self.bias
        h, c = _normalised_update(self.gates_norm(flat), c, self.cell_norm, drop)
        return torch.cat([h, hyper_h, c, hyper_c], dim=1)

    def output(self, state: Tensor) -> Tensor:
        return state[:, : self.hidden_size]

    def _by_gate(self, gates: Tensor) -> Tensor:
        """[B, 4H] to [4, B, H]."""
        return gates.view(len(gates), 4, self.hidden_size).transpose(0, 1)


class LayerNorm(nn.Module):
    """Layer normalisation over the last axis with the reference's epsilon of 1e-3."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(size))
        self.beta = nn.Parameter(torch.zeros(size))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.layer_norm(x, (x.shape[-1],), self.gamma, self.beta, LAYER_NORM_EPSILON)


class GateNorm(nn.Module):
    """Normalises each of four gate blocks of [B, 4H] by itself, then applies one gain and offset of width 4H."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(4 * hidden_size))
        self.beta = nn.Parameter(torch.zeros(4 * hidden_size))

    def forward(self, gates: Tensor) -> Tensor:
        blocks = gates.view(len(gates), 4, -1)
        normal = nn.functional.layer_norm(blocks, (blocks.shape[-1],), eps=LAYER_NORM_EPSILON)
        return torch.addcmul(self.beta, normal.view_as(gates), self.gamma)


def make_cell(
    kind: CellKind,
    step_size: int,
    constant_size: int,
    hidden_size: int,
    hyper_size: int = 256,
    hyper_embedding: int = 32,
) -> Cell:
    """A freshly initialised cell of one of the three kinds."""
    if kind == "lstm":
        return LSTMCell(step_size, constant_size, hidden_size)
    if kind == "layer_norm":
        return LayerNormLSTMCell(step_size, constant_size, hidden_size)
    return HyperLSTMCell(step_size, constant_size, hidden_size, hyper_size, hyper_embedding)


def _normalised_update(gates: Tensor, c: Tensor, cell_norm: LayerNorm, drop: Tensor | None) -> tuple[Tensor, Tensor]:
    """The LSTM update that both normalised cells share; the carried c is not normalised."""
    i, j, f, o = gates.chunk(4, dim=1)
    candidate = torch.tanh(j) if drop is None else torch.tanh(j) * drop
    c = c * torch.sigmoid(f + FORGET_BIAS) + torch.sigmoid(i) * candidate
    return torch.tanh(cell_norm(c)) * torch.sigmoid(o), c


def _glorot(rows: int, columns: int) -> Tensor:
    return nn.init.xavier_uniform_(torch.empty(rows, columns))


def _orthogonal_gates(size: int) -> Tensor:
    gates = torch.empty(size, 4 * size)
    for gate in gates.chunk(4, dim=1):
        nn.init.orthogonal_(gate)
    return gates
