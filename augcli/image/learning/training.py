"""How networks come to make pictures, by torch; nothing else of pictures needs it.

Layers are dense, as pictures are small; what is minimised is told at each model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from augcli.draws import Draws
from augcli.image.learning.nets import Shown, Trained
from augcli.networks import contest, fit, layers, linear, network_of, torch_of

_SIZE, _HIDDEN = 16, 256
"""Numbers of a code, and values of the layer between."""
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
        pixels, classes = torch.from_numpy(shown.pixels), torch.from_numpy(shown.of_class)
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
            codes = encoder(both)[:, :_SIZE].numpy()
        return Trained(network_of(linear(decoder)), codes)


def autoencoder(shown: Shown) -> Trained:
    """Train a denoising autoencoder: noise is taken off again by way of a code.

    Vincent et al., Extracting and Composing Robust Features with Denoising Autoencoders, 2008.
    """
    with torch_of(_seed("autoencoder")) as torch:
        pixels = torch.from_numpy(shown.pixels)
        encoder = layers(torch, pixels.shape[1], _HIDDEN, _SIZE)
        decoder = layers(torch, _SIZE, _HIDDEN, pixels.shape[1])

        def loss(rows: Any) -> Any:
            noisy = pixels[rows] + _NOISE * torch.randn_like(pixels[rows])
            code = encoder(noisy)
            made = decoder(code)
            return (_entropy(torch, made, pixels[rows]) + _SMALL * (code**2).sum()) / len(rows)

        _fit(torch, [encoder, decoder], loss, len(pixels))
        with torch.no_grad():
            codes = encoder(pixels).numpy()
        return Trained(network_of(linear(decoder)), codes)


def gan(shown: Shown) -> Trained:
    """Train a conditional generator against a critic whose slope is held at 1.

    Gulrajani et al., Improved Training of Wasserstein GANs, NeurIPS 2017. No picture has a code.
    """
    with torch_of(_seed("gan")) as torch:
        pixels, classes = torch.from_numpy(shown.pixels), torch.from_numpy(shown.of_class)
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
    "gan": gan,
    "vae": vae,
}
"""By the names of steps."""
