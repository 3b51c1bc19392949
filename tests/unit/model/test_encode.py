from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import normals, stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.beginnings import CANDIDATES_PER_CLASS, TRUST, fitting_labels, fitting_z
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.encode import encode, log_likelihoods, stroke_rows
from sketchdesign.model.latent import Gaussian, class_vectors, draw_z
from sketchdesign.model.pool import LATENT_DOMAIN, Request
from sketchdesign.model.recognise import class_scores, divergences, likeliest_classes
from sketchdesign.model.sampler import Sampler
from sketchdesign.model.sampling import Sampling

MakeModel = Callable[..., Model]
FORMS: dict[str, dict[str, object]] = {
    "lstm": {},
    "layer_norm": {"decoder": "layer_norm", "encoder": "layer_norm"},
    "hyper": {"decoder": "hyper"},
    "classes": {"classes": ("cat", "pig"), "class_count": 2, "class_size": 4},
}


@pytest.fixture(params=FORMS)
def model(request: pytest.FixtureRequest, tiny_model: MakeModel) -> Model:
    return tiny_model(**FORMS[request.param])


def drawings(model: Model, count: int = 21) -> list[np.ndarray]:
    rng = np.random.default_rng(4)
    sizes = rng.integers(2, 40, count)
    return [
        stroke_rows(model.info, Sketch.from_polylines([rng.uniform(0, 255, (n, 2)), rng.uniform(0, 255, (3, 2))]))
        for n in sizes
    ]


def test_rows_are_in_model_units_from_the_first_point(tiny_model: MakeModel) -> None:
    sketch = Sketch.from_polylines([[[100, 100], [130, 100]], [[130, 160]]])
    rows = stroke_rows(tiny_model().info, sketch)
    assert rows == pytest.approx(np.array([[1, 0, 0, 1, 0], [0, 2, 0, 1, 0]]))
    assert stroke_rows(tiny_model().info, sketch, pen_down=True)[-1, 2:].tolist() == [1, 0, 0]
    own_first = replace(tiny_model().info, implicit_first_point=False)
    assert stroke_rows(own_first, sketch)[0].tolist() == [0, 0, 1, 0, 0]


@pytest.mark.parametrize(("points", "sentence"), [(0, "empty"), (1, "dot"), (62, "61 points, tiny reads at most 60")])
def test_what_cannot_be_read_is_refused(tiny_model: MakeModel, points: int, sentence: str) -> None:
    sketch = Sketch.from_polylines([[[n, n % 2] for n in range(points)]] if points else [])
    with pytest.raises(InputError, match=sentence):
        stroke_rows(tiny_model().info, sketch)


def test_an_encoding_does_not_depend_on_what_is_encoded_with_it(model: Model) -> None:
    rows = drawings(model)
    together = encode(model, rows)
    backwards = encode(model, rows[::-1])
    for number, drawing in enumerate(rows):
        alone = encode(model, [drawing])
        assert np.array_equal(alone.mu[0], together.mu[number])
        assert np.array_equal(alone.sigma[0], backwards.sigma[len(rows) - 1 - number])


def test_an_encoding_is_what_the_network_says(model: Model) -> None:
    drawing = drawings(model)[3]
    strokes = torch.from_numpy(np.concatenate([drawing, [[0, 0, 0, 0, 1]]]).astype(np.float32)).unsqueeze(1)
    posterior = model.network.encode(strokes, torch.tensor([len(drawing)]))
    encoding = encode(model, [drawing])
    assert encoding.mu[0] == pytest.approx(posterior.mu[0].detach().numpy(), abs=1e-5)
    assert encoding.sigma[0] == pytest.approx(posterior.sigma[0].detach().numpy(), abs=1e-5)


def test_likelihoods_are_those_that_the_sampler_counts(model: Model) -> None:
    keys = np.array([stream_key(1, number) for number in range(20)], np.uint64)
    z = np.random.default_rng(1).normal(size=(20, 6)).astype(np.float32)
    vectors = class_vectors(model, [number % 2 for number in range(20)]) if model.info.classes else None
    sampler = Sampler(model, torch.device("cpu"))
    for batch in sampler.sample(Request(keys, z, vectors, scored=True), Sampling()):
        for drawn in batch:
            own = slice(drawn.number, drawn.number + 1)
            if not drawn.ended or len(drawn.sketch) < 2:
                continue
            # A sketch does not tell whether the pen was lifted before the drawing was ended.
            rows = [stroke_rows(model.info, drawn.sketch, pen_down=down) for down in (False, True)]
            given = None if vectors is None else np.repeat(vectors[own], 2, axis=0)
            nats = log_likelihoods(model, rows, np.repeat(z[own], 2, axis=0), given)
            in_model_units = nats + 2.0 * math.log(30.0) * len(rows[0])
            assert np.abs(in_model_units - drawn.nats).min() < 1e-2


