"""What holds for the declaration of every step of every kind, found in the registry."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError
from together import together

from augcli.image.config import ImageDatasetSettings
from augcli.image.labelled.schemes import SCHEMES, scheme_named
from augcli.kind import load_kind
from augcli.ranges import Real
from augcli.tabular.methods.base import register_method
from augcli.transform import (
    COMMON_FIELDS,
    REGISTRY,
    Compound,
    Transform,
    catalogue,
    declared_range,
    own_fields,
    register,
)

STEPS = {f"{kind}.{name}": cls for (kind, name), cls in REGISTRY.items()}
BOUNDED = [
    (step, field, declared)
    for step, cls in STEPS.items()
    for field in own_fields(cls)
    if (declared := declared_range(cls, field))
]

every = together("step", STEPS)


def needed(cls: type[Transform]) -> dict[str, Any]:
    """Return parameters without a default as the docs show them."""
    required = {key: info for key, info in cls.model_fields.items() if info.is_required()}
    shown = {key: info.examples[0] for key, info in required.items() if info.examples}
    inner = (catalogue("image")["rotate"](), catalogue("image")["scale"]())
    return shown | ({"steps": inner} if "steps" in required else {})


def outside(declared: Real) -> list[object]:
    low, high = declared.low, declared.high
    beyond = [low - 1, high + 1, float("nan"), float("inf"), -float("inf"), 10**400]
    malformed = ["1", None, True, [], [low], [low, high, high], {"choice": []}, {"pick": [1]}]
    ranges = [[high, low - 1], [low - 1, high], [low, high + 1], {"choice": [low, high + 1]}]
    normals = [{"normal": [high + 1, 1]}, {"normal": [low, 0]}, {"normal": [True, True]}]
    return beyond + malformed + ranges + normals + ([low + 0.5] if declared.whole else [])


@every
def test_documented(step: str) -> None:
    cls = STEPS[step]
    first = (cls.__doc__ or "").splitlines()[0]
    assert first.endswith((".", ". Exact"))
    assert len(first) < 100
    for field in own_fields(cls):
        declared = declared_range(cls, field)
        about = declared.about if declared else cls.model_fields[field].description
        assert about, f"{field} is not described"


@together(("step", "field", "declared"), BOUNDED)
def test_values_out_of_range_are_refused(step: str, field: str, declared: Real) -> None:
    for value in outside(declared):
        with pytest.raises(ValidationError) as caught:
            STEPS[step].model_validate(needed(STEPS[step]) | {field: value})
        assert [error["loc"][0] for error in caught.value.errors()] == [field], value


@every
def test_unknown_parameters_are_refused(step: str) -> None:
    with pytest.raises(ValidationError, match="nonsense"):
        STEPS[step].model_validate(needed(STEPS[step]) | {"nonsense": 1})


@every
def test_recipe_form_round_trip(step: str) -> None:
    cls = STEPS[step]
    transform = cls.model_validate(needed(cls))
    plain = transform.model_dump(mode="json", by_alias=True)
    assert set(plain) >= set(own_fields(cls))
    if not issubclass(cls, Compound):
        assert cls.model_validate(plain) == transform
    assert {"p", "only", "id"} <= COMMON_FIELDS


def test_what_is_there_is_not_registered_again() -> None:
    methods = load_kind("tabular").balances
    with pytest.raises(ValueError, match="augment has a step 'rotate'"):
        register(type("Rotate", (REGISTRY["image", "rotate"],), {"__doc__": "Turn."}))
    with pytest.raises(ValueError, match="registered twice"):
        register_method(methods["smote"])
    assert all(cls.model_fields["method"].default == name for name, cls in methods.items())


def test_ways_of_keeping_labels_are_declared_by_their_names() -> None:
    named = get_args(ImageDatasetSettings.model_fields["format"].annotation)
    assert {*named} == {"folders", *SCHEMES}
    assert [getattr(scheme_named(name), "name", None) for name in SCHEMES] == [*SCHEMES]
