"""How networks come to make pictures, by torch; nothing else of pictures needs it.

Layers are dense but for one model's, as pictures are small; what is minimised is told at each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from augcli.draws import Draws
from augcli.image.learning.looking import SIDE
from augcli.image.learning.nets import Shown, Trained
from augcli.networks import (
    Dense,
    Enlarging,
    Network,
    array_of,
    contest,
    fit,
    layers,
    linear,
    matrix_of,
    network_of,
    torch_of,
)

_SIZE, _HIDDEN = 16, 256
"""Numbers of a code, and values of the layer between."""
_CHANNELS = 16, 32
"""Bands of what sees half of the sides, and a quarter."""
_BATCH, _RATE = 64, 1e-3
_FEWEST, _MOST, _EACH = 1500, 2000, 20
"""Steps of training at the least and at the most, and those for each picture."""
_NOISE = 0.25
"""Standard deviation of what is taken off again, for full range 1."""
_TOLD = 8.0
"""How far apart classes are to a critic, which sees no more than so far."""
_SMALL = 0.1
"""What a code costs by its squares, so that codes have a size at all."""


def vae(shown: Shown) -> Trained:
    """Train a conditional variational autoencoder: cross entropy, and what its codes tell.

    Kingma & Welling, 2014; Sohn et al., Learning Structured Output Representation using Deep
    Conditional Generative Models, NeurIPS 2015, with the class given to both sides.
    """
    with torch_of(_seed("vae")) as torch:
        pixels, classes = torch.as_tensor(shown.pixels), torch.as_tensor(shown.of_class)
        both, kinds = torch.cat([pixels, classes], dim=1), classes.shape[1]
        encoder = layers(torch, both.shape[1], _HIDDEN, 2 * _SIZE)
        decoder = layers(torch, _SIZE + kinds, _HIDDEN, pixels.shape[1])

        def loss(rows: Any) -> Any:
            mean, spread = encoder(both[rows]).chunk(2, dim=1)
            code = mean + torch.exp(spread / 2) * torch.randn_like(mean)
            made = decoder(torch.cat([code, classes[rows]], dim=1))
            told = (mean**2 + spread.exp() - spread - 1).sum() / 2
            return (_entropy(torch, made, pixels[rows]) + told) / len(rows)

        _fit(torch, [encoder, decoder], loss, len(pixels))
        with torch.no_grad():
            codes = array_of(encoder(both)[:, :_SIZE])
        return Trained(network_of(linear(decoder)), codes)


def autoencoder(shown: Shown) -> Trained:
    """Train a denoising autoencoder: noise is taken off again by way of a code.

    Vincent et al., Extracting and Composing Robust Features with Denoising Autoencoders, 2008.
    """
    return _of_dense_layers(shown, "autoencoder", [_HIDDEN])


def linear_autoencoder(shown: Shown) -> Trained:
    """Train the same without a layer between pixels and code: straight ways between pictures."""
    return _of_dense_layers(shown, "linear_autoencoder", [])


def convolutional_autoencoder(shown: Shown) -> Trained:
    """Train the same with layers that see 3 × 3 pixels, each of half the sides of the one before.

    Masci et al., Stacked Convolutional Auto-Encoders, ICANN 2011; sides are doubled by repetition.
    """
    bands, side, (few, many) = shown.bands, SIDE // 4, _CHANNELS
    planes = shown.pixels.reshape(-1, SIDE, SIDE, bands).transpose(0, 3, 1, 2)
    with torch_of(_seed("convolutional_autoencoder")) as torch:
        nn, relu, twice = torch.nn, torch.nn.ReLU(), torch.nn.Upsample(scale_factor=2)
        pixels = torch.as_tensor(planes.reshape(len(planes), -1))
        encoder = nn.Sequential(
            nn.Unflatten(1, (bands, SIDE, SIDE)),
            *(nn.Conv2d(bands, few, 3, stride=2, padding=1), relu),
            *(nn.Conv2d(few, many, 3, stride=2, padding=1), relu),
            *(nn.Flatten(), nn.Linear(many * side**2, _SIZE)),
        )
        first, second = nn.Linear(_SIZE, many * side**2), nn.Conv2d(many, few, 3, padding=1)
        last = nn.Conv2d(few, bands, 3, padding=1)
        shaped = nn.Unflatten(1, (many, side, side))
        decoder = nn.Sequential(first, relu, shaped, twice, second, relu, twice, last, nn.Flatten())
        codes = _denoised(torch, pixels, encoder, decoder)
        told = matrix_of(first).reshape(-1, many, side, side).transpose(0, 2, 3, 1)
        dense = Dense.of(told.reshape(_SIZE + 1, -1))
        wider = [Enlarging.of(_seen(each), n) for each, n in ((second, side), (last, 2 * side))]
        return Trained(Network(layers=[dense, *wider]), codes)


def _seen(layer: Any) -> Any:
    """Return a convolution as a matrix: rows, columns and bands of what it sees, what is added."""
    weights = array_of(layer.weight).transpose(2, 3, 1, 0)
    return np.vstack([weights.reshape(-1, weights.shape[3]), array_of(layer.bias)])


def _of_dense_layers(shown: Shown, name: str, between: Sequence[int]) -> Trained:
    with torch_of(_seed(name)) as torch:
        pixels = torch.as_tensor(shown.pixels)
        encoder = layers(torch, pixels.shape[1], *between, _SIZE)
        decoder = layers(torch, _SIZE, *between, pixels.shape[1])
        codes = _denoised(torch, pixels, encoder, decoder)
        return Trained(network_of(linear(decoder)), codes)


def _denoised(torch: Any, pixels: Any, encoder: Any, decoder: Any) -> Any:
    """Train networks to take noise off pictures again; returns the codes of these."""

    def loss(rows: Any) -> Any:
        noisy = pixels[rows] + _NOISE * torch.randn_like(pixels[rows])
        code = encoder(noisy)
        made = decoder(code)
        return (_entropy(torch, made, pixels[rows]) + _SMALL * (code**2).sum()) / len(rows)

    _fit(torch, [encoder, decoder], loss, len(pixels))
    with torch.no_grad():
        return array_of(encoder(pixels))


def gan(shown: Shown) -> Trained:
    """Train a conditional generator against a critic whose slope is held at 1.

    Gulrajani et al., Improved Training of Wasserstein GANs, NeurIPS 2017. No picture has a code.
    """
    with torch_of(_seed("gan")) as torch:
        pixels, classes = torch.as_tensor(shown.pixels), torch.as_tensor(shown.of_class)
        kinds = classes.shape[1]
        generator = layers(torch, _SIZE + kinds, _HIDDEN, pixels.shape[1])
        critic = layers(torch, pixels.shape[1] + kinds, _HIDDEN, 1)

        def batch() -> tuple[Any, Any, float]:
            rows = torch.randint(len(pixels), (min(_BATCH, len(pixels)),))
            code = torch.randn(len(rows), _SIZE)
            made = torch.sigmoid(generator(torch.cat([code, classes[rows]], dim=1)))
            told = _TOLD * classes[rows]
            both = (torch.cat([each, told], dim=1) for each in (pixels[rows], made))
            return *both, 0.0

        contest(torch, generator.parameters(), critic, batch, _steps(len(pixels)), rate=_RATE)
        none = np.zeros((len(pixels), _SIZE), np.float32)
        return Trained(network_of(linear(generator)), none)


def _entropy(torch: Any, made: Any, wanted: Any) -> Any:
    return torch.nn.functional.binary_cross_entropy_with_logits(made, wanted, reduction="sum")


def _seed(name: str) -> int:
    return Draws(0).at("networks", name).seed()


def _steps(count: int) -> int:
    return min(_MOST, max(_FEWEST, _EACH * count))


def _fit(torch: Any, networks: Iterable[Any], loss: Callable[[Any], Any], count: int) -> None:
    weights = [each for network in networks for each in network.parameters()]
    fit(torch, weights, loss, count, _steps(count), batch=_BATCH)


TRAINED: Mapping[str, Callable[[Shown], Trained]] = {
    "autoencoder": autoencoder,
    "convolutional_autoencoder": convolutional_autoencoder,
    "gan": gan,
    "linear_autoencoder": linear_autoencoder,
    "vae": vae,
}
"""By the names of steps."""
