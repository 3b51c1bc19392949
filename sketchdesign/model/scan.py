"""A whole LSTM sequence as one differentiable operation.

`torch.nn.LSTM` cannot drop out the candidate inside the recurrence and cannot multiply in bfloat16 while it keeps
its state in float32; a Python loop under autograd can do both and takes several times as long. `lstm_scan` walks the
steps by hand in both directions, so that the weight gradients become one large product at the end.

On a GPU each of its many small kernels costs more to start than to run, and `lstm_library` leaves the sequence to
cuDNN instead.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable


def lstm_scan(
    xs: Tensor,
    w_x: Tensor,
    context: Tensor,
    w_h: Tensor,
    h0: Tensor,
    c0: Tensor,
    drop: Tensor | None = None,
    *,
    matmul_dtype: torch.dtype = torch.float32,
) -> tuple[Tensor, Tensor]:
    """Run an LSTM over ``T`` steps, with gate blocks in the order i, j, f, o.

    Args:
        xs: [T, B, V] inputs that change with the step; they get no gradient.
        w_x: [V, 4H] their weights.
        context: [B, 4H] what every step adds to the gates: biases and constant inputs, already projected.
        w_h: [H, 4H] recurrent weights.
        h0, c0: [B, H] initial state.
        drop: [T, B, H] factors on the candidate ``tanh(j)`` (recurrent dropout), or None.
        matmul_dtype: precision of the recurrent products; the state and the gates stay in float32.

    Returns:
        outputs [T, B, H] and the final cell state [B, H].
    """
    outputs, final_c = _LSTMScan.apply(  # type: ignore[no-untyped-call]
        xs, w_x, context, w_h, h0, c0, drop, matmul_dtype
    )
    return outputs, final_c


def lstm_library(
    xs: Tensor,
    constant: Tensor | None,
    w_x: Tensor,
    bias: Tensor,
    w_h: Tensor,
    h0: Tensor,
    c0: Tensor,
    *,
    dtype: torch.dtype = torch.float32,
) -> tuple[Tensor, Tensor]:
    """What `lstm_scan` computes without dropout, by the library's own LSTM.

    Args:
        xs: [T, B, V] inputs that change with the step.
        constant: [B, K] inputs that do not; repeated at every step, because the library has no bias per row.
        w_x: [V + K, 4H] the weights of both.
        bias: [4H], the forget bias included.
        w_h: [H, 4H] recurrent weights.
        h0, c0: [B, H] initial state.
        dtype: of the whole recurrence, its state included.

    Returns:
        outputs [T, B, H] and the final cell state [B, H], in the type of ``xs``.
    """
    inputs = xs if constant is None else torch.cat([xs, constant.expand(len(xs), -1, -1)], dim=2)
    parts = [_library_order(w_x), _library_order(w_h), _library_order(bias)]
    parts.append(torch.zeros_like(parts[-1]))  # the library adds a second bias
    # One piece of memory in cuDNN's own order, which spares it the copy, and us its warning.
    flat = torch.cat([part.flatten() for part in parts]).to(dtype)
    pieces = torch.split(flat, [part.numel() for part in parts])
    weights = [piece.view_as(part) for piece, part in zip(pieces, parts, strict=True)]
    state = [h0.unsqueeze(0).to(dtype), c0.unsqueeze(0).to(dtype)]
    outputs, _, c = torch.lstm(inputs.to(dtype), state, weights, True, 1, 0.0, True, False, False)
    return outputs.to(xs.dtype), c[0].to(xs.dtype)


def _library_order(columns: Tensor) -> Tensor:
    """Gate blocks i, j, f, o in the last axis to the library's rows i, f, j, o."""
    i, j, f, o = columns.chunk(4, dim=-1)
    return torch.cat([i, f, j, o], dim=-1).t() if columns.dim() == 2 else torch.cat([i, f, j, o])


