"""Networks: trained by torch, which is imported here alone, and run by NumPy without it.

A network is told as plain JSON: the sizes of its layers, and their weights as base64 of 32-bit
floats. Nothing of it is code, so that a file of anybody's can be read.
"""

from __future__ import annotations

import importlib
import os
from abc import abstractmethod
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from typing import Annotated, Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from augcli.errors import UsageError

Floats: TypeAlias = NDArray[np.float32]

_LACKING = "takes the extra `torch`: pip install 'augcli[torch]'"
DEVICE = "AUGMENT_DEVICE"
"""The environment variable that names where torch trains: cpu, where nothing is said."""
_LARGEST = 1e6
"""Of a weight, far above any that is learned."""
_WIDEST = 1 << 16

Width = Annotated[int, Field(ge=1, le=_WIDEST)]


def lacking() -> str | None:
    """Return what to say where torch is not installed, None where it is."""
    return None if find_spec("torch") else _LACKING


@contextmanager
def torch_of(seed: int) -> Iterator[Any]:
    """Give torch on one thread, its draws begun at a seed, and nothing in it left to chance.

    What it makes is on the device that the environment names. UsageError where that is none.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # or products are left to chance
    torch = importlib.import_module("torch")
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    device = _device(torch)
    on_cpu = device.type == "cpu"
    with torch.random.fork_rng([] if on_cpu else None), nullcontext() if on_cpu else device:
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(mode=True)
        torch.manual_seed(seed)
        try:
            yield torch
        finally:
            torch.use_deterministic_algorithms(mode=strict)
            torch.set_num_threads(threads)


def _device(torch: Any) -> Any:
    """Return where torch works; UsageError where it cannot work there."""
    name = os.environ.get(DEVICE, "cpu")
    try:
        return torch.empty(0, device=name).device
    except (AssertionError, RuntimeError) as error:
        first, *_ = str(error).splitlines()
        text = f"the environment names {DEVICE}={name}, where torch cannot work: {first}"
        raise UsageError(text) from None


def array_of(tensor: Any) -> NDArray[Any]:
    """Return a tensor of torch's as an array, wherever it is."""
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def layers(torch: Any, *widths: int) -> Any:
    """Return dense layers of these widths, with what is below 0 cut off between them."""
    nn = torch.nn
    pairs = [(nn.Linear(*both), nn.ReLU()) for both in pairwise(widths)]
    return nn.Sequential(*[each for pair in pairs for each in pair][:-1])


def linear(network: Any) -> list[Any]:
    """Return the dense layers of a network of torch's."""
    return [layer for layer in network if hasattr(layer, "in_features")]


def fit(  # noqa: PLR0913 – what training is made of
    torch: Any,
    weights: Iterable[Any],
    loss: Callable[[Any], Any],
    count: int,
    steps: int,
    *,
    batch: int,
    decay: float = 0.0,
) -> None:
    """Minimise a loss of some of `count` rows at a time by Adam."""
    optimiser = torch.optim.Adam(weights, lr=1e-3, weight_decay=decay, fused=True)
    for _ in range(steps):
        _improve(optimiser, loss(torch.randint(count, (min(batch, count),))))


def contest(  # noqa: PLR0913 – what training is made of
    torch: Any,
    weights: Iterable[Any],
    critic: Any,
    batch: Callable[[], tuple[Any, Any, Any]],
    steps: int,
    *,
    rate: float,
    decay: float = 0.0,
) -> None:
    """Train the weights of a generator against a critic by turns.

    A batch is what is real, what was made, and what else that costs the generator. Wasserstein's
    distance with a penalty on the critic's slope (Gulrajani et al., NeurIPS 2017).
    """
    told = {"lr": rate, "betas": (0.5, 0.9), "weight_decay": decay, "fused": True}
    first = torch.optim.Adam(weights, **told)
    second = torch.optim.Adam(critic.parameters(), **told)
    for _ in range(steps):
        real, made, _ = batch()
        fake = made.detach()
        loss = critic(fake).mean() - critic(real).mean() + _slope(torch, critic, real, fake)
        _improve(second, loss)
        _, made, cost = batch()
        _improve(first, cost - critic(made).mean())


def _improve(optimiser: Any, loss: Any) -> None:
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def _slope(torch: Any, critic: Any, real: Any, fake: Any) -> Any:
    """Return the penalty: ten times the squared distance of slopes from 1, on the way between."""
    part = torch.rand(len(real), 1)
    between = (part * real + (1 - part) * fake).requires_grad_()
    slopes = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]
    return 10 * ((slopes.norm(dim=1) - 1) ** 2).mean()


def packed(values: NDArray[Any]) -> str:
    """Return an array as base64 of 32-bit floats."""
    return b64encode(values.astype("<f4").tobytes()).decode()


