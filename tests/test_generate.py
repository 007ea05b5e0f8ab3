"""Programs of people's own as steps: asked once, checked, remembered, and never in the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import pytest
from buckets import at, bucket
from helpers import (
    augment,
    failures,
    make_photos,
    manifest,
    picture,
    run,
    tree,
    write,
    write_recipe,
)

import augcli
from augcli.engines.local import make_engine
from augcli.errors import EngineError, RecipeError
from augcli.recipe import read_recipe
from augcli.run import run as run_recipe

__all__ = ["bucket"]
OUT = "s3://bucket/out"

ROOT = Path(__file__).parents[1]
SHOW = """
import json, shutil, sys
for line in sys.stdin:
    asked = json.loads(line)
    open("asked", "a").write(f"{asked['label']}\\n")
    made = asked["output"].replace(".png", asked["params"].get("end", ".png"))
    shutil.copy(asked["params"].get("shows", "other.png"), made)
    print(json.dumps({"id": asked["id"], "file": asked["params"].get("says", made)}))
"""
ODD = """
import json, os, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    answer = {"id": asked["id"], "text": "said " + asked["text"]}
    match asked["text"].split()[0]:
        case "unable": answer = {"id": asked["id"], "error": "no words for that"}
        case "empty": answer["text"] = "  "
        case "other": answer["id"] = "of another"
        case "chatty": print("loading the model")
        case "lossy": answer["text"] = "nothing left"
        case "deadly": sys.exit("the end")
        case "slow": sys.stdin.read()
    print(json.dumps(answer))
"""

TELLS = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    open("asked", "a").write(asked["text"] + "\\n")
    print(json.dumps({"id": asked["id"], "text": f"{asked['text']} {asked['seed']}"}), flush=True)
"""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    write(tmp_path / "show.py", SHOW)
    write(tmp_path / "other.png", picture(99))
    return make_photos(tmp_path / "in", {"train/a": 2, "train/b": 1, "val/a": 1})


def asked(folder: Path) -> Counter[str]:
    """Return how often a program was asked, by class."""
    return Counter((folder / "asked").read_text().split())


def shown(**told: Any) -> list[dict[str, Any]]:
    return [{"generate": {"command": "python show.py", **told}}]


AUGMENTED = "train/a/00.aug-000.png"


def test_pictures_are_asked_for_once(tmp_path: Path, photos: Path) -> None:
    out, once = tmp_path / "out", Counter(a=4, b=2)
    first, *_ = shown(params={"end": ".bmp"})
    run(photos, out, steps=[first, {"rotate90": {"turns": 1}}])
    run(photos, out, steps=[first])
    assert asked(tmp_path) == once
    made, other = (cv2.imread(str(each)) for each in (out / AUGMENTED, tmp_path / "other.png"))
    assert (made == other).all()
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0
    assert tree(tmp_path / "again").items() <= tree(out).items()
    assert asked(tmp_path) == once
    shutil.rmtree(out / ".augment/generated")
    told = augment("replay", out, "-o", tmp_path / "more", "--only", AUGMENTED)
    assert told.returncode == 1
    assert "what a program made of it is not in .augment/generated" in told.stdout
    assert "`augment run --force` makes it again" in told.stdout


def test_a_changed_program_is_asked_again(tmp_path: Path, photos: Path) -> None:
    out, few = tmp_path / "out", {"dataset": {"include": ["**/b/*"]}, "copies": 1}
    run(photos, out, steps=shown(), **few)
    write(tmp_path / "show.py", SHOW + "# changed")
    run(photos, out, steps=shown(), **few)
    assert asked(tmp_path) == {"b": 2}
    run(photos, out, steps=shown(version="2"), **few)
    assert asked(tmp_path) == {"b": 3}


