"""Every step and balance method has a test by a formula or a library: it fails without these."""

from __future__ import annotations

from pathlib import Path

import pytest
from oracles import Step, may_be_passed_over, steps_of

from augcli.foreign import is_foreign
from augcli.tabular.methods import METHODS
from augcli.transform import REGISTRY, Control

BY_RUNS = {
    ("image", "generate"): "test_generate.py, by a program of its own",
    ("image", "learned_whitening"): "test_learned_statistics.py, by what Keras makes",
    ("image", "identity"): "does nothing itself",
    ("text", "generate"): "test_generate.py, by a program of its own",
    ("text", "fill_mask"): "test_models.py, by a model made for it",
    ("text", "back_translate"): "test_models.py, by a model made for it",
    ("tabular", "tvae"): "test_trained_rows.py, by what torch trains",
    ("tabular", "ctgan"): "test_trained_rows.py, by what torch trains",
}
"""Steps that nothing but a whole run shows, or a model, and which tests do."""


def test_every_step_has_an_oracle(request: pytest.FixtureRequest) -> None:
    items = request.session.items
    marked = {file for file in Path(__file__).parent.rglob("test_*.py") if _is_marked(file)}
    if not marked <= {item.path for item in items}:
        pytest.skip("not all tests are collected")
    known = {step for item in items if not may_be_passed_over(item) for step in steps_of(item)}
    assert _steps() - known == BY_RUNS.keys()
    assert known <= _steps()


@pytest.mark.parametrize("mark", ["skip", "xfail", "skipif(False, reason='never')", ""])
def test_an_oracle_that_may_be_passed_over_is_none(mark: str, pytester: pytest.Pytester) -> None:
    decorator = f"@pytest.mark.{mark}\n" if mark else ""
    (item,) = pytester.getitems(f"import pytest\n{decorator}def test_a(): pass")
    assert may_be_passed_over(item) is bool(mark)


@pytest.mark.parametrize(
    "call", ["pytest.skip('no')", "pytest.xfail()", "pytest.importorskip('torch')"]
)
def test_an_oracle_does_not_pass_itself_over(call: str, pytester: pytest.Pytester) -> None:
    (item,) = pytester.getitems(f"import pytest\ndef test_a():\n    {call}")
    assert may_be_passed_over(item)


def _is_marked(file: Path) -> bool:
    return file != Path(__file__) and "@pytest.mark.oracle" in file.read_text("utf-8")


def _steps() -> set[Step]:
    steps = {step for step, cls in REGISTRY.items() if not issubclass(cls, Control)}
    methods = {("tabular", name) for name, cls in METHODS.items() if not is_foreign(cls)}
    assert steps.isdisjoint(methods)
    return steps | methods
