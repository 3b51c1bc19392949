"""The settings of a training run."""

from __future__ import annotations

from dataclasses import dataclass, field

from sketchdesign.model.network import Architecture
from sketchdesign.training.data import Augmentation


@dataclass(frozen=True)
class TrainConfig:
    """One run. The defaults train a small VAE on a few classes of QuickDraw on two CPU cores.

    Attributes:
        classes: class names, in the order of their indices; one file ``<class>.bin`` each in the data's splits.
        max_points: drawings with more points are left out. N_max, by which losses are normalised, is the same.
        architecture: sizes and cells of the network.
        augmentation: how drawings are varied.
        batch_size, steps: drawings per step and length of the run.
        learning_rate: peak; reached after ``warmup`` steps, then falling as a cosine to ``final_rate`` of it.
        weight_decay: decoupled (AdamW).
        clip_norm: limit of the gradient's global norm.
        kl_weight, kl_floor, kl_anneal: w_KL, KL_min and R of eq. 11.
        recurrent_keep: keep probability of recurrent dropout (0.9 in the paper; 1 turns it off).
        output_dropout: dropout on the decoder's hidden vector before the mixture head.
        ema: decay of the averaged weights, which are the ones to evaluate and to publish.
        seed: everything random derives from it and the step's number.
        precision: "bfloat16" or "float32" for the recurrent products; "auto" asks the processor.
        evaluate_every, save_every: in steps.
    """

    classes: tuple[str, ...]
    max_points: int = 100
    architecture: Architecture = field(default_factory=Architecture)
    augmentation: Augmentation = field(default_factory=Augmentation)
    batch_size: int = 128
    steps: int = 20_000
    learning_rate: float = 1e-3
    warmup: int = 200
    final_rate: float = 0.02
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    kl_weight: float = 0.5
    kl_floor: float = 0.2
    kl_anneal: float = 0.9995
    recurrent_keep: float = 1.0
    output_dropout: float = 0.1
    ema: float = 0.999
    seed: int = 1
    precision: str = "auto"
    evaluate_every: int = 1000
    save_every: int = 500
