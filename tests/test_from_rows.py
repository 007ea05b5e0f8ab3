"""The page for those who come from imbalanced-learn, EDA and Augmentor names what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from imblearn import combine, over_sampling, under_sampling

from augcli.kind import load_kind
from augcli.transform import catalogue

PAGE = (Path(__file__).parent.parent / "docs/from_rows.md").read_text("utf-8")


def rows(title: str) -> Iterator[tuple[str, str]]:
    """Yield what a row of the first table below a title says of both sides."""
    table = PAGE.split(f"## {title}\n")[1].split("\n\n| parameter")[0].split("\n## ")[0]
    for line in table.splitlines():
        if line.startswith("| `"):
            there, here = re.split(r"(?<!\\)\|", line)[1:3]
            yield there.strip(), here.strip()


def test_every_sampler_of_imbalanced_learn_is_there() -> None:
    told = {re.split(r"\W", there)[1] for there, _ in rows("imbalanced-learn")}
    modules = (over_sampling, under_sampling, combine)
    assert told == {name for module in modules for name in module.__all__}


@pytest.mark.parametrize(("there", "here"), [*rows("imbalanced-learn")])
def test_what_balances_here_can_be_said(there: str, here: str) -> None:
    asked = yaml.safe_load(here.strip("`"))
    load_kind("tabular").balances[asked["method"]].model_validate(asked)


@pytest.mark.parametrize(("kind", "title"), [("text", "EDA and AEDA"), ("image", "Augmentor")])
def test_steps_can_be_said(kind: str, title: str) -> None:
    for there, here in rows(title):
        if here != "none":
            step = yaml.safe_load(here.strip("`"))
            ((name, told),) = ((step, {}),) if isinstance(step, str) else step.items()
            steps = told if isinstance(told, list) else []
            inner = {"steps": [catalogue(kind)[each]() for each in steps]} if steps else told
            assert catalogue(kind)[name].model_validate(inner), there