def unpacked(text: str, *shape: int) -> Floats:
    """Return an array of such a shape; ValueError where the text is none, or has nonsense."""
    values = np.frombuffer(b64decode(text, validate=True), "<f4").reshape(shape)
    if not (np.abs(values) <= _LARGEST).all():
        raise ValueError("numbers beyond all bounds")
    return values.astype(np.float32)


class Told(BaseModel):
    """A part of what a model tells, read strictly; nothing else may stand in it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Layer(Told):
    """A layer of a network, whose weights are read when it is."""

    @property
    @abstractmethod
    def matrix(self) -> Floats:
        """Return the weights: what goes in by what comes out, and a last row of what is added."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Read the weights; ValueError where they do not fit."""
        assert self.matrix.size
        return self


class Dense(Layer):
    """A dense layer: weights row by row, an input each, then what is added."""

    inputs: Width
    outputs: Width
    weights: str

    @cached_property
    def matrix(self) -> Floats:
        """Return the weights."""
        return unpacked(self.weights, self.inputs + 1, self.outputs)

    @classmethod
    def of(cls, matrix: NDArray[Any]) -> Dense:
        """Return the layer of a matrix, whose last row is added."""
        return cls(inputs=len(matrix) - 1, outputs=matrix.shape[1], weights=packed(matrix))

    def __call__(self, values: Floats) -> Floats:
        """Return what comes out for rows of values."""
        made: Floats = values @ self.matrix[:-1] + self.matrix[-1]
        return made


class Enlarging(Layer):
    """A layer that doubles the sides of pictures, then sees 3 × 3 of each place: a convolution.

    Values are pictures row by row, all bands of a place together; outside of them is 0.
    """

    side: Annotated[int, Field(ge=1, le=256)]
    """Rows and columns of the pictures that go in."""
    bands: Annotated[int, Field(ge=1, le=256)]
    made: Annotated[int, Field(ge=1, le=256)]
    """Bands of those that come out."""
    weights: str

    @cached_property
    def matrix(self) -> Floats:
        """Return the weights: rows, columns and bands of what is seen, then what is added."""
        return unpacked(self.weights, 9 * self.bands + 1, self.made)

    @classmethod
    def of(cls, matrix: NDArray[Any], side: int) -> Enlarging:
        """Return the layer of a matrix, whose last row is added."""
        bands = (len(matrix) - 1) // 9
        return cls(side=side, bands=bands, made=matrix.shape[1], weights=packed(matrix))

    @property
    def inputs(self) -> int:
        """Return how many values go in."""
        return self.side**2 * self.bands

    @property
    def outputs(self) -> int:
        """Return how many values come out."""
        return 4 * self.side**2 * self.made

    def __call__(self, values: Floats) -> Floats:
        """Return what comes out for rows of values."""
        pictures = values.reshape(-1, self.side, self.side, self.bands)
        wide = pictures.repeat(2, axis=1).repeat(2, axis=2)
        framed = np.pad(wide, ((0, 0), (1, 1), (1, 1), (0, 0)))
        seen = np.lib.stride_tricks.sliding_window_view(framed, (3, 3), axis=(1, 2))
        rows = seen.transpose(0, 1, 2, 4, 5, 3).reshape(-1, 9 * self.bands)
        made: Floats = rows @ self.matrix[:-1] + self.matrix[-1]
        return made.reshape(len(values), self.outputs)


class Network(Told):
    """Layers, one after the other, with what is below 0 cut off between them."""

    layers: Annotated[list[Dense | Enlarging], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Hold layers against each other; ValueError where one takes what none gives."""
        if any(one.outputs != other.inputs for one, other in pairwise(self.layers)):
            raise ValueError("layers do not fit each other")
        return self

    @property
    def inputs(self) -> int:
        """Return how many values go in."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """Return how many values come out."""
        return self.layers[-1].outputs

    def __call__(self, values: Floats) -> Floats:
        """Return what comes out for rows of values."""
        *first, last = self.layers
        for layer in first:
            values = layer(values).clip(min=0)
        return last(values)


def network_of(linear: Iterable[Any]) -> Network:
    """Return what torch has trained, from its linear layers."""
    return Network(layers=[Dense.of(matrix_of(layer)) for layer in linear])


def matrix_of(layer: Any) -> NDArray[Any]:
    """Return the weights of a linear layer of torch's; the last row is added."""
    return np.vstack([array_of(layer.weight).T, array_of(layer.bias)])


def flat_network(widths: Sequence[int]) -> Network:
    """Return a network that gives 0 whatever goes in."""
    return Network(layers=[Dense.of(np.zeros((n + 1, m))) for n, m in pairwise(widths)])
