"""Steps that learn: what they find out about the augmented splits before the first task.

A step that learns has a `Learner`. That looks at sources one by one, works on parts of what was
seen, and puts together a `Model`: plain JSON under its hash. The steps that are run hold their
models, and the recipe says their hashes, so that stamps hang on them as on all that it says. What
is drawn is in the params, so that a replay needs no model; where it would be too much of that, they
have the model's hash, and a replay reads the one that lies in the output.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

from msgspec import Struct
from pydantic import (
    BaseModel,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from augcli.disk.folder import Folder
from augcli.errors import SampleError
from augcli.foreign import derived_from
from augcli.settings.base import DatasetSettings, PathName
from augcli.task import Plain, Source
from augcli.transform import Params, Transform, changed, walk

PLACE = ".augment/learned"
"""Where in an output its models lie, each named after its hash."""
_MOST_BYTES = 1 << 28
"""That a file of a model may have."""

Shape = TypeVar("Shape", bound=BaseModel)


class ModelError(ValueError):
    """What is told of a model is none, or not whole."""


def read_as(shape: type[Shape], told: Plain, what: str) -> Shape:
    """Return what a model tells as parts of some shape; ModelError where that is nothing of it."""
    try:
        return shape.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ModelError(f"tells nothing of {what}: {place}: {first['msg']}") from None


class Model(Struct, frozen=True):
    """What a step has learned."""

    step: str
    revision: int
    """That of the learner."""
    sources: str
    """The hash of what it was learned from."""
    told: Plain
    sha256: str
    """Of all that comes before it."""

    def __hash__(self) -> int:
        return hash(self.sha256)

    @classmethod
    def of(cls, step: str, revision: int, sources: str, told: Plain) -> Model:
        """Return a model with its hash."""
        text = json.dumps([step, revision, sources, told], sort_keys=True, allow_nan=False)
        return cls(step, revision, sources, told, hashlib.sha256(text.encode()).hexdigest())

    @classmethod
    def read(cls, plain: Any) -> Model:
        """Return the model that was made plain; ModelError where its hash is not its own."""
        try:
            told = {key: plain[key] for key in ("step", "revision", "sources", "told")}
            model = cls.of(**told)
            sha256 = plain["sha256"]
        except (TypeError, LookupError, ValueError) as error:
            raise ModelError("is no model that `augment learn` wrote") from error
        if model.sha256 != sha256:
            raise ModelError("is not what `augment learn` wrote: its hash is another one")
        return model

    @classmethod
    def parse(cls, data: bytes) -> Model:
        """Return the model in a file; ModelError where there is none."""
        if len(data) > _MOST_BYTES:
            raise ModelError(f"has {len(data)} bytes, more than {_MOST_BYTES} that are read")
        try:
            plain = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise ModelError("is no JSON") from error
        return cls.read(plain)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls)

    def plain(self) -> Plain:
        """Return this as plain JSON, what is short first."""
        head = {key: getattr(self, key) for key in ("step", "revision", "sha256", "sources")}
        return {"augment": "model", **head, "told": self.told}

    def text(self) -> str:
        """Return what a file of it holds."""
        return json.dumps(self.plain(), separators=(",", ":")) + "\n"


GivenModel = Annotated[
    Model | PathName | None,
    PlainSerializer(lambda given: given.sha256 if isinstance(given, Model) else given),
    WithJsonSchema({"type": ["string", "null"]}),
]
"""Where its file lies; once that is read the model itself, of which a recipe then has the hash."""


class Seen(NamedTuple):
    """What a learner keeps of one source."""

    label: str | None
    sha256: str
    data: bytes


class Doubt(NamedTuple):
    """What a person should know of a model."""

    text: str
    refused: bool = False
    """Whether `check` calls it an error."""
    code: str = "little-learned"
    """Under which it is told."""
    stops: bool = False
    """Whether no sample could have the step, so that a run refuses it, too."""


D = TypeVar("D", bound=DatasetSettings)


class Learner(ABC, Generic[D]):
    """How something is learned from sources; what is asked of it hangs on its arguments alone."""

    revision: ClassVar[int] = 1
    """Raised when it comes to learn something else from the same sources."""
    most: ClassVar[int] = 1000
    """Sources of a class that are looked at."""
    in_all: ClassVar[int] = 20_000
    """Sources of all classes that are."""

    def lacking(self) -> str | None:
        """Return what is to be installed before it can learn, None where all is there."""
        return None

    @abstractmethod
    def look(self, sources: Sequence[Source], settings: D) -> bytes:
        """Return what is to be known of a source; SampleError where it tells nothing."""

    def parts(self, seen: Sequence[Seen]) -> Iterable[Any]:
        """Yield what there is to work out, as plain JSON; nothing where looking is enough."""
        return ()

    def worked(self, seen: Sequence[Seen], part: Any) -> bytes:
        """Return what is worked out of one of these parts."""
        raise NotImplementedError

    @abstractmethod
    def learned(self, seen: Sequence[Seen], worked: Sequence[bytes]) -> Plain:
        """Return what a model tells; `worked` are all parts in their order."""

    @abstractmethod
    def blank(self) -> Plain:
        """Return what stands for a model that is still to be learned, where costs are guessed."""

    @abstractmethod
    def prove(self, told: Plain) -> None:
        """Raise ModelError where this is not what a model of its step tells."""

    @abstractmethod
    def story(self, told: Plain) -> str:
        """Return in words what a model was learned from."""

    def doubts(self, told: Plain, step: Transform) -> Iterator[Doubt]:
        """Yield what a person should know of a model, as far as a step uses it."""
        yield from ()


@derived_from
class Learning(Transform):
    """A step that learns."""

    found_out: ClassVar[frozenset[str]] = frozenset({"model"})

    model: GivenModel = Field(
        None,
        description="what it is to know, from a file that `augment learn` wrote, relative to the "
        "recipe's own folder; when left out it learns from the splits that are augmented",
    )
    freeze: bool = Field(
        False, description="keep what was learned for an output, though its sources have changed"
    )

    @classmethod
    def learner(cls) -> Learner[Any]:
        """Return how it learns."""
        raise NotImplementedError

    @property
    def known(self) -> Model:
        """Return what it has learned; that comes before anything is drawn."""
        assert isinstance(self.model, Model), f"{self.name} has learned nothing yet"
        return self.model

    @cached_property
    def _declared(self) -> Params:
        """Return what is recorded beside what is drawn: nothing of the model."""
        return {k: v for k, v in super()._declared.items() if k not in Learning.__annotations__}

    def modes(self, label: str | None) -> Sequence[tuple[str, Params]]:
        """Return what it mostly does to a class, for `preview`: words, and params."""
        return ()


@lru_cache(maxsize=4)
def kept_in(output: Path, sha256: str) -> Model:
    """Return the model of this hash that an output has; SampleError where it has none."""
    try:
        if not sha256.isalnum():
            raise ModelError("that is no hash")
        model = Model.parse(Folder(output).read(f"{PLACE}/{sha256}.json"))
    except (OSError, ModelError) as error:
        raise SampleError(f"what it was made by is not in {PLACE}: {error}") from error
    if model.sha256 != sha256:
        raise SampleError(f"what it was made by is not in {PLACE}: {sha256} is another model")
    return model


def models_of(steps: Sequence[Transform]) -> dict[str, Model]:
    """Return what steps have learned, by its hash."""
    learning = [step for step in walk(steps) if isinstance(step, Learning)]
    return {each.model.sha256: each.model for each in learning if isinstance(each.model, Model)}


def knowing(models: Mapping[str, Model], step: Transform) -> Transform:
    """Return a step that holds the model of which it has the hash."""
    if isinstance(step, Learning) and isinstance(step.model, str):
        return changed(step, model=models[step.model])
    return step
