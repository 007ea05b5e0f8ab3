"""`augment test-plugin` and the suites ask the same of a step, each promise of it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from helpers import augment, forget_plugins, write

from augcli.commands.plugin import tried
from augcli.contract import breaches
from augcli.contract.image import TRIAL
from augcli.contract.methods import method_breaches
from augcli.contract.trials import stream
from augcli.image.transforms.framing import LongestSide
from augcli.ranges import Constant
from augcli.steps.plugins import load
from augcli.tabular.methods import METHODS
from augcli.transform import REGISTRY

BAD = '''
import random
from typing import Annotated, Literal
import numpy as np
from augcli.draws import Draws, repeated
from augcli.image.operations.ops import Pixels
from augcli.image.transform import ImageTransform
from augcli.tabular.drawn import Drawn
from augcli.tabular.keys import gaps
from augcli.tabular.methods.base import TableBalance, register_method
from augcli.tabular.transform import RowTransform
from augcli.text.transform import TextTransform
from augcli.timeseries.transform import OneByOne
from augcli.ranges import Real, Spread, Uniform
from augcli.transform import register

@register
class Mirror2(ImageTransform):
    """Mirrors without its boxes."""
    @classmethod
    def lower(cls, params, facts):
        return [Pixels(lambda pixels: np.ascontiguousarray(pixels[:, ::-1]))]

@register
class Chancy(ImageTransform):
    """Draws on its own."""
    @classmethod
    def lower(cls, params, facts):
        return [Pixels(lambda pixels: (pixels * random.random()).astype(pixels.dtype))]

@register
class Inplace(ImageTransform):
    """Writes into its input."""
    @classmethod
    def lower(cls, params, facts):
        def change(p):
            p[0] = 0
            return p
        return [Pixels(change)]

@register
class Company(ImageTransform):
    """Draws otherwise among others than alone."""
    def make_params(self, draws, facts):
        return {"alone": type(draws) is Draws}
    @classmethod
    def lower(cls, params, facts):
        return []

@register
class Undoc(ImageTransform):
    share: Annotated[Spread, Real(0, 1, "", neutral=0)] = Uniform(0, 1)
    @classmethod
    def lower(cls, params, facts):
        return [Pixels(lambda p: (p / params["share"]).astype(p.dtype) if params["share"] else 1/0)]

@register
class Mean(RowTransform):
    """Looks at other rows."""
    def apply(self, block, params):
        return block.changed({i: v - v.mean() for i, v in block.numbers.items()})

@register
class Keeps(RowTransform):
    """Writes into its input, and gives it back."""
    def apply(self, block, params):
        for values in block.numbers.values():
            values *= 2
        return block

@register
class First(TextTransform):
    """Needs two words."""
    def edits(self, draws, document):
        a, b = document.words[0], document.words[1]
        return []

@register
class Norm(OneByOne):
    """Divides by the spread."""
    @classmethod
    def apply(cls, series, params, partners):
        with np.errstate(all="ignore"):
            return series.with_values(series.values / series.values.std(axis=1, keepdims=True))

@register
class Plain(RowTransform):
    """Draws for all rows at once."""
    def make_params(self, keys, table):
        return {"by": np.arange(float(len(keys)))}

    def apply(self, block, params):
        return block

@register
class Odd(TextTransform):
    """Gives what JSON has not."""
    def make_params(self, draws, facts):
        return {"edits": [], "mark": float("nan")}

@register
class Same(ImageTransform):
    """Draws nothing of its range."""
    share: Annotated[Spread, Real(0, 1, "how much", neutral=0)] = Uniform(0, 1)

    def make_params(self, draws, facts):
        return {"share": 0.5}

    @classmethod
    def lower(cls, params, facts):
        return []

@register
class Lift(RowTransform):
    """Adds what all rows of the table, test rows too, are on average."""
    def apply(self, block, params):
        means = {i: np.nanmean(block.table.numbers[i]) for i in block.numbers}
        return block.changed({i: v + means[i] for i, v in block.numbers.items()})

@register_method
class Leaky(TableBalance):
    """Takes partners by the sum of a column, test rows and all."""
    method: Literal["leaky"] = "leaky"

    def draw(self, space, label, wanted):
        rows = space.rows[space.members(label)]
        which, copy = repeated(space.streams.spread(rows, wanted))
        turn = int(abs(space.table.numbers[0].sum()) * 1000) % len(rows)
        keys = space.streams.keys(rows[which], copy)
        partner = np.roll(rows, turn)[which]
        return [Drawn("leaky", label, rows[which], copy, partner, gaps(keys))], []
'''
BREAKS = {
    "mirror2": "targets move where pixels move",
    "chancy": "params alone determine the output",
    "inplace": "keeps what a picture is",
    "undoc": "is documented",
    "mean": "some rows are changed as all are",
    "keeps": "leaves its input as it is",
    "first": "takes every text",
    "norm": "makes numbers of numbers",
    "plain": "draws for some rows are those for all",
    "odd": "params are plain, and records of them are looked at",
    "company": "draws hang on names alone",
    "same": "draws hang on names alone",
    "lift": "held-out rows have no say",
    "leaky": "held-out rows have no say",
}


def test_each_promise_is_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path / "bad_steps.py", BAD)
    told = augment("test-plugin", file)
    assert told.returncode == 1
    found = defaultdict(set)
    for line in told.stdout.splitlines():
        name, promise, _ = line.split(": ", 2)
        found[name].add(promise)
    assert {name: BREAKS[name] in promises for name, promises in found.items()} == dict.fromkeys(
        BREAKS, True
    )


TWO = """from time import sleep
from os import _exit
from augcli.image.transform import Geometry
from augcli.transform import register

