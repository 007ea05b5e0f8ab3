"""The page of a preview: one file, every step along its range, and what is missing told."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape

import cv2
import numpy as np
import pytest
from helpers import augment, make_photos, recipe_text, tree, write, write_recipe

from augcli.api import load_recipe
from augcli.commands.judged import verdict
from augcli.commands.preview import only_step, preview_page
from augcli.errors import UsageError
from augcli.recipe import load_recipe as from_text

STEPS = ["horizontal_flip", {"rotate": {"degrees": [-20, 20]}}, {"posterize": {}}]


@pytest.fixture
def recipe(tmp_path):
    make_photos(tmp_path / "ds", {"train/<cat>": 3, "train/dog": 2})

    def written(**changes):
        return load_recipe(write_recipe(tmp_path / "ds", tmp_path / "out", **changes))

    return written


def page_of(recipe):
    return preview_page(recipe, 3, 2).decode()


def test_every_step_is_shown_along_its_range(recipe):
    page = page_of(recipe(steps=[*STEPS, {"one_of": {"steps": ["grayscale"]}}]))
    assert re.findall(r'data-step="(\w+)"', page) == [
        *("horizontal_flip", "rotate", "posterize", "grayscale"),
    ]
    knobs = re.findall(r'data-name="(\w+)" data-values="([^"]+)"', page)
    values = {name: json.loads(unescape(told)) for name, told in knobs}
    assert values["degrees"] == pytest.approx([-20, -13.33, -6.667, 0, 6.667, 13.33, 20])
    assert values["bits"] == [4, 5, 6, 7]


def test_the_frames_of_a_range_differ(recipe):
    page = page_of(recipe(steps=STEPS[1:2]))
    frames = re.findall(r'class="frame".*?src="([^"]+)"', page)
    assert len(set(frames)) == len(frames) == 7


def test_a_range_of_logarithms_has_even_factors(recipe):
    page = page_of(recipe(steps=[{"random_erasing": {"ratio": [0.25, 4]}}]))
    (told,) = re.findall(r'data-name="ratio" data-values="([^"]+)"', page)
    values = json.loads(unescape(told))
    assert values[3] == pytest.approx(1)


def test_nothing_is_loaded_and_no_script_but_ours_can_run(recipe):
    page = page_of(recipe(steps=STEPS))
    sources = re.findall(r'src="([^"]{5})', page)
    assert sources
    assert set(sources) == {"data:"}
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in page or f"'sha256-{digest}'" in page
    assert "<cat>" not in page
    assert "&lt;cat&gt;" in page


def test_a_step_that_a_sample_cannot_have_says_why(recipe, tmp_path):
    for path in (tmp_path / "ds").rglob("*.png"):
        pixels = np.random.default_rng(0).random((16, 16, 3), np.float32)
        cv2.imwrite(str(path.with_suffix(".tiff")), pixels)
        path.unlink()
    page = page_of(recipe(steps=[{"equalize": {"p": 0}}, "horizontal_flip"]))
    assert "Not for this sample: equalize does not take float32 pictures" in page
    assert page.count("data-step=") == 2


def test_one_step_by_itself(recipe):
    one = only_step(recipe(steps=STEPS), "rotate")
    assert [step.name for step in one.steps] == ["rotate"]
    assert one.steps[0].degrees.plain() == [-20, 20]
    other = only_step(recipe(steps=STEPS), "gaussian_blur")
    assert [step.name for step in other.steps] == ["gaussian_blur"]
    with pytest.raises(UsageError, match="no step 'rotat'; did you mean 'rotate'"):
        only_step(recipe(steps=STEPS), "rotat")
    with pytest.raises(UsageError, match="resize needs parameters"):
        only_step(recipe(steps=STEPS), "resize")


def test_the_ending_says_what_is_written(recipe, tmp_path):
    recipe(steps=STEPS)
    for name, start in (("a.png", b"\x89PNG"), ("a.html", b"<!doctype html>")):
        done = augment("preview", tmp_path / "out.yaml", "-o", tmp_path / name, "--step", "rotate")
        assert (done.returncode, done.stderr) == (0, "")
        assert (tmp_path / name).read_bytes().startswith(start)
    assert not (tmp_path / "out").exists()
    assert len(tree(tmp_path / "ds")) == 5 + 3


def test_other_kinds_show_their_picture(tmp_path):
    rows = "".join(f"a good film number {n},{'ab'[n % 2]}\n" for n in range(9))
    write(tmp_path / "ds/train.csv", f"text,label\n{rows}")
    told = {"kind": "text", "text": "text", "label": "label"}
    text = recipe_text(tmp_path / "ds", tmp_path / "out", dataset=told, steps=["char_swap"])
    page = page_of(from_text(text, "r.yaml", tmp_path))
    assert page.count("data:image/png;base64,") == 1


SUMMARY = {"failures": 0, "repeats": 0, "held_out": True, "shortfalls": [], "counts": []}
DATASET = {"leaks": "refuse"}
VERDICTS = [
    ({"failures": 2}, {}, "2 inputs failed"),
    ({"repeats": 1}, {}, "1 output repeat another copy"),
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
