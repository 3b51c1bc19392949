"""What several tests share: a small random model, and the data that may lie beside the checkout."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

# A slow or busy computer is no fault of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# A shell starts its background jobs with Ctrl-C ignored, and programs that tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with published checkpoints and drawings; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of published checkpoints and drawings is not here")
    return SHARED


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Model]:
    """Makes small random models that draw short scribbles; arguments are those of `Architecture`."""
    import torch

    from sketchdesign.model.architecture import Architecture
    from sketchdesign.model.checkpoint import LatentGaussian, load_model, save_model
    from sketchdesign.model.info import ModelInfo
    from sketchdesign.model.network import SketchRNN

    folder = tmp_path_factory.mktemp("models")

    def make(classes: tuple[str, ...] = (), **sizes: object) -> Model:
        defaults = {"decoder_size": 24, "encoder_size": 8, "z_size": 6, "mixtures": 3, "hyper_size": 8}
        architecture = Architecture(**(defaults | sizes))  # type: ignore[arg-type]
        torch.manual_seed(3)
        network = SketchRNN(architecture)
        with torch.no_grad():
            # Pens that lift and end now and then, so that drawings have several strokes and about twenty points.
            network.output_b[:3] = torch.tensor([2.0, 0.5, -0.5])
        latent = None
        if architecture.conditional:
            count = max(1, len(classes))
            rng = np.random.default_rng(5)
            mean = rng.normal(size=(count, architecture.z_size)).astype(np.float32)
            latent = LatentGaussian(mean, np.stack([np.eye(architecture.z_size, dtype=np.float32)] * count))
        info = ModelInfo("tiny", architecture, max_points=60, scale_factor=30.0, classes=classes, licence="MIT")
        path = folder / f"{len(list(folder.iterdir()))}.safetensors"
        save_model(path, info, network.state_dict(), latent)
        return load_model(path)

    return make
