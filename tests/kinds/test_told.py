"""What is told before, by and after a run is true, and the same for all kinds."""

import json
import re
import sys
from html import unescape

import numpy as np
import pytest
from helpers import manifest, tree, written
from made import able, by

from augcli.commands import forecast
from augcli.commands.page import page
from augcli.commands.preview import preview
from augcli.draws import ManyDraws
from augcli.reports.run_json import read_run
from augcli.store.output import OutputFolder
from augcli.work.pending import Pending

drawing = sys.modules["augcli.commands.preview"]
PNG = b"\x89PNG\r\n\x1a\n"
FIELDS = {
    *("output", "counts", "objects", "held_out", "outputs", "made", "failures", "allowed_failures"),
    *("shortfalls", "repeats", "example", "notes", "listing", "files", "seconds", "exit_code"),
    *("class_weights", "learned"),
}


STEPS_OF = {"image": ["flip", "rotate"], "text": ["swap", "aeda"], "timeseries": ["jitter"]}


def test_the_plan_is_what_the_run_does(made, memory):
    work = made.anew(memory / "there")
    before = forecast.forecast(work.recipe())
    assert not work.output.exists()
    assert before.counts == made.summary.counts
    assert (before.changed, before.up_to_date, before.work_remains) == (0, 0, True)
    work.run()
    after = forecast.forecast(work.recipe())
    assert after.counts == made.summary.counts
    assert (after.new, after.changed, after.stale, after.work_remains) == (0, 0, 0, False)
    assert after.up_to_date == before.new
    (work.source / work.victim).write_bytes(made.seed.files[three(made)])
    changed = forecast.forecast(work.recipe())
    assert (changed.new, changed.changed) == (0, 1)
    assert changed.counts == work.run().counts
    assert not forecast.forecast(work.recipe()).work_remains


def three(made):
    return next(name for name in made.seed.files if "three" in name)


@by("text csv")
def test_a_plan_for_other_copies_is_noticed(made, memory, monkeypatch):
    real = forecast.planned
    monkeypatch.setattr(forecast, "planned", lambda told: real(more_copies(told)))
    with pytest.raises(AssertionError):
        test_the_plan_is_what_the_run_does(made, memory)


def more_copies(recipe):
    return recipe.model_copy(update={"copies": 2})


@by("image png")
def test_a_plan_that_sees_no_change_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(Pending, "_is_current", lambda *_: True)
    with pytest.raises(AssertionError):
        test_the_plan_is_what_the_run_does(made, memory)


def test_a_summary_in_json_has_all(made):
    told = json.loads(json.dumps(made.summary.plain()))
    assert told.keys() == FIELDS
    assert (told["exit_code"], told["failures"], told["held_out"]) == (0, [], True)
    recorded = read_run(OutputFolder(made.output))["summary"]
    assert recorded | {"output": told["output"], "failures": []} == told
    listed = written(made.output).keys()
    aside = {name for name in told["files"] if name.endswith(".parquet")}
    assert told["outputs"] == told["made"] == len(listed | aside)
    files = {name for name, digest in tree(made.output).items() if digest != "folder"}
    assert files == listed | told["files"].keys()


@by("image png")
def test_a_count_of_too_few_outputs_is_noticed(made, memory, monkeypatch):
    work = made.anew(memory / "there")
    summary = work.run(max_failures=0)
    (work.output / manifest(work.output)[0]["output"]).unlink()
    with pytest.raises(AssertionError):
        test_a_summary_in_json_has_all(type(made)(made.name, work.folder, summary))


def test_a_report_counts_classes(made):
    told = unescape(page(made.output))
    rows = [re.sub(r"<[^>]*>", " ", row).split()[:4] for row in told.split("<tr>")]
    for each in made.summary.counts:
        assert [each.split, each.label or "–", str(each.before), str(each.after)] in rows


@by("image png")
def test_a_report_of_other_counts_is_noticed(made, monkeypatch):
    monkeypatch.setattr("augcli.commands.page._amounts", lambda _: {"counts": [], "most": 1})
    with pytest.raises(AssertionError):
        test_a_report_counts_classes(made)


@able("be shown")
def test_a_report_shows_outputs_and_their_steps(made):
    shown = page(made.output).split("<figcaption>")[1:]
    assert len(shown) >= 2
    assert any(name in each for each in shown for name in STEPS_OF[made.seed.kind])


@by("image png")
def test_a_report_of_nothing_is_noticed(made, monkeypatch):
    monkeypatch.setattr("augcli.commands.page._items", lambda *_: iter(()))
    with pytest.raises(AssertionError):
        test_a_report_shows_outputs_and_their_steps(made)


def test_a_preview_is_drawn(made, memory):
    work = made.anew(memory / "there")
    drawn = preview(work.recipe(), 2, 1)
    assert drawn.startswith(PNG)
    assert preview(work.recipe(), 2, 1) == drawn
    assert preview(work.recipe(), 1, 1) != drawn
    assert not work.output.exists()


@by("image png")
def test_a_preview_drawn_by_chance_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(ManyDraws, "uniform", lambda many, *_: np.random.random(len(many)))
    with pytest.raises(AssertionError):
        test_a_preview_is_drawn(made, memory)


@by("image png")
def test_a_preview_that_claims_the_output_is_noticed(made, memory, monkeypatch):
    real = drawing.planned
    monkeypatch.setattr(drawing, "planned", lambda recipe: claimed(recipe) or real(recipe))
    with pytest.raises(AssertionError):
        test_a_preview_is_drawn(made, memory)


def claimed(recipe):
    OutputFolder(recipe.output_folder).claim()