@register
class Fatal(Geometry):
    'Do what it may not.'

    @classmethod
    def lower(cls, params, facts):
        {}

@register
class Still(Geometry):
    'Do next to nothing.'

    @classmethod
    def lower(cls, params, facts):
        return []
"""


def test_a_step_that_ends_its_process_is_told_and_others_are_tried(tmp_path: Path) -> None:
    told = augment("test-plugin", write(tmp_path / "both.py", TWO.format("_exit(9)")))
    assert told.returncode == 1
    assert told.stdout.splitlines()[1:] == ["still: ok"]
    assert told.stdout.startswith("fatal: lets its process go on: ")


def test_a_step_that_hangs_is_told_and_others_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augcli.commands.plugin.LONGEST", 1)
    (fatal, still) = tried(write(tmp_path / "hung.py", TWO.format("sleep(1000)")))
    assert fatal == ("fatal", [("lets its process go on", "took longer than 1 s")])
    assert still == ("still", [])


def test_an_attribute_without_a_type_is_told_in_one_line(tmp_path: Path) -> None:
    text = TWO.format("pass").replace("'Do next to nothing.'", "'Nothing.'\n    extra = 3")
    told = augment("test-plugin", write(tmp_path / "odd.py", text))
    assert told.returncode == 2
    assert "`extra = 3`. All model fields require a type annotation" in told.stderr
    assert told.stderr.endswith(" (odd.py:15)\n") and r"\n" not in told.stderr


def test_a_file_without_steps_is_none(tmp_path: Path) -> None:
    told = augment("test-plugin", write(tmp_path / "none.py", "x = 1\n"))
    assert told.returncode == 2
    assert "declares no step: put `@register` before the class" in told.stderr
    ended = augment("test-plugin", write(tmp_path / "ended.py", "raise SystemExit(0)\n"))
    assert ended.returncode == 2
    assert "ended.py cannot be imported: SystemExit: 0 (ended.py:1)" in ended.stderr


def test_a_step_that_needs_a_parameter_gives_an_example(tmp_path: Path) -> None:
    head = "from pydantic import Field\nfrom augcli.text.transform import TextTransform\n"
    head += "from augcli.transform import register\n\n@register\nclass Tag(TextTransform):\n"
    head += (
        '    """Writes a word before the text."""\n    word: str = Field(description="it"{})\n\n'
    )
    body = "    def edits(self, draws, document):\n        return [[0, 0, self.word]]\n"
    load(write(tmp_path / "bare.py", head.format("") + body))
    (breach,) = breaches(REGISTRY["text", "tag"])
    assert "give `word` a default, or say `examples=[…]`" in breach.told
    load(write(tmp_path / "told.py", head.format(', examples=["so "]') + body))
    assert [*breaches(REGISTRY["text", "tag"])] == []
    forget_plugins()


SIZED = ("resize", "letterbox", "pad")
CROPS = ("center_crop", "random_crop", "crop", "crop_near_object", "five_crop", "mask_crop")
NEEDED: dict[str, dict[str, dict[str, object]]] = {
    "timeseries": {"crop": {"length": 40}, "resize": {"length": 90}},
    "image": {
        **{name: {"width": 80, "height": 90} for name in SIZED},
        **{name: {"width": 30, "height": 20} for name in CROPS},
        **{name: {"length": 50} for name in ("longest_side", "shortest_side")},
        "random_resized_crop": {"width": 32, "height": 32},
        "on_bands": {"steps": (REGISTRY["image", "gaussian_noise"](),)},
    },
}
APART = ("augcli.text.transforms.models", "augcli.image.transforms.programs")
"""Needs an extra, or a program, and has tests of its own."""


OURS = [key for key, cls in sorted(REGISTRY.items()) if cls.__module__ not in APART]


@pytest.mark.parametrize(("kind", "name"), OURS)
def test_our_own_steps_keep_every_promise(kind: str, name: str) -> None:
    given = NEEDED.get(kind, {}).get(name)
    assert [*breaches(REGISTRY[kind, name], given)] == []


def test_no_picture_is_made_that_is_too_large_to_be_tried() -> None:
    step = LongestSide(length=Constant(32_766))
    assert b"width=32766" in TRIAL.made(step, TRIAL.params(step, stream(0)))


@pytest.mark.parametrize("name", [n for n in METHODS if not getattr(METHODS[n], "extra", None)])
def test_methods_for_tables_keep_theirs(name: str) -> None:
    assert list(method_breaches(METHODS[name])) == []
