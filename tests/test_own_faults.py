"""A fault of a step of one's own costs the sample that it was met on, and nothing else."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from helpers import failures, forget_plugins, make_photos, manifest, picture, run, tree, write

STEPS = '''
import numpy as np
from augcli.errors import SampleError
from augcli.image.operations.geometry import Warp
from augcli.image.operations.ops import Pixels
from augcli.image.transform import ImageTransform, Seeded
from augcli.tabular.transform import RowTransform
from augcli.text.transform import TextTransform
from augcli.timeseries.transform import OneByOne
from augcli.timeseries.transforms.values import Scaling
from augcli.transform import register

@register
class Shaky(Seeded):
    """Fails on every other draw."""

    @classmethod
    def lower(cls, params, facts):
        def change(pixels):
            if params["seed"] % 2:
                raise RuntimeError("an odd seed")
            return pixels + 1
        return [Pixels(change)]

@register
class Wrong(ImageTransform):
    """Does what no step may."""
    how: str = "params"

    def make_params(self, draws, facts):
        return {"params": {"x": np.float32(1)}, "none": None}.get(self.how, {"how": self.how})

    @classmethod
    def lower(cls, params, facts):
        how = params["how"]
        if how == "bright":
            raise SampleError("too bright")
        if how == "exit":
            raise SystemExit(3)
        shapes = {"shape": lambda pixels: pixels[:2], "type": lambda pixels: pixels / 2}
        maps = {"flat": Warp(np.ones((3, 3)), 9, 9), "endless": Warp(np.full((3, 3), np.inf), 9, 9)}
        maps |= {"short": Warp(np.eye(3)[:2], 9, 9), "empty": Warp([*np.eye(3)], 9, 0)}
        others = {"ops": [cls], "lower": None} | {name: [each] for name, each in maps.items()}
        return others[how] if how not in shapes else [Pixels(shapes[how])]

@register
class Lift(RowTransform):
    """Adds one."""

    def apply(self, block, params):
        if any((values > 90).any() for values in block.numbers.values()):
            raise SampleError("above 90")
        return block.changed({index: values + 1 for index, values in block.numbers.items()})

@register
class Shout(TextTransform):
    """Upper case."""

    def edits(self, draws, document):
        if "ugly" in document.text:
            return {}["ugly"]
        if "half" in document.text:
            return [[0, 0, chr(0xD83D)]]
        text = document.text.upper() + "!" * draws.at("marks").integer(1, 99)
        return [[0, len(document.text), text]]

@register
class Tilt(OneByOne):
    """Adds a line."""

    @classmethod
    def apply(cls, series, params, partners):
        if series.values.max() > 90:
            return series.values
        return series.with_values(series.values + np.arange(series.length))

@register
class Whole(Scaling):
    """Scales by a whole number, but for one that is too small."""

    def columns(self, draws, channels, length, count):
        factors = draws.at("whole").integer(1, 4)
        if (factors < 2).any():
            return {"factors": [[1]] * (len(draws) + 1)}
        return {"factors": factors[:, None].tolist()}
'''


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Have other tests see nothing of these steps."""
    yield
    forget_plugins()


def own(folder: Path, step: Any, jobs: int = 1, out: str = "out", **changes: Any) -> Any:
    """Run a recipe with one of the steps on what lies in a folder."""
    write(folder / "own.py", STEPS)
    dataset = folder / changes.pop("name", "in")
    return run(dataset, folder / out, jobs, plugins=["own.py"], steps=[step], **changes)


def copies(folder: Path) -> Counter[str]:
    return Counter(line["source"] for line in manifest(folder) if line["copy"] is not None)