def test_shards_keep_answers_too(tmp_path: Path, photos: Path) -> None:
    out, few = tmp_path / "out", {"dataset": {"include": ["**/b/*"]}, "copies": 1}
    run(photos, out, steps=shown(), output={"layout": "webdataset"}, **few)
    run(photos, tmp_path / "flat", steps=shown(), **few)
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0
    again = tree(tmp_path / "again")
    assert again.items() <= tree(tmp_path / "flat").items()
    assert "train/b/00.aug-000.png" in again


def test_an_evaluation_and_a_run_share_answers(tmp_path: Path) -> None:
    lines = [f"{word} funny movie number {n}" for n in range(6) for word in ("a", "not")]
    rows = [f"{line},{line.split()[0]}" for line in lines]
    data = texts(tmp_path, lines)
    write(data, "\n".join(["text,label", *rows]))
    write(tmp_path / "told.py", TELLS)
    path = write_recipe(data.parent, tmp_path / "out", **told_of("python told.py", copies=1))
    recipe = read_recipe(str(path))
    for times in (12, 12):
        augcli.evaluate(recipe, repeats=1)
        assert len((tmp_path / "asked").read_text().splitlines()) == times
    run(data.parent, tmp_path / "out", **told_of("python told.py"))
    assert len((tmp_path / "asked").read_text().splitlines()) == 24  # the second copies
    augcli.evaluate(read_recipe(str(path)), repeats=1)
    assert len((tmp_path / "asked").read_text().splitlines()) == 24


def test_buckets_keep_answers_too(tmp_path: Path, photos: Path, bucket: Any) -> None:
    path = write_recipe(photos, tmp_path / "out", steps=shown(), copies=1)
    write(path, path.read_text().replace(str(tmp_path / "out"), OUT))
    for _ in range(2):
        recipe = read_recipe(str(path))
        run_recipe(recipe, make_engine(1, recipe.timeout), lambda _done, _total: None)
        write(path, path.read_text().replace('"version": 1', '"version": 1, "strength": 0.5'))
    assert asked(tmp_path) == {"a": 2, "b": 1}
    kept = [each for each in at(bucket, OUT).scan() if "/generated/" in each.name]
    assert len(kept) == 3


def test_pictures_that_cannot_be_used_cost_their_copy(tmp_path: Path, photos: Path) -> None:
    write(tmp_path / "small.png", picture(0, size=(8, 8)))
    write(tmp_path / "large.png", picture(0, size=(99, 99)))
    write(tmp_path / "none.png", "no picture")
    few = {"dataset": {"include": ["**/b/*"]}, "copies": 1}
    for params, told in [
        ({"shows": "small.png"}, "is 8 × 8 px, 3 bands of uint8, and must be 20 × 16 px"),
        ({"shows": "large.png"}, "what the program made cannot be used: "),
        ({"shows": "none.png"}, "what the program made cannot be used: "),
        ({"says": "in/train/a/00.png"}, "the program wrote in/train/a/00.png, not "),
    ]:
        run(photos, tmp_path / "out", steps=shown(params=params), **few)
        assert [each["output"] for each in manifest(tmp_path / "out")] == ["train/b/00.png"]
        (reason,) = failures(tmp_path / "out").values()
        assert told in reason, params


def test_boxes_stay_only_where_the_program_says_so(tmp_path: Path) -> None:
    shown_now = 'asked["params"].get("shows", "other.png")'
    write(tmp_path / "show.py", SHOW.replace(shown_now, 'asked["source"]'))
    cones = shutil.copytree(ROOT / "sample_data/cones", tmp_path / "in")
    only = ["data.yaml", "**/00.*"]
    few = {"dataset": {"format": "yolo", "include": only}, "copies": 1}
    with pytest.raises(RecipeError, match="say `keeps: places`"):
        run(cones, tmp_path / "out", steps=shown(), **few)
    steps = [*shown(keeps="places"), {"horizontal_flip": {}}]
    run(cones, tmp_path / "out", steps=steps, **few)
    run(cones, tmp_path / "other", steps=steps[1:], **few)
    (label,), (other,) = ((tmp_path / each).rglob("*.aug-*.txt") for each in ("out", "other"))
    assert label.read_text() == other.read_text() != ""


