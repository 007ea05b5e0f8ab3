"""What run.json tells of machine and places: what is really in use, and no absolute paths."""

import json
import os
import platform
import shutil
import subprocess
from importlib import metadata

import numpy as np
import pytest
from helpers import augment, environment, make_photos, picture, run, tree, write, write_recipe

from augcli.errors import EngineError
from augcli.system.machine import instruction_sets, system_name, unlike, version_of


def told_of(output):
    return json.loads((output / "run.json").read_text())


def sets_of(output):
    return told_of(output)["platform"]["instruction_sets"].split()


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "in", {"train/cat": 2, "train/dog": 1, "val/cat": 1})


@pytest.fixture
def disabled():
    """Return a set that OpenCV would use here, and the environment in which it does not."""
    for name in ("AVX512-SKX", "AVX2", "NEON_DOTPROD", "SSE4.2"):
        if name in instruction_sets(["opencv-python-headless"])["instruction_sets"].split():
            return name, environment(OPENCV_CPU_DISABLE=name, AUGMENT_JOBS="1")
    pytest.skip("OpenCV picks nothing here that can be disabled")
    return None


def test_the_system_is_told_with_its_c_library():
    library, version = platform.libc_ver()
    told = [
        platform.system(),
        platform.release(),
        *([library, version] if library == "glibc" else []),
    ]
    assert system_name() == "-".join(told)


def test_the_system_is_told_without_a_program(monkeypatch):
    monkeypatch.setattr(platform, "_uname_cache", None, raising=False)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a program is started"))
    assert system_name().startswith(platform.system())


def test_versions_are_those_that_are_installed():
    libraries = ["numpy", "polars", "pydantic", "scipy", "pillow", "augcli"]
    assert [version_of(each) for each in libraries] == [*map(metadata.version, libraries)]
    assert version_of("no-such-library") is None


def test_sets_are_those_that_opencv_uses(photos, tmp_path, disabled):
    name, without = disabled
    recipe = write_recipe(photos, tmp_path / "out")
    assert augment("run", recipe).returncode == 0
    assert name in sets_of(tmp_path / "out")
    assert augment("run", recipe, "-o", tmp_path / "other", env=without).returncode == 0
    assert name not in sets_of(tmp_path / "other")
    assert set(sets_of(tmp_path / "other")) == set(sets_of(tmp_path / "out")) - {name}


def test_an_output_of_two_machines_is_told_until_it_is_one(photos, tmp_path, disabled):
    name, without = disabled
    recipe = write_recipe(photos, tmp_path / "out")
    assert augment("run", recipe, env=without).returncode == 0
    assert "instruction sets" not in augment("run", recipe).stdout
    assert name not in sets_of(tmp_path / "out")  # nothing was made here
    write(photos / "train/cat/new.png", picture(99))
    for _ in range(2):
        done = augment("run", recipe)
        assert done.returncode == 0
        assert f"other instruction sets ({name} only now)" in done.stdout
        assert name in sets_of(tmp_path / "out")
        notes = told_of(tmp_path / "out")["summary"]["notes"]
        assert any("instruction sets" in note for note in notes)
    done = augment("run", recipe, "--force")
    assert "instruction sets" not in done.stdout
    assert told_of(tmp_path / "out")["platform"]["earlier"] == []


def test_replay_names_what_was_otherwise(photos, tmp_path, disabled):
    name, without = disabled
    run(photos, tmp_path / "out")
    manifest = tmp_path / "out/manifest.jsonl"
    lines = manifest.read_text().splitlines(keepends=True)
    other = json.loads(lines[1]) | {"sha256": "0" * 64}
    manifest.write_text("".join([lines[0], json.dumps(other) + "\n", *lines[2:]]))
    words = ["replay", tmp_path / "out", "-o"]
    done = augment(*words, tmp_path / "again", env=without)
    assert done.returncode == 1
    assert f"made with other instruction sets: {name} only then" in done.stderr
    assert "instruction sets" not in augment(*words, tmp_path / "more").stderr
    told = told_of(tmp_path / "out")
    told["versions"]["pillow"] = "1.0"
    write(tmp_path / "out/run.json", json.dumps(told))
    assert "made with pillow 1.0; here" in augment(*words, tmp_path / "third").stderr


@pytest.fixture
def unpinned():
    """Have the test on processors that have something to be pinned."""
    if "AVX512-SKX" not in instruction_sets(["opencv-python-headless"])["instruction_sets"]:
        pytest.skip("OpenCV uses nothing beyond AVX2 here")