def test_a_copy_that_a_step_fails_on_is_drawn_again(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/a": 4, "train/b": 2})
    summary = own(tmp_path, "shaky", balance={"target": "max"})
    assert summary.exit_code == 0
    assert [(count.label, count.after) for count in summary.counts] == [("a", 12), ("b", 12)]
    lines = [line for line in manifest(tmp_path / "out") if line["copy"] is not None]
    assert all(line["steps"][0]["params"]["seed"] % 2 == 0 for line in lines)
    assert any(line.get("attempt") for line in lines)
    assert own(tmp_path, "shaky", balance={"target": "max"}).made == 0
    own(tmp_path, "shaky", 2, "again", balance={"target": "max"})
    assert tree(tmp_path / "again") == tree(tmp_path / "out")


def test_what_cannot_be_made_costs_no_original_and_others_make_up_for_it(tmp_path: Path) -> None:
    """Pictures of five pixels are those that the step cannot take."""
    make_photos(tmp_path / "in", {"train/a": 4, "train/b": 2})
    write(tmp_path / "in/train/b/small.png", picture(3, size=(2, 20)))
    step = {"random_crop": {"width": 10, "height": 10}}
    changes = {"steps": [step], "balance": {"target": 12}, "copies": 1}
    summary = run(tmp_path / "in", tmp_path / "out", **changes)
    told = failures(tmp_path / "out")
    assert [*told] == ["train/b/small.png"]
    assert told["train/b/small.png"].startswith("1 copy of it cannot be made: random_crop")
    assert (tmp_path / "out/train/b/small.png").exists()
    assert [(count.label, count.after) for count in summary.counts] == [("a", 12), ("b", 12)]
    assert copies(tmp_path / "out")["train/b/small.png"] == 0
    assert run(tmp_path / "in", tmp_path / "out", **changes).made == 0
    fewer = changes | {"balance": {"target": 8}}
    run(tmp_path / "in", tmp_path / "out", **fewer)
    run(tmp_path / "in", tmp_path / "fresh", **fewer)
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("params", "TypeError: Object of type float32 is not JSON serializable"),
        ("none", "TypeError: make_params returned NoneType, not dict"),
        ("lower", "TypeError: lower returned NoneType, not Sequence"),
        ("ops", "which is no operation of augment's"),
        ("shape", "ValueError: pixels came out as uint8 of (2, 20, 3), not uint8 of (16, 20, 3)"),
        ("type", "ValueError: pixels came out as float64 of"),
        ("flat", "LinAlgError: Singular matrix"),
        ("endless", "ValueError: lower returned a warp to (9, 9) px by [[inf, inf, inf],"),
        ("short", "ValueError: lower returned a warp to (9, 9) px by [[1.0, 0.0, 0.0], [0.0, 1.0"),
        ("empty", "ValueError: lower returned a warp to (9, 0) px by [[1.0, 0.0, 0.0], [0.0, 1.0"),
        ("bright", "step 'wrong': too bright"),
        ("exit", "step 'wrong' failed: SystemExit: 3 (own.py:"),
    ],
)
def test_what_no_step_may_return_is_told_as_its_fault(tmp_path: Path, how: str, told: str) -> None:
    make_photos(tmp_path / "in", {"train/a": 1})
    assert own(tmp_path, {"wrong": {"how": how}}).exit_code == 3
    (reason,) = failures(tmp_path / "out").values()
    assert reason.startswith("2 copies of it cannot be made: step 'wrong'")
    assert told in reason
    assert (tmp_path / "out/train/a/00.png").exists()


