"""The page of a preview: one file, every step along its range, and what is missing told."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from contextlib import suppress
from html import unescape

import cv2
import numpy as np
import pytest
from helpers import augment, make_photos, recipe_text, tree, write, write_recipe
from pydantic import ValidationError

from augcli.api import load_recipe
from augcli.commands.preview import drawn_by, only_step, preview, preview_page
from augcli.engines.local import LocalEngine
from augcli.errors import UsageError
from augcli.figures.knobs import _track, shown
from augcli.figures.playground import Frame
from augcli.kind import load_kind
from augcli.recipe import load_recipe as from_text
from augcli.requests.spread import here
from augcli.transform import catalogue, declared_range, own_fields

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


def test_yaml_has_what_was_written_and_nothing_that_was_found_out(recipe, tmp_path):
    copies = "shutil.copy(a['source'], a['output']); print(json.dumps({'id': a['id']}), flush=True)"
    text = f"import json, shutil, sys\nfor line in sys.stdin: a = json.loads(line); {copies}"
    write(tmp_path / "copy.py", text)
    asked = {"command": "python copy.py", "params": {"prompt": "a cat"}}
    page = page_of(recipe(steps=[{"generate": asked}, {"learned_warp": {"spread": 0.5}}]))
    fields = [json.loads(unescape(each)) for each in re.findall(r'data-fields="([^"]+)"', page)]
    assert fields == [asked, {"spread": 0.5}]


def test_a_fixed_value_has_a_slider_about_it_that_the_lines_follow(recipe):
    page = page_of(recipe(steps=[{"rotate": {"degrees": 30}}, {"jpeg": {"quality": 1}}]))
    knobs = re.findall(r'data-name="(\w+)" data-values="([^"]+)" data-way="sets"', page)
    values = {name: json.loads(unescape(told)) for name, told in knobs}
    assert len(values["degrees"]) == 7
    assert values["degrees"][0] < 0
    assert values["degrees"][-1] > 30
    assert (len(values["quality"]), values["quality"][0]) == (7, 1)
    assert min(values["quality"]) >= 1, "no value that the step does not take"
    frames = re.findall(r'class="frame".*?src="([^"]+)"', page)
    assert len(set(frames)) == 14


@pytest.mark.parametrize(
    ("kind", "name", "field", "value", "ends"),
    [
        ("timeseries", "jitter", "sigma", 0.05, (0, 0.1)),
        ("tabular", "jitter", "sigma", 0.1, (0, 0.2)),
        ("image", "posterize", "bits", 3, (0, 8)),
        ("timeseries", "spec_augment", "share", 1, (0.5, 1)),
        ("image", "shear", "y", 0, (-1, 1)),
    ],
)
def test_sliders_go_to_both_sides_of_a_fixed_value(kind, name, field, value, ends):
    cls = catalogue(kind)[name]
    fixed = cls.model_validate({field: value})
    track = _track(fixed, field, declared_range(cls, field), every=False)
    assert (track.values[0], track.values[-1]) == ends
    assert track.first == value
    assert value in track.values


def test_the_frames_of_a_range_differ(recipe):
    page = page_of(recipe(steps=STEPS[1:2]))
    frames = re.findall(r'class="frame".*?src="([^"]+)"', page)
    assert len(set(frames)) == len(frames) == 7


def test_how_many_processes_draw_has_no_say(recipe):
    told = recipe(steps=STEPS)
    alone = preview(told, 5, 2), preview_page(told, 5, 2)
    by_two = [drawn_by(LocalEngine(2, 60)) for _ in alone]
    assert (preview(told, 5, 2, by_two[0]), preview_page(told, 5, 2, by_two[1])) == alone


def test_the_whole_recipe_stands_there_to_be_copied(tmp_path):
    make_photos(tmp_path / "in", {"train/a": 1})
    text = "# my own <words>\nversion: 1\ndataset: {path: in}\noutput: {path: out}\ncopies: 1\n"
    page = page_of(load_recipe(write(tmp_path / "mine.yaml", text)))
    assert unescape(page).count(text) == 1
    assert "<words>" not in page


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


def test_objects_are_drawn_over_what_each_step_makes_beside_nothing(tmp_path):
    write(
        tmp_path / "ds/train/images/a.png", cv2.imencode(".png", np.full((90, 90), 99))[1].tobytes()
    )
    write(tmp_path / "ds/train/labels/a.txt", "0 0.5 0.5 0.5 0.5\n")
    write(tmp_path / "ds/data.yaml", "train: train/images\nnames: [cone]\n")
    steps = [{"rotate": {"degrees": [0, 45]}}, {"object_erasing": {"fill": 0, "area": 0.25}}]
    changes = {"dataset": {"format": "yolo"}, "steps": steps}
    page = page_of(load_recipe(write_recipe(tmp_path / "ds", tmp_path / "out", **changes)))
    frames = re.findall(r'class="frame".*?src="data:image/jpeg;base64,([^"]+)"', page)
    shown = [cv2.imdecode(np.frombuffer(base64.b64decode(each), np.uint8), 1) for each in frames]
    assert all(np.ptp(each[40:50, 40:50].mean((0, 1))) > 20 for each in shown)  # of one colour
    assert shown[6][:5, :5].max() < 40  # what lies outside the picture is black
    assert shown[-1][24:66, 24:66].min() < shown[0][24:66, 24:66].min() - 20  # painted over


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
        assert (done.returncode, done.stderr) == (0, f"wrote {tmp_path / name}\n")
        assert (tmp_path / name).read_bytes().startswith(start)
    assert not (tmp_path / "out").exists()
    assert len(tree(tmp_path / "ds")) == 5 + 3


def page_of_rows(root, text, dataset, **changes):
    """Return the page of a recipe for a table."""
    write(root / "ds/train.csv", text)
    told = recipe_text(root / "ds", root / "out", dataset=dataset, **changes)
    return page_of(from_text(told, "r.yaml", root))


def test_a_step_of_texts_is_shown_along_its_range_with_what_it_changes(tmp_path):
    rows = "".join(f"a good old film with the number {n},{'ab'[n % 2]}\n" for n in range(9))
    told = {"kind": "text", "text": "text", "label": "label"}
    steps = [{"random_delete": {"alpha": [0.1, 0.9]}}]
    page = page_of_rows(tmp_path, f"text,label\n{rows}", told, steps=steps)
    frames = re.findall(r'class="frame"[^>]*>(<div class="text">.*?</div>)', page)
    assert len(frames) == 7
    gone = [sum(map(len, re.findall("<del>(.*?)</del>", each))) for each in frames]
    assert gone[0] < gone[-1]


def test_a_step_of_series_is_shown_along_its_range(tmp_path):
    rows = "".join(
        f"{n % 2},{','.join(f'{(n + 1) * t % 11 / 7:.3f}' for t in range(60))}\n" for n in range(9)
    )
    told = {"kind": "timeseries", "label": 0}
    steps = [{"time_warp": {"speed": [0.5, 2]}}, "jitter"]
    page = page_of_rows(tmp_path, rows, told, steps=steps)
    _, speed, segments, *_ = page.split('data-name="')
    frames = re.findall(r'class="frame".*?src="([^"]+)"', speed)
    assert len(set(frames)) == 7, "seven strengths, each of which changes the series"
    assert "speed 0.5 to 2<" in speed
    assert 'data-values="[2, 4, 5, 6, 7, 9, 10]" data-way="sets"' in segments
    assert re.findall(r'data-step="(\w+)"', page) == ["time_warp", "jitter"]


def test_steps_and_new_rows_of_tables_are_shown_beside_what_they_are_made_of(tmp_path):
    rows = "".join(
        f"{n * 7 % 31 / 7:.3f},{n * 3 % 17 / 7:.3f},{'ab'[n % 4 == 0]}\n" for n in range(40)
    )
    told = {"kind": "tabular", "label": "y"}
    balance = {"method": "smote", "target": "max"}
    steps = [{"jitter": {"sigma": [0, 0.9], "p": 0}}]
    page = page_of_rows(tmp_path, f"u,<v>,y\n{rows}", told, balance=balance, copies=0, steps=steps)
    frames = [each.split("</figure>")[0] for each in page.split('class="frame"')[1:]]
    changed = [len(re.findall("<ins>", each)) for each in frames]
    assert (len(changed), changed[0], changed[-1]) == (7, 0, 6), "both columns of three rows"
    assert page.count("data:image/png;base64,") == 2, "histograms of both columns"
    assert "<v>" not in page
    cell = r'<th scope="row">u</th><td>(?:<ins>)?([^<]*)'
    found = [re.findall(cell, each) for each in page.split('<div class="row"')]
    stories = [map(float, each) for each in found if len(each) == 3]
    assert stories
    for base, other, new in stories:
        assert min(base, other) <= new <= max(base, other)


@pytest.mark.parametrize("leaks", [True, False])
def test_the_page_says_at_its_top_what_a_run_would_refuse(tmp_path, leaks):
    make_photos(tmp_path / "ds", {"train/a": 2, "test/a": 1})
    if leaks:
        again_in = tmp_path / "ds/test/a/9.png"
        write(again_in, next((tmp_path / "ds/train/a").iterdir()).read_bytes())
    recipe = write_recipe(tmp_path / "ds", tmp_path / "out", steps=["horizontal_flip"])
    told = augment("preview", recipe, "-o", tmp_path / "p.html")
    page = (tmp_path / "p.html").read_text()
    said = re.findall(r'<p class="bad" role="alert">(.*?)</p>', page)
    assert [unescape(each) for each in said] == told.stderr.splitlines()[-2:-1] * leaks
    assert page.find('role="alert"') < page.index("<h2>")


def test_a_step_is_shown_without_a_recipe(tmp_path):
    make_photos(tmp_path / "in", {"train/a": 3, "train/b": 3})
    done = augment("preview", "-i", "in", "--step", "rotate", "-o", "r.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "r.html").read_text()
    assert "rotate" in page
    assert "brightness" not in page
    done = augment("transforms", "solarize", "--preview", "in", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "wrote solarize.html\n")
    assert "solarize" in (tmp_path / "solarize.html").read_text()
    done = augment("preview", "--step", "rotate", "-o", "x.png", cwd=tmp_path)
    assert (done.returncode, "or a dataset by -i" in done.stderr) == (2, True)


@pytest.mark.parametrize("ending", ["png", "html"])
def test_what_a_run_would_refuse_is_shown_and_told(tmp_path, ending):
    rows = "".join(f"a film with the number {n},{'ab'[n % 2]}\n" for n in range(9))
    for name in ("train", "test"):
        write(tmp_path / f"in/{name}.csv", f"text,label\n{rows}")
    told = {"kind": "text", "text": "text", "label": "label"}
    recipe = write_recipe(tmp_path / "in", tmp_path / "out", dataset=told, steps=["random_delete"])
    done = augment("preview", recipe, "-o", tmp_path / f"p.{ending}")
    assert done.returncode == 0
    assert done.stderr.startswith("9 texts of an augmented split are also in another split: a run")
    assert augment("run", recipe).returncode == 1


@pytest.mark.parametrize("kind", ["image", "tabular", "text", "timeseries"])
def test_every_number_of_every_step_has_a_slider(kind):
    load_kind(kind)
    for name, cls in catalogue(kind).items():
        with suppress(ValidationError):  # some need what only a recipe can say
            step = cls.model_validate({})
            (told,) = shown(here, [step], lambda _step, caption: Frame(caption, ""))
            numbers = [each for each in own_fields(cls) if declared_range(cls, each)]
            assert [knob.name for knob in told.knobs] == numbers, name
            for knob in told.knobs:
                value = getattr(step, knob.name)
                assert knob.at < len(knob.values) == len(knob.frames), name
                assert knob.way != "sets" or knob.values[knob.at] == value.value, name
                assert knob.frames[knob.at].caption == f"{knob.name} {knob.said}"
