"""Drawings per second of our training step, beside the usual one: `torch.nn.LSTM` over packed sequences.

    python tests/bench/bench_training.py [--data DIR] [--batch 128] [--steps 6]

Both train a VAE of the reference's sizes (encoder 2 x 256, decoder 512, z 128, 20 mixtures) on the same batches with
AdamW and gradient clipping. DIR is as for ``sketchdesign train``; without it, drawings are made up.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from sketchdesign.core.strokes import Sketch
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.info import REFERENCE_START
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import Posterior
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.data import DrawingSet, epoch_batches, make_batch
from sketchdesign.training.loop import Trainer
from sketchdesign.training.loss import kl_divergence, reconstruction
from sketchdesign.training.readers import load_split

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "quickdraw"
N_MAX = 100


class PackedVAE(nn.Module):
    """sketch-rnn as it is usually written: encoder and decoder read packed sequences."""

    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.encoder = nn.LSTM(5, a.encoder_size, bidirectional=True)
        self.mu = nn.Linear(2 * a.encoder_size, a.z_size)
        self.log_variance = nn.Linear(2 * a.encoder_size, a.z_size)
        self.initial = nn.Linear(a.z_size, 2 * a.decoder_size)
        self.decoder = nn.LSTM(5 + a.z_size, a.decoder_size)
        self.output = nn.Linear(a.decoder_size, 3 + 6 * a.mixtures)

    def forward(self, strokes: Tensor, lengths: Tensor) -> tuple[Posterior, Tensor]:
        packed = pack_padded_sequence(strokes, lengths, enforce_sorted=False)
        _, (h, _) = self.encoder(packed)
        summary = torch.cat([h[0], h[1]], dim=1)
        posterior = Posterior(self.mu(summary), self.log_variance(summary))
        z = posterior.sample(torch.randn_like(posterior.mu))
        state = torch.tanh(self.initial(z)).unsqueeze(0).chunk(2, dim=2)
        start = torch.tensor(REFERENCE_START).expand(1, len(lengths), 5)
        inputs = torch.cat([torch.cat([start, strokes[:-1]]), z.expand(len(strokes), -1, -1)], dim=2)
        packed = pack_padded_sequence(inputs, lengths + 1, enforce_sorted=False)
        hidden, _ = self.decoder(packed, tuple(part.contiguous() for part in state))
        return posterior, self.output(pad_packed_sequence(hidden)[0])


def packed_steps(config: TrainConfig, drawings: DrawingSet, batches: list[np.ndarray]) -> list[float]:
    """Seconds of each step of the usual loop."""
    torch.manual_seed(1)
    network = PackedVAE(config.architecture)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    scale = drawings.scale_factor()
    seconds: list[float] = []
    for index in batches:
        started = time.perf_counter()
        batch = make_batch(drawings.subset(index), scale, config.augmentation, (1, len(seconds)))
        strokes, lengths = torch.from_numpy(batch.strokes), torch.from_numpy(batch.lengths)
        posterior, raw = network(strokes, lengths)
        counted = torch.arange(len(raw)).unsqueeze(1) <= lengths
        sums = reconstruction(Mixture.from_raw(raw, -6.0), strokes[: len(raw)], counted.float())
        loss = (sums.offsets + sums.pen) / (N_MAX * len(index)) + 0.5 * kl_divergence(posterior).clamp(min=0.2)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        seconds.append(time.perf_counter() - started)
    return seconds


def real_or_made_up(folder: Path, count: int) -> DrawingSet:
    """Real drawings if the folder holds any, else walks of the same lengths."""
    names = sorted(path.stem for path in (folder / "train").glob("*.bin"))[:10]
    if names:
        return load_split(folder, names, "train", N_MAX)[0]
    rng = np.random.default_rng(0)
    lengths = rng.gamma(6.0, 8.0, count).clip(5, N_MAX - 5).astype(int)
    walks = (rng.normal(0, 20, (length, 2)).cumsum(axis=0) for length in lengths)
    return DrawingSet.build({"made up": (Sketch.from_polylines([walk]) for walk in walks)}, max_points=N_MAX)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    drawings = real_or_made_up(options.data, 20 * options.batch)
    batches = epoch_batches(drawings.row_counts, options.batch, (1, 0))[: options.steps]
    rows = float(np.mean([drawings.row_counts[index].mean() for index in batches]))
    print(f"{len(drawings)} drawings, {rows:.0f} rows each in these batches; {options.threads} threads")
    rates = {}
    for precision in ("float32", "auto"):
        config = TrainConfig(
            classes=drawings.classes, batch_size=options.batch, steps=options.steps, precision=precision
        )
        ours = median(report.seconds for report in Trainer(config, drawings).run())
        rates[f"ours, {precision}"] = options.batch / ours
    rates["packed sequences"] = options.batch / median(packed_steps(config, drawings, batches))
    for name, rate in rates.items():
        print(f"{name:18} {rate:8.1f} drawings/s   {rate / rates['packed sequences']:.2f} x")


if __name__ == "__main__":
    main()
