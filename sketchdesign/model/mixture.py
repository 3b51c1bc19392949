"""The decoder's output: a mixture of bivariate Gaussians for the offset and a categorical for the pen.

Raw outputs are ``[..., 3 + 6M]`` in the reference's column order
``pen(3) | pi | mu_x | mu_y | sigma_x | sigma_y | rho`` with M columns each (Ha & Eck 2017, eq. 3 to 7).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

LOG_2PI = math.log(2.0 * math.pi)


@dataclass(frozen=True)
class Mixture:
    """One step's distribution. Shapes: ``pen_logits`` [..., 3] (down, up, end), all others [..., M].

    ``rho_raw`` is the correlation before its tanh.
    """

    pen_logits: Tensor
    pi_logits: Tensor
    mu_x: Tensor
    mu_y: Tensor
    log_sigma_x: Tensor
    log_sigma_y: Tensor
    rho_raw: Tensor

    @classmethod
    def from_raw(cls, raw: Tensor, log_sigma_min: float | None = None) -> Mixture:
        """Split raw outputs [..., 3 + 6M].

        Args:
            log_sigma_min: floor of the log standard deviations; without one, drawings on an integer grid teach
                the network spikes of no width.
        """
        count = (raw.shape[-1] - 3) // 6
        pen, pi, mu_x, mu_y, log_x, log_y, rho = torch.split(raw, [3] + [count] * 6, dim=-1)
        if log_sigma_min is not None:
            log_x, log_y = log_x.clamp(min=log_sigma_min), log_y.clamp(min=log_sigma_min)
        return cls(pen, pi, mu_x, mu_y, log_x, log_y, rho)

    @staticmethod
    def component_parameters(raw: Tensor, component: Tensor) -> Tensor:
        """One component of each row: raw outputs [B, 3 + 6M] and indices [B, 1] to [B, 5].

        The columns are mu_x, mu_y, log sigma_x, log sigma_y and the correlation before its tanh.
        """
        count = (raw.shape[1] - 3) // 6
        table = raw[:, 3 + count :].view(len(raw), 5, count)
        return table.gather(2, component.unsqueeze(1).expand(-1, 5, -1)).squeeze(2)

    def component_log_density(self, dx: Tensor, dy: Tensor) -> Tensor:
        """Log of each component's bivariate normal density (eq. 24 of Graves 2013) at offsets [...]: [..., M]."""
        u = (dx.unsqueeze(-1) - self.mu_x) * torch.exp(-self.log_sigma_x)
        v = (dy.unsqueeze(-1) - self.mu_y) * torch.exp(-self.log_sigma_y)
        # 1 - tanh(r)^2 loses all digits for large r; its logarithm does not, written this way.
        log_one_minus_rho2 = 2.0 * (math.log(2.0) - self.rho_raw - softplus(-2.0 * self.rho_raw))
        quadratic = u * u + v * v - 2.0 * torch.tanh(self.rho_raw) * u * v
        exponent = quadratic * torch.exp(-log_one_minus_rho2)
        return -0.5 * exponent - LOG_2PI - self.log_sigma_x - self.log_sigma_y - 0.5 * log_one_minus_rho2

    def offset_log_density(self, dx: Tensor, dy: Tensor) -> Tensor:
        """Log density of the offset under the mixture (the inside of eq. 9): [...]."""
        weights = torch.log_softmax(self.pi_logits, dim=-1)
        return torch.logsumexp(weights + self.component_log_density(dx, dy), dim=-1)

    def pen_log_probability(self, pen: Tensor) -> Tensor:
        """Log probability of the one-hot pen states [..., 3]: [...]."""
        return (torch.log_softmax(self.pen_logits, dim=-1) * pen).sum(-1)

    def log_likelihood(self, rows: Tensor) -> Tensor:
        """Log likelihood of stroke-5 rows [..., 5]: offset and pen state, or the pen alone where the drawing ends."""
        offset = self.offset_log_density(rows[..., 0], rows[..., 1]) * (1.0 - rows[..., 4])
        return offset + self.pen_log_probability(rows[..., 2:])
