"""Steps with models: folders only, nothing fetched, a clear word where something is missing."""

from __future__ import annotations

import importlib.util
import random
import shutil
from pathlib import Path

import pytest
from helpers import augment, manifest, tree, write
from test_text_runs import provenance, recipe
from test_text_troubles import place_of
from text_samples import document
from tiny_models import WORDS, marian, masked

from augcli.draws import Draws
from augcli.errors import SettingError
from augcli.steps.control import OneOf
from augcli.text.checks import check_models
from augcli.text.transforms.models import BackTranslate, FillMask
from augcli.text.transforms.words import Eda
from augcli.transform import prepare

EXTRA = ("torch", "transformers", "sentencepiece")
HAS_EXTRA = all(importlib.util.find_spec(name) for name in EXTRA)
pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
needs_extra = pytest.mark.skipif(not HAS_EXTRA, reason="the extra `models` is not installed")


def test_a_name_that_is_no_folder_is_refused() -> None:
    with pytest.raises(SettingError, match="no folder of a model") as caught:
        check_models([FillMask(model="bert-base-uncased")])
    assert caught.value.path == ("steps", 0, "fill_mask", "model")
    steps = [Eda(), OneOf(steps=[BackTranslate(to="Helsinki-NLP/opus-mt-en-de", back="x")])]
    with pytest.raises(SettingError, match="nothing is downloaded") as caught:
        check_models(steps)
    assert caught.value.path == ("steps", 1, "one_of", "steps", 0, "back_translate", "to")


@pytest.mark.skipif(HAS_EXTRA, reason="the extra is installed")
def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    steps = [Eda(), FillMask(model=str(tmp_path))]
    with pytest.raises(SettingError, match="needs the extra `models`: pip install") as caught:
        prepare(steps)
    assert caught.value.path == ("steps", 1, "fill_mask", "model")


def test_translations_leave_labelled_spans_alone(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    step = BackTranslate(to=str(tmp_path), back=str(tmp_path))
    assert step.make_params(Draws(1), document("a big house", [(2, 5)])) == {"edits": []}


def steps_of(folder: Path, name: str) -> list[dict[str, dict[str, object]]]:
    if name == "fill_mask":
        return [{name: {"model": str(masked(folder / "masked")), "alpha": 0.3}}]
    there, back = marian(folder / "there", 1), marian(folder / "back", 2)
    return [{name: {"to": str(there), "back": str(back)}}]


def sentences(folder: Path, count: int) -> Path:
    drawn = random.Random(1)
    rows = {" ".join(drawn.choices(WORDS, k=7)) for _ in range(count)}
    return write(folder / "in.tsv", "".join(f"{row}\tx\n" for row in sorted(rows)))


@needs_extra
@pytest.mark.parametrize(("name", "rows"), [("fill_mask", 450), ("back_translate", 5)])
def test_a_model_is_needed_once(tmp_path: Path, name: str, rows: int) -> None:
    models, out = tmp_path / "models", tmp_path / "out"
    models.mkdir()
    steps = steps_of(models, name)
    source = sentences(tmp_path / "in", rows)
    copies = 9 if name == "fill_mask" else 2
    told = {"text": 0, "label": 1}
    for output, jobs in ((out, 1), (tmp_path / "again", 2)):
        made = recipe(source, output, dataset=told, steps=steps, copies=copies)
        done = augment("run", made, "-q", "-j", jobs)
        assert done.returncode == 0, done.stderr
    assert (out / "in.tsv").read_bytes() == (tmp_path / "again" / "in.tsv").read_bytes()
    lines = provenance(out)
    assert len(lines) == copies * manifest(out)[0]["originals"]
    assert lines.filter(method=name).height > len(lines) // 2, "the model did something"
    shutil.rmtree(models)
    assert augment("replay", out, "-o", tmp_path / "replayed").returncode == 0
    assert tree(tmp_path / "replayed")["in.tsv"] == tree(out)["in.tsv"]


@needs_extra
def test_a_broken_model_is_told_with_its_place(tmp_path: Path) -> None:
    folder = masked(tmp_path / "masked")
    (folder / "model.safetensors").write_bytes(b"no weights")
    made = recipe(
        sentences(tmp_path / "in", 3),
        tmp_path / "out",
        dataset={"text": 0, "label": 1},
        steps=["eda", {"fill_mask": {"model": str(folder)}}],
    )
    done = augment("run", made)
    assert done.returncode == 2
    assert f"{place_of(str(folder), made)}: " in done.stderr
    assert f"{folder} cannot be used as a model: " in done.stderr


@needs_extra
def test_a_text_too_long_for_the_model_stays(tmp_path: Path) -> None:
    folder = str(marian(tmp_path / "there", 1))
    step = BackTranslate(to=folder, back=folder)
    assert step.make_params(Draws(1), document("night film " * 200)) == {"edits": []}
    filled = FillMask(model=str(masked(tmp_path / "masked")))
    edits = filled.make_params(Draws(1), document("the film " * 200))["edits"]
    assert all(start < 9 * 64 for start, _, _ in edits), "only what the model sees"