class _LSTMScan(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        xs: Tensor,
        w_x: Tensor,
        context: Tensor,
        w_h: Tensor,
        h0: Tensor,
        c0: Tensor,
        drop: Tensor | None,
        matmul_dtype: torch.dtype,
    ) -> tuple[Tensor, Tensor]:
        steps, batch, _ = xs.shape
        size = w_h.shape[0]
        recurrent = w_h.to(matmul_dtype)
        gates = xs.new_empty(steps, batch, 4 * size)
        hidden = xs.new_empty(steps + 1, batch, size, dtype=matmul_dtype)
        cell = xs.new_empty(steps + 1, batch, size)
        squashed = xs.new_empty(steps, batch, size)
        outputs = xs.new_empty(steps, batch, size)
        hidden[0] = h0
        cell[0] = c0
        for t in range(steps):
            torch.addmm(context, xs[t], w_x, out=gates[t])
            gates[t].add_(hidden[t] @ recurrent)
            i, j, f, o = gates[t].view(batch, 4, size).unbind(1)
            i.sigmoid_()
            j.tanh_()
            gates[t][:, 2 * size :].sigmoid_()
            torch.mul(cell[t], f, out=cell[t + 1]).addcmul_(i, j if drop is None else j * drop[t])
            torch.tanh(cell[t + 1], out=squashed[t])
            torch.mul(squashed[t], o, out=outputs[t])
            hidden[t + 1] = outputs[t]
        ctx.save_for_backward(xs, w_h, gates, hidden, cell, squashed, drop)
        return outputs, cell[steps].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, d_outputs: Tensor, d_final_c: Tensor) -> tuple[Tensor | None, ...]:
        xs, w_h, gates, hidden, cell, squashed, drop = ctx.saved_tensors  # type: ignore[attr-defined]
        steps, batch, _ = xs.shape
        size = w_h.shape[0]
        recurrent_t = w_h.to(hidden.dtype).t().contiguous()
        d_gates = xs.new_empty(steps, batch, 4 * size, dtype=hidden.dtype)
        d_gate = xs.new_empty(batch, 4 * size)
        d_i, d_j, d_f, d_o = d_gate.view(batch, 4, size).unbind(1)
        d_fo = d_gate[:, 2 * size :]
        d_context = torch.zeros_like(d_gate)
        d_c = d_final_c.clone()
        d_h = torch.zeros_like(d_c)
        for t in range(steps - 1, -1, -1):
            i, j, f, o = gates[t].view(batch, 4, size).unbind(1)
            fo = gates[t][:, 2 * size :]
            d_h.add_(d_outputs[t])
            torch.mul(d_h, squashed[t], out=d_o)
            d_h.mul_(o)
            d_c.add_(d_h).sub_(d_h.mul_(squashed[t]).mul_(squashed[t]))
            torch.mul(d_c, j, out=d_i)
            torch.mul(d_c, i, out=d_j)
            torch.mul(d_c, cell[t], out=d_f)
            if drop is not None:
                d_i.mul_(drop[t])
                d_j.mul_(drop[t])
            # Through the squashings: sigmoid' = s - s^2, tanh' = 1 - t^2.
            d_i.mul_(i).sub_(d_i * i)
            d_j.sub_(d_j * j * j)
            d_fo.mul_(fo).sub_(d_fo * fo)
            d_c.mul_(f)
            d_context.add_(d_gate)
            d_gates[t] = d_gate
            d_h = (d_gates[t] @ recurrent_t).to(d_h.dtype)
        flat = d_gates.view(steps * batch, 4 * size)
        d_w_h = (hidden[:steps].reshape(steps * batch, size).t() @ flat).to(w_h.dtype)
        d_w_x = (xs.reshape(steps * batch, -1).to(flat.dtype).t() @ flat).to(w_h.dtype)
        return None, d_w_x, d_context, d_w_h, d_h, d_c, None, None