def test_isa_has_all_libraries_stop_there(photos, tmp_path, unpinned):
    steps = ["horizontal_flip", {"gaussian_blur": {}}]
    recipe = write_recipe(photos, tmp_path / "out", isa="avx2", steps=steps)
    done = augment("run", recipe, env=environment(AUGMENT_JOBS="2"))
    assert done.returncode == 0, done.stderr
    assert "AVX2" in sets_of(tmp_path / "out")
    told = told_of(tmp_path / "out")["platform"]
    assert "512" not in told["instruction_sets"]
    assert "V4" not in told["numpy_instruction_sets"]
    done = augment("replay", tmp_path / "out", "-o", tmp_path / "again", env=environment())
    assert "0 could not be" in done.stderr


def test_isa_is_not_kept_silently(photos, tmp_path, unpinned):
    with pytest.raises(EngineError, match=r"AVX512-SKX .*; start the program with .*OPENCV_CPU"):
        run(photos, tmp_path / "out", isa="avx2")
    text = write_recipe(photos, tmp_path / "out", isa="avx2").read_text()
    done = augment("run", "-", input=text)
    assert done.returncode == 2
    assert "put it into a file" in done.stderr


def test_what_differs():
    assert unlike({"instruction_sets": "A B"}, {"instruction_sets": "B A"}) == ""
    assert unlike({"instruction_sets": "A"}, {"instruction_sets": "B"}) == "A only then, B only now"


@pytest.mark.parametrize("platform", [None, [], {"earlier": 3}, {"earlier": [4], "machine": 5}])
def test_a_strange_run_json_is_no_crash(photos, tmp_path, platform):
    run(photos, tmp_path / "out")
    told = told_of(tmp_path / "out")
    for versions in ({}, [], None):
        write(
            tmp_path / "out/run.json",
            json.dumps(told | {"platform": platform, "versions": versions}),
        )
        shutil.rmtree(tmp_path / "out/val")
        manifest = tmp_path / "out/manifest.jsonl"
        manifest.write_text(manifest.read_text())
        done = augment("run", tmp_path / "out.yaml", "--force")
        assert done.returncode == 0, done.stderr


def series(folder):
    np.savez(folder / "s.npz", x=np.arange(40.0).reshape(4, 10) % 7, y=np.array([0, 1, 0, 1]))
    return folder / "s.npz"


MAKERS = {
    "image": lambda folder: make_photos(folder, {"train/cat": 2, "val/cat": 1}),
    "tabular": lambda folder: write(folder / "t.csv", "a,label\n" + "1,x\n2,y\n3,x\n" * 6),
    "text": lambda folder: write(
        folder / "t.tsv", "text\tlabel\n" + "".join(f"a film {n} to see\tx\n" for n in range(5))
    ),
    "timeseries": series,
}


@pytest.mark.parametrize("kind", MAKERS)
def test_no_absolute_paths_are_passed_on(tmp_path, kind):
    """Moved together, dataset and output still find each other; an older run.json does, too."""
    folder = tmp_path / "secret place"
    (folder / "data").mkdir(parents=True)
    settings = {"kind": kind} | ({"label": "label"} if kind == "tabular" else {})
    changes = {"balance": {"method": "random_over", "target": "max"}, "copies": 0}
    changes = changes if kind == "tabular" else {}
    path = MAKERS[kind](folder / "data")
    recipe = write_recipe(path, folder / "out/here", dataset=settings, steps=[], **changes)
    assert augment("run", recipe, "-i", path, "-o", folder / "out/here").returncode == 0
    assert augment("report", folder / "out/here", "-o", tmp_path / "page.html").returncode == 0
    told = (folder / "out/here/run.json").read_text()
    assert "secret place" not in told + (tmp_path / "page.html").read_text()
    assert str(tmp_path) not in told
    folder.rename(tmp_path / "moved")
    moved = tmp_path / "moved"
    done = augment("replay", moved / "out/here", "-o", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    recorded = json.loads(told)
    recorded["dataset"] = str(moved / os.path.relpath(path, folder))
    write(moved / "out/here/run.json", json.dumps(recorded))
    done = augment("replay", moved / "out/here", "-o", tmp_path / "more")
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "again") == tree(tmp_path / "more")


def test_a_run_says_that_opencv_lies_over_itself(photos, tmp_path):
    about = "Metadata-Version: 2.1\nName: opencv-python\nVersion: 4.99\n"
    write(tmp_path / "site/opencv_python-4.99.dist-info/METADATA", about)
    recipe = write_recipe(photos, tmp_path / "out")
    assert "over each other" not in augment("run", recipe).stdout
    env = environment(PYTHONPATH=f"{tmp_path / 'site'}", AUGMENT_JOBS="1")
    done = augment("run", recipe, env=env)
    assert "opencv-python are installed over each other" in done.stdout
    assert "over each other" in augment("check", recipe, env=env).stdout