def test_divergence_of_gaussians(model: Model) -> None:
    encoding = encode(model, drawings(model, 3))
    standard = divergences(encoding, Gaussian(np.zeros(6), np.eye(6)))
    mu, variance = encoding.mu.astype(float), encoding.sigma.astype(float) ** 2
    assert standard == pytest.approx(0.5 * (variance + mu**2 - 1 - np.log(variance)).sum(axis=1))
    itself = Gaussian(mu[0], np.diag(encoding.sigma[0].astype(float)))
    assert divergences(encoding, itself)[0] == pytest.approx(0.0, abs=1e-6)


def test_the_class_whose_latent_vectors_lie_there_is_recognised(tiny_model: MakeModel) -> None:
    model = tiny_model(classes=("cat", "pig", "owl"), class_count=3, class_size=4)
    rows = drawings(model, 5)
    assert model.latent is not None
    model.latent.mean[:] = 40.0
    model.latent.mean[1] = encode(model, rows).mu.mean(axis=0)
    assert class_scores(model, rows).shape == (5, 3)
    assert likeliest_classes(model, rows) == [1] * 5


def test_a_decoder_recognises_but_does_not_encode(tiny_model: MakeModel) -> None:
    model = tiny_model(z_size=0, encoder_size=0)
    rows = drawings(model, 4)
    assert class_scores(model, rows).shape == (4, 1)
    with pytest.raises(InputError, match="no encoder"):
        encode(model, rows)


def test_a_fitting_z_makes_the_beginning_likelier_and_depends_on_its_key_alone(model: Model) -> None:
    rows = drawings(model, 1)[0]
    with torch.no_grad():
        dict(model.network.named_parameters())["decoder.w_x"][5:] *= 30.0  # so that z matters
    keys = np.array([stream_key(3, number) for number in range(40)], np.uint64)
    z = fitting_z(model, rows, [0] * 40, keys, 1.0)
    assert z is not None
    few = fitting_z(model, rows, [0] * 2, keys[7:9], 1.0)
    assert few is not None
    assert np.array_equal(few, z[7:9])
    vectors = class_vectors(model, [0] * 40)
    unchosen = np.random.default_rng(1).normal(size=z.shape).astype(np.float32)
    if model.latent is not None:
        unchosen = unchosen + model.latent.mean[0]
    fitting = log_likelihoods(model, [rows] * 40, z, vectors, ended=False)
    others = log_likelihoods(model, [rows] * 40, unchosen.astype(np.float32), vectors, ended=False)
    assert fitting.mean() > others.mean()


@pytest.mark.parametrize("conditional", [True, False])
def test_classes_of_endings_are_drawn_by_how_likely_they_begin_like_this(
    tiny_model: MakeModel, conditional: bool
) -> None:
    decoder = {} if conditional else {"z_size": 0, "encoder_size": 0}
    model = tiny_model(("cat", "pig", "owl"), class_count=3, class_size=4, **decoder)
    with torch.no_grad():
        dict(model.network.named_parameters())["decoder.w_x"][5:] *= 30.0  # so that the class matters
    rows = drawings(model, 1)[0]
    keys = np.array([stream_key(3, number) for number in range(3000)], np.uint64)
    pool = np.uint64(stream_key(5))
    labels = fitting_labels(model, rows, keys, pool, 0.5)
    assert fitting_labels(model, rows, keys[7:9], pool, 0.5) == labels[7:9]
    own = [0, 1, 2] if not conditional else np.repeat([0, 1, 2], CANDIDATES_PER_CLASS).tolist()
    z = None
    if conditional:
        size = model.info.architecture.z_size
        noise = normals(np.array([pool]), CANDIDATES_PER_CLASS * size, LATENT_DOMAIN).reshape(-1, size)
        z = draw_z(model, own, np.tile(0.5 * noise, (3, 1)))
    nats = log_likelihoods(model, [rows] * len(own), z, class_vectors(model, own), ended=False, block=64)
    evidence = np.exp(nats - nats.max()).reshape(3, -1).sum(axis=1) ** TRUST
    shares = np.bincount(labels, minlength=3) / 3000
    assert shares == pytest.approx(evidence / evidence.sum(), abs=0.04)
