"""The page of a report: samples, the recipe, and a verdict."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from helpers import augment, make_photos, write, write_recipe
from test_preview_page import recipe

from augcli.again import Again
from augcli.commands.judged import verdict
from augcli.commands.page import page as report

__all__ = ["recipe"]


def test_a_report_shows_columns_and_new_rows_beside_their_parents(tmp_path):
    rows = "".join(f"{n * 7 % 31}.5,{n * 3 % 17},{'ab'[n % 4 == 0]}\n" for n in range(40))
    path = write(tmp_path / "t.csv", f"wide,<i>,y\n{rows}")
    told = {"kind": "tabular", "label": "y", "path": str(path)}
    balance = {"method": "smote", "target": "max"}
    asked = {"balance": balance, "copies": 0, "steps": []}
    recipe = write_recipe(path, tmp_path / "out", dataset=told, **asked)
    assert augment("run", recipe, "--seed", "9").returncode == 0
    page = report(tmp_path / "out")
    assert page.count('class="new"') == 2
    assert "wide before and after" in page
    assert "b: 10 rows, 20 new" in page
    assert "<i>" not in page
    cell = r'<th scope="row">wide</th><td>([^<]*)</td>'
    for group in page.split("<section")[1:]:
        base = float(re.findall(f"{cell}</tr>", group)[0])
        pairs = re.findall(f"{cell}<td>([^<]*)</td>", group)
        assert pairs
        for neighbour, new in pairs:
            low, high = sorted((base, float(neighbour)))
            assert low <= float(new) <= high


def test_a_report_has_the_recipe_as_it_was_written(tmp_path):
    make_photos(tmp_path / "in", {"train/a": 1})
    text = "# my own words\nversion: 1\ndataset: {path: in}\noutput: {path: out}\n"
    path = write(tmp_path / "mine.yaml", text)
    assert augment("run", path, "--set", "copies=0", "-o", tmp_path / "other").returncode == 0
    page = report(tmp_path / "other")
    assert unescape(page).count(text) == 1
    assert "<code>--set copies=0" in page


@pytest.mark.parametrize("key", ["finished", "written", "options", "augcli"])
def test_a_report_does_without_what_a_run_may_leave_out(tmp_path, key):
    recipe = write_recipe(make_photos(tmp_path / "in", {"train/a": 1}), tmp_path / "out")
    assert augment("run", recipe).returncode == 0
    told = json.loads((tmp_path / "out/run.json").read_text())
    write(tmp_path / "out/run.json", json.dumps({k: v for k, v in told.items() if k != key}))
    assert "augmentation report" in report(tmp_path / "out")


def test_a_report_has_objects_before_and_after(tmp_path):
    make_photos(tmp_path / "in", {"train/images": 1})
    write(tmp_path / "in/train/labels/00.txt", "0 0.5 0.5 0.5 0.5\n0 0.4 0.5 0.5 0.5\n")
    write(tmp_path / "in/data.yaml", "train: train/images\nnames: [cone]\n")
    told = {"dataset": {"format": "yolo"}, "steps": ["brightness"]}
    recipe = write_recipe(tmp_path / "in", tmp_path / "out", **told)
    assert augment("run", recipe).returncode == 0
    _, found = report(tmp_path / "out").split("<h2>Objects before and after</h2>")
    cells = re.findall(r'<td(?: class="n")?>(?:<bdi>)?([^<]*)', found.split("</table>")[0])
    assert cells == ["train", "cone", "2", "6", "100.0", "100.0"]


SUMMARY = {"failures": 0, "repeats": 0, "held_out": True, "shortfalls": [], "counts": []}

DATASET = {"leaks": "refuse"}

VERDICTS = [
    ({"failures": 2}, {}, "2 inputs failed"),
    ({"repeats": 1}, {}, "1 output repeats another copy"),
    (
        {"notes": {str(Again(2, "2 of the 9 new rows equal another row")): 1}},
        {},
        "2 of the 9 new rows equal",
    ),
    ({"held_out": False}, {}, "nothing is held out"),
    ({}, {"leaks": "allow"}, "leaks are allowed"),
    ({"shortfalls": [{"split": "train", "label": "a", "after": 3}]}, {}, "short of its target"),
    ({"counts": [{"split": "train", "label": "a", "before": 2, "after": 40}]}, {}, "20 times"),
]


@pytest.mark.parametrize(("summary", "dataset", "said"), VERDICTS)
def test_the_verdict_tells_what_is_wrong_first(summary, dataset, said):
    run = {"summary": SUMMARY | summary, "recipe": {"dataset": DATASET | dataset}}
    first, *others = verdict(run)
    assert said in first.text
    assert not first.good
    assert all(each.good for each in others)


def test_the_verdict_of_a_good_run_is_good():
    run = {"summary": SUMMARY, "recipe": {"dataset": DATASET}}
    assert all(each.good for each in verdict(run))
