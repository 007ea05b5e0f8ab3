"""Steps are found by the text of what declares them, and nothing else is imported for them."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest
from click import Choice

from augcli import recognised
from augcli.cli.aids import init
from augcli.registry import Registry
from augcli.settings.base import KindName
from augcli.transform import REGISTRY, catalogue

KINDS = KindName.__args__


def test_every_kind_is_looked_for_and_can_be_asked_for() -> None:
    asked = next(each for each in init.params if each.name == "kind")
    assert isinstance(asked.type, Choice)
    assert sorted(recognised.KINDS) == sorted(asked.type.choices) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_of_every_module_is_found(kind: str) -> None:
    package = importlib.import_module(f"augcli.{kind}.transforms")
    names = [name for _, name, _ in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    declared = {cls for module in modules for cls in vars(module).values() if is_step(cls, kind)}
    assert declared == {cls for (of, _), cls in REGISTRY.items() if of == kind}


def is_step(cls: object, kind: str) -> bool:
    """Return whether a class has been registered, as `name` is nothing that it inherits."""
    return isinstance(cls, type) and "name" in vars(cls) and getattr(cls, "kind", None) == kind


def test_a_recipe_imports_its_own_steps_alone() -> None:
    code = """
import sys
from augcli.transform import catalogue
found = [catalogue("image")[name].__module__ for name in ("rotate", "one_of")]
others = [name for name in sys.modules if ".transforms." in name]
print(found, others)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rotate = "augcli.image.transforms.geometry"
    assert told.stdout == f"{[rotate, 'augcli.steps.control']} {[rotate]}\n"


def test_what_a_kind_has_not() -> None:
    assert "eda" in catalogue("text")
    assert "eda" not in catalogue("image")
    assert ("image", "no_such_step") not in REGISTRY
    assert ("films", "rotate") not in REGISTRY


def test_no_name_is_given_twice() -> None:
    registry: Registry[type] = Registry()
    registry.add(("image", "shiny"), int)
    with pytest.raises(ValueError, match="registered twice"):
        registry.add(("image", "shiny"), str)
    assert registry["image", "shiny"] is int
    with pytest.raises(ValueError, match="augment has a step 'rotate'"):
        registry.add(("image", "rotate"), int)