def texts(folder: Path, lines: list[str]) -> Path:
    for name in ("phrases.py", "phrases.tsv"):
        shutil.copy(ROOT / "recipes" / name, folder)
    write(folder / "odd.py", ODD)
    return write(folder / "in/train.csv", "\n".join(["text,label", *(f"{e},a" for e in lines)]))


def told_of(command: str, **more: Any) -> dict[str, Any]:
    steps = [{"generate": {"command": command}}]
    dataset = {"kind": "text", "text": "text", "label": "label"}
    return {"dataset": dataset, "steps": steps, "copies": 2, **more}


def test_a_program_that_never_answers_ends_the_run(tmp_path: Path) -> None:
    data = texts(tmp_path, ["deadly"])
    with pytest.raises(EngineError, match=r"`python odd.py` ended \(exit code 1\): the end"):
        run(data.parent, tmp_path / "out", **told_of("python odd.py"))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (
            {"command": "nowhere to be found"},
            "`generate.command`: there is no program nowhere on PATH",
        ),
        ({"command": "./nowhere"}, "`generate.command`: there is no program ./nowhere in "),
        ({"command": "python gone.py"}, "`generate.command`: there is no file gone.py in "),
        ({"command": "python 'x"}, "is no command: no closing quotation"),
        ({"command": " "}, "is no command: there is none"),
        ({"command": "python\0"}, "is no command: it has a zero byte"),
        (
            {"command": "python", "files": {"x": "0"}},
            "`generate.files`: `python` is another program",
        ),
        ({"command": "python", "params": {"x": float("inf")}}, "must hold nothing but text"),
    ],
)
def test_a_program_that_is_none_is_refused(
    tmp_path: Path, told: dict[str, Any], reason: str
) -> None:
    path = write_recipe(tmp_path / "in", tmp_path / "out", steps=[{"generate": told}])
    write(path, path.read_text().replace("Infinity", ".inf"))
    with pytest.raises(RecipeError) as caught:
        read_recipe(str(path))
    (problem,) = caught.value.problems
    assert reason in problem.message
    assert problem.line > 0


def test_check_and_plan_ask_no_program(tmp_path: Path, photos: Path) -> None:
    path = write_recipe(photos, tmp_path / "out", steps=shown())
    for words in (["check", path], ["plan", path]):
        assert augment(*words).returncode == 0
    assert "a run starts `python show.py` (show.py sha256:" in augment("check", path).stdout
    assert not (tmp_path / "asked").exists()
    assert augment("preview", path, "-o", tmp_path / "p.png").returncode == 0
    assert (tmp_path / "asked").exists()
    assert not (tmp_path / "out").exists()


LIVES = """
import sys
from pathlib import Path
from augcli.system.dialogue import Dialogue
running = Dialogue([sys.executable, "-c", sys.argv[2]], Path("."))
print(running.asked(b"x\\n", 60).decode(), flush=True)
sys.stdin.read()
"""
HANGS = "import sys, time; f = open('alive', 'w'); print(input(), flush=True); time.sleep(600)"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not end it")
def test_a_program_dies_with_who_asks_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    command = [sys.executable, "-c", LIVES, "", HANGS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, **pipes) as asking:
        alive = (tmp_path / "alive").open()
        assert asking.stdout.readline() == b"x\n"
        asking.send_signal(signal.SIGKILL)
        with alive:
            assert alive.read() == ""  # nobody has it open for writing any more


def test_the_recipes_here_run(tmp_path: Path) -> None:
    for name in ("paraphrases", "sketches"):
        told = ["run", ROOT / f"recipes/{name}.yaml", "-o", tmp_path / name]
        told += ["--set", 'dataset.include=["**/train.neg", "**/train/hat/001.jpg"]']
        assert augment(*told).returncode == 0
    rows = (tmp_path / "paraphrases/train.neg").read_text("cp1252").splitlines()
    assert len(rows) == 48
    assert len({*rows}) > 30
