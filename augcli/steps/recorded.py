"""Steps as records tell them: by name and params, which may be of another version, or damaged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from augcli.errors import SampleError
from augcli.foreign import FILE, shown_origin
from augcli.steps.generating import Generating
from augcli.transform import REGISTRY, Params, Transform, declared_range, own_fields, walk

S = TypeVar("S", bound=Transform)


def step_named(base: type[S], name: str) -> type[S]:
    """Return the transform of this name, of a base's kind; SampleError if this version has none."""
    cls = REGISTRY.get((base.kind, name))
    if cls is None or not issubclass(cls, base):
        raise SampleError(f"this version of augment has no step {name!r}")
    return cls


def step_of(base: type[S], step: Mapping[str, Any]) -> type[S]:
    """Return the transform of a recorded step; SampleError where it is not what it was."""
    name, plugin = step["name"], step.get("plugin")
    if plugin and (base.kind, name) not in REGISTRY:
        hint = "; name the file by --plugin" if FILE in plugin else ""
        raise SampleError(f"there is no step {name!r} here: it was of {shown_origin(plugin)}{hint}")
    cls = step_named(base, name)
    if cls.origin != plugin:
        now, then = (shown_origin(each or "augment itself") for each in (cls.origin, plugin))
        raise SampleError(f"step {name!r} is now of {now}, and was of {then}")
    return cls


def own_steps(steps: Sequence[Transform]) -> bool:
    """Return whether a step is other people's or asks their programs, one in a control too."""
    return any(step.origin or isinstance(step, Generating) for step in walk(steps))


def check_steps(base: type[Transform], steps: Iterable[Mapping[str, Any]]) -> None:
    """Raise SampleError unless recorded steps are such as the declarations of a kind allow."""
    for step in steps:
        _check_params(step_of(base, step), step["params"])


def _check_params(cls: type[Transform], params: Params) -> None:
    told = {name: params[name] for name in own_fields(cls) if name in params.keys() - cls.lists}
    for name, value in told.items():
        if declared_range(cls, name) and not isinstance(value, int | float):
            raise SampleError(f"{cls.name}.{name} in the manifest: expected a number")
    try:
        cls.model_validate(told)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            if not _may_lack(cls, fault):
                raise _as_told(cls, fault) from None


def _may_lack(cls: type[Transform], fault: ErrorDetails) -> bool:
    """Return whether a field is no more than missing, which params of others' steps may lack."""
    return fault["type"] == "missing" and bool(cls.origin or fault["loc"][0] in cls.lists)


def validated(cls: type[S], told: Params) -> S:
    """Return a step as it was recorded; SampleError where its declaration does not allow that."""
    try:
        return cls.model_validate(told)
    except ValidationError as error:
        raise _as_told(cls, error.errors(include_url=False)[0]) from None


def _as_told(cls: type[Transform], fault: ErrorDetails) -> SampleError:
    """Return what is wrong with a record."""
    place = ".".join(map(str, (cls.name, *fault["loc"])))
    return SampleError(f"{place} in the manifest: {fault['msg']}")