def test_the_line_of_the_file_is_told(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/a": 1})
    write(tmp_path / "own.py", STEPS.replace("% 2:", "% 1 == 0:"))
    place = STEPS[: STEPS.index("raise RuntimeError")].count("\n") + 1
    run(tmp_path / "in", tmp_path / "out", plugins=["own.py"], steps=["shaky"])
    (reason,) = failures(tmp_path / "out").values()
    assert reason.endswith(f"step 'shaky' failed: RuntimeError: an odd seed (own.py:{place})")


TABLE = "a,b,label\n" + "".join(f"{i}.5,{i % 7},{'xy'[i % 4 == 0]}\n" for i in range(85, 97))
TEXTS = "text\tlabel\n" + "".join(
    f"this is {'ugly' if i == 4 else 'fine'} {i}\t{'xy'[i % 3 == 0]}\n" for i in range(9)
)
SERIES = "t0,t1,t2,label\n" + "".join(
    f"{i},{i + 1}.25,{99 if i == 2 else i},{'xy'[i % 3 == 0]}\n" for i in range(9)
)
ROWS = {
    "tabular": ("t.csv", TABLE, "lift", {"label": "label"}),
    "text": ("t.tsv", TEXTS, "shout", {"format": "csv", "text": "text", "label": "label"}),
    "timeseries": ("s.csv", SERIES, "tilt", {"label": "label"}),
}
BAD = {
    "tabular": [f"t.csv#{i}" for i in range(5, 12)],
    "text": ["t.tsv#4"],
    "timeseries": ["s.csv#2"],
}
WHY = {
    "tabular": "step 'lift': above 90",
    "text": "step 'shout' failed: KeyError: 'ugly' (own.py:",
    "timeseries": "step 'tilt' failed: TypeError: apply returned ndarray, not Series",
}


def test_half_a_surrogate_pair_is_no_text(tmp_path: Path) -> None:
    write(tmp_path / "t.tsv", TEXTS.replace("ugly", "half"))
    dataset = {"kind": "text", "format": "csv", "text": "text", "label": "label"}
    assert own(tmp_path, "shout", name="t.tsv", dataset=dataset, copies=1).exit_code == 3
    (reason,) = failures(tmp_path / "out").values()
    assert "step 'shout' failed: UnicodeEncodeError" in reason


@pytest.mark.parametrize("kind", ROWS)
def test_one_bad_row_costs_itself_alone(tmp_path: Path, kind: str) -> None:
    name, text, step, dataset = ROWS[kind]
    write(tmp_path / name, text)
    told = {"dataset": {"kind": kind, **dataset}, "balance": {"target": "max"}, "name": name}
    if kind == "tabular":
        told["balance"]["method"] = "random_over"
    summary = own(tmp_path, step, **told)
    assert summary.exit_code == 3
    assert [*failures(tmp_path / "out")] == sorted(BAD[kind])
    assert all(WHY[kind] in reason for reason in failures(tmp_path / "out").values())
    afters = [count.after for count in summary.counts]
    assert len({*afters}) == 1
    rows = (tmp_path / "out" / name).read_text().splitlines()
    assert rows[: len(text.splitlines())] == text.splitlines()
    assert len(rows) == 1 + sum(afters)
    assert own(tmp_path, step, **told).made == 0
    own(tmp_path, step, 2, "again", **told)
    assert tree(tmp_path / "again") == tree(tmp_path / "out")


def test_what_is_drawn_for_many_series_fails_for_one_alone(tmp_path: Path) -> None:
    """A copy that it fails on is drawn again, and others of its block are none the wiser."""
    write(tmp_path / "s.csv", SERIES)
    told = {"dataset": {"kind": "timeseries", "label": "label"}, "name": "s.csv"}
    summary = own(tmp_path, "whole", **told)
    assert (summary.exit_code, summary.failures) == (0, [])
    lines = pl.read_parquet(tmp_path / "out/provenance.parquet")
    params = [json.loads(steps)[0]["params"] for steps in lines["steps"]]
    assert {*params[0]} == {"factors"}
    assert all(number > 1 for each in params for number in each["factors"])
    assert lines["attempt"].drop_nulls().len() > 0


def array(*numbers: float) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([numbers]))
    return file.getvalue()


ALONE = {
    "text": ("txt", b"all is fine", b"ugly", "shout", {"format": "folders"}),
    "timeseries": ("npy", array(1, 2, 5), array(1, 99, 3), "tilt", {"one_per_file": True}),
}


@pytest.mark.parametrize("kind", ALONE)
def test_a_file_by_itself_stays_where_its_copies_cannot_be_made(tmp_path: Path, kind: str) -> None:
    ending, good, bad, step, dataset = ALONE[kind]
    write(tmp_path / f"in/train/a/0.{ending}", good)
    write(tmp_path / f"in/train/a/1.{ending}", bad)
    assert own(tmp_path, step, dataset={"kind": kind, **dataset}).exit_code == 3
    lines = [(line["source"], line["copy"]) for line in manifest(tmp_path / "out")]
    assert lines == [
        (f"train/a/{n}.{ending}", c) for n, c in [(0, None), (0, 0), (0, 1), (1, None)]
    ]
    (told,) = failures(tmp_path / "out").items()
    assert told[0] == f"train/a/1.{ending}"
    assert told[1].startswith("2 copies of it cannot be made: step")


def test_a_step_that_fails_on_all_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", "a,label\n" + "".join(f"{i}.{i % 7}5,x\n" for i in range(91, 300)))
    told = {"dataset": {"kind": "tabular", "label": "label"}, "name": "t.csv"}
    summary = own(tmp_path, "lift", **told)
    assert summary.exit_code == 3
    assert len(summary.failures) == 209
    assert (tmp_path / "out/t.csv").read_bytes() == (tmp_path / "t.csv").read_bytes()
    assert json.loads((tmp_path / "out/run.json").read_text())["summary"]["failures"] == 209
