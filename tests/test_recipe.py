"""Recipe text → Recipe: what it holds, where its paths lead, and that it says itself again."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augcli.errors import RecipeError
from augcli.ranges import Uniform
from augcli.recipe import Recipe, load_recipe, read_recipe
from augcli.transform import located

FOLDER = Path("/data/recipes")
SMALL = "version: 1\ndataset: {path: ../photos}\noutput: {path: ../build}\n"
LONG = """\
version: 1
seed: 42
dataset: {path: ../photos, kind: image, augment: [train, 2020]}
output: {path: ../build, originals: omit, image: {format: png}}
copies: 3
balance: {target: {brick: 20, 007: 3}}
steps:
  - horizontal_flip: {p: 0.5, except: [left, 007, no, true]}
  - rotate: {degrees: {normal: [0, 5]}, id: turn}
  - one_of:
      p: 0.5
      steps:
        - brightness: {delta: {choice: [0.1, -0.1]}}
        - some_of: {steps: [rotate, brightness, {rotate: {degrees: 5}}]}
  - brightness
max_failures: 2.5%
timeout: 1.5
"""


def load(text: str, **options) -> Recipe:
    return load_recipe(text, "r.yaml", FOLDER, **options)


def errors(text: str, **options) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        load(text, **options)
    return [str(problem) for problem in caught.value.problems]


def test_a_small_recipe_has_defaults():
    recipe = load(SMALL)
    assert (recipe.seed, recipe.copies, recipe.balance, recipe.steps) == (0, 0, None, ())
    assert (recipe.max_failures, recipe.timeout) == (0, 60)
    assert recipe.dataset.kind == "image"


def test_a_long_recipe_is_what_it_says():
    recipe = load(LONG)
    assert [step.name for step in recipe.steps] == [
        "horizontal_flip",
        "rotate",
        "one_of",
        "brightness",
    ]
    assert recipe.steps[0].except_ == ("left", "007", "no", "true")
    assert recipe.steps[2].steps[1].steps[0].degrees == Uniform(-15, 15)
    assert recipe.balance.target == {"brick": 20, "007": 3}
    assert recipe.dataset.augment == ("train", "2020")


def test_a_recipe_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load(SMALL).seed = 3


def test_paths_start_from_the_recipe():
    recipe = load(SMALL)
    assert recipe.input == Path("/data/photos")
    assert recipe.output_folder == Path("/data/build")


def test_options_start_from_the_working_directory(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    recipe = load(SMALL, input_path=Path("in"), output_path=Path("out"), seed=7, max_failures="3%")
    assert recipe.input == tmp_path.resolve() / "in"
    assert recipe.output_folder == tmp_path.resolve() / "out"
    assert (recipe.seed, recipe.max_failures) == (7, "3%")


def test_options_can_stand_for_missing_keys():
    recipe = load("version: 1", input_path=Path("/in"), output_path=Path("/out"))
    assert (recipe.input, recipe.output_folder) == (Path("/in"), Path("/out"))


@pytest.mark.parametrize(("budget", "allowed"), [("3", 3), ("0", 0), ("10%", 2), ("2.5%", 0)])
def test_how_many_may_fail(budget, allowed):
    assert load(f"{SMALL}max_failures: {budget}").allowed_failures(29) == allowed


@pytest.mark.parametrize("text", [SMALL, LONG])
def test_plain_says_the_recipe_again(text):
    recipe = load(text)
    again = load(json.dumps(recipe.plain()))
    assert again == recipe
    assert again.plain() == recipe.plain()


def test_plain_fills_in_every_default():
    plain = load(SMALL + "steps: [rotate]").plain()
    assert plain["steps"][0]["rotate"]["degrees"] == [-15, 15]
    assert plain["steps"][0]["rotate"]["except"] == []
    assert plain["output"]["image"]["quality"] == 95
    assert list(plain) == list(Recipe.model_fields)


def test_recipes_of_different_folders_are_different():
    assert load(SMALL) != load_recipe(SMALL, "r.yaml", Path("/elsewhere"))
    assert load(SMALL) == load_recipe("# the same\n" + SMALL, "other.yaml", FOLDER)


def test_a_recipe_can_be_pickled():
    recipe = load(LONG)
    again = pickle.loads(pickle.dumps(recipe))
    assert again == recipe
    assert again.input == recipe.input


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=50)


@settings(deadline=None)
@given(st.dictionaries(names, st.just(1)))
def test_any_class_name_survives(target):
    recipe = load(SMALL, overrides=["balance.target=max"])
    data = {**recipe.plain(), "balance": {"target": target}}
    assert load(json.dumps(data)).balance.target == target


def test_later_findings_are_located_in_the_recipe():
    recipe = load(LONG)
    place = ("steps", 0, "horizontal_flip", "except", 1)
    assert str(recipe.problem(place, "no such class", "warning", "labels")) == (
        "r.yaml:8:46: warning: labels: no such class"
    )


def test_steps_come_with_their_paths():
    recipe = load(LONG)
    paths = dict(located(recipe.steps))
    assert paths["steps", 1, "rotate"].id == "turn"
    assert ("steps", 2, "one_of", "steps", 1, "some_of", "steps", 2, "rotate") in paths
    assert len(paths) == 9
    lines = [recipe.problem(path, "").line for path in paths]
    assert lines == [8, 9, 11, 13, 14, 14, 14, 14, 15]


@pytest.mark.parametrize(
    ("source", "output", "message"),
    [
        ("a", "a", "`output.path` is inside the dataset"),
        ("a", "a/b", "`output.path` is inside the dataset"),
        ("a/b", "a", "`output.path` holds the dataset"),
        ("a", "b/../a", "`output.path` is inside the dataset"),
    ],
)
def test_output_and_dataset_are_apart(source, output, message):
    text = f"version: 1\ndataset: {{path: {source}}}\noutput: {{path: {output}}}\n"
    assert errors(text) == [f"r.yaml:3:16: error: recipe: {message}"]


def test_neighbours_whose_names_begin_alike_are_apart():
    load("version: 1\ndataset: {path: a}\noutput: {path: ab}\n")


def test_read_from_a_file(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert read_recipe(str(file), seed=3).input == tmp_path.parent.resolve() / "photos"


def test_read_from_stdin(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SMALL.encode())))
    assert read_recipe("-").output_folder == tmp_path.parent.resolve() / "build"


def test_errors_name_stdin(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"version: 2")))
    with pytest.raises(RecipeError, match=r"<stdin>:1:10: error: recipe: `version` must be 1"):
        read_recipe("-")


def test_files_that_cannot_be_read(tmp_path):
    missing = str(tmp_path / "missing.yaml")
    with pytest.raises(RecipeError) as caught:
        read_recipe(missing)
    assert str(caught.value) == (
        f"{missing}: error: recipe: cannot be read: No such file or directory"
    )
    with pytest.raises(RecipeError, match="Is a directory"):
        read_recipe(str(tmp_path))


def test_files_that_are_no_text(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_bytes(b"version: 1\n\xff")
    with pytest.raises(RecipeError, match=r"r\.yaml:2:1: error: recipe: not UTF-8 text"):
        read_recipe(str(file))


def test_files_that_are_too_large(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_text("#" * 2_000_000)
    with pytest.raises(RecipeError, match=r"r\.yaml: error: recipe: larger than"):
        read_recipe(str(file))


def test_reading_a_recipe_imports_no_pixels():
    code = "import sys, augcli.recipe; print('cv2' in sys.modules, 'numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False False\n"


@pytest.mark.parametrize(
    ("beside", "inside"),
    [
        ("- only: cone\n    rotate: {degrees: 5}", "- rotate: {degrees: 5, only: [cone]}"),
        ("- rotate:\n    except: [007, b]", "- rotate: {except: ['007', b]}"),
        ("- {only: 1, except: 2, rotate: }", "- rotate: {only: ['1'], except: ['2']}"),
        ("- rotate: {only: cone, except: 007}", "- rotate: {only: [cone], except: ['007']}"),
    ],
)
def test_classes_may_stand_beside_a_step_and_one_needs_no_list(beside: str, inside: str) -> None:
    one, other = (load(f"{SMALL}\nsteps:\n  {text}\n") for text in (beside, inside))
    assert one.steps == other.steps
