"""The command as a shell sees it: exit codes, streams, pipes, locks, and what it leaves behind."""

import json
import os
import subprocess
import sys

import pytest
from helpers import (
    COMMAND,
    augment,
    environment,
    failures,
    finished,
    leftovers,
    make_photos,
    picture,
    recipe_text,
    run,
    start,
    tree,
    write,
    write_recipe,
)

from augcli.store.output import OutputFolder


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "in", {"train/cat": 3, "train/dog": 2, "val/cat": 1})


@pytest.fixture
def recipe(photos, tmp_path):
    return write_recipe(photos, tmp_path / "out")


def test_success_is_0_and_says_where_to_look(recipe, tmp_path):
    done = augment("run", recipe)
    assert (done.returncode, done.stderr) == (0, "")
    assert "16 files made" in done.stdout
    assert " verify " in done.stdout
    assert done.stdout.isascii()


@pytest.mark.parametrize("command", [["run"], ["run", "-v"], ["plan"], ["check"]])
def test_no_progress_bars_and_no_colours_without_a_terminal(recipe, command):
    done = augment(*command, recipe)
    assert not set(done.stdout + done.stderr) & {"\r", "\x1b", "\b"}


USAGE = {
    "no command": [],
    "unknown command": ["rnu"],
    "unknown option": ["run", "RECIPE", "--frce"],
    "no recipe": ["run"],
    "missing recipe": ["run", "none.yaml"],
    "a folder": ["run", "."],
    "no jobs": ["run", "RECIPE", "-j", "0"],
    "bad jobs": ["run", "RECIPE", "-j", "many"],
    "bad seed": ["run", "RECIPE", "--seed", "-1"],
    "bad key": ["run", "RECIPE", "--set", "copise=3"],
    "bad value": ["run", "RECIPE", "--set", "copies=many"],
    "bad budget": ["run", "RECIPE", "--max-failures", "lots"],
    "a budget that says nothing": ["run", "RECIPE", "--max-failures", "%"],
    "no dataset": ["run", "RECIPE", "-i", "nowhere"],
    "verify nothing": ["verify", "nowhere"],
    "replay to nowhere": ["replay", "."],
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_2_and_writes_nothing(recipe, tmp_path, case):
    words = [str(recipe) if word == "RECIPE" else word for word in USAGE[case]]
    done = augment(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"copies": 2', '"copise": 2', ["copise", "did you mean 'copies'"]),
        ('"copies": 2', '"copies": -2', ["copies"]),
        ('"rotate"', '"rotat"', ["rotat", "did you mean 'rotate'"]),
        ('"version": 1', '"version": 2', ["version"]),
        ('"copies": 2', '"copies": 2, "copies": 3', ["copies"]),
        ('"copies": 2', '"copies": [2', []),
    ],
)
def test_a_broken_recipe_is_2_with_its_place(recipe, tmp_path, old, new, words):
    recipe.write_text(recipe.read_text().replace(old, new))
    done = augment("run", recipe)
    assert done.returncode == 2
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"{recipe}:")
    assert all(part.isdigit() for part in first.removeprefix(f"{recipe}:").split(":")[:2])
    assert [word for word in words if word not in done.stderr] == []
    assert not (tmp_path / "out").exists()


def test_the_output_may_not_be_inside_the_dataset_nor_around_it(photos, tmp_path):
    before = tree(photos)
    (tmp_path / "sideways").symlink_to(photos)
    for output in (photos, photos / "new", photos / "train", tmp_path, tmp_path / "sideways/new"):
        done = augment("run", write_recipe(photos, tmp_path / "r"), "-o", output)
        assert done.returncode == 2, output
        assert "output.path" in done.stderr
    assert tree(photos) == before


@pytest.mark.parametrize("content", ["photo.png", ".hidden", "train/cat/00.png"])
def test_a_folder_of_others_is_4(recipe, tmp_path, content):
    write(tmp_path / "out" / content, "mine")
    done = augment("run", recipe)
    assert done.returncode == 4
    assert "did not make" in done.stderr
    assert [d for d in tree(tmp_path / "out").values() if d != "folder"] == list(
        tree(tmp_path / "out").values()
    )[-1:]
    assert (tmp_path / "out" / content).read_text() == "mine"
    assert not (tmp_path / "out/.augment").exists()


@pytest.mark.parametrize("output", ["file", "file/below"])
def test_a_file_for_a_folder_is_4(recipe, tmp_path, output):
    write(tmp_path / "file", "mine")
    done = augment("run", recipe, "-o", tmp_path / output)
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr


def test_failures_are_3_on_stderr_and_in_the_file(recipe, photos, tmp_path):
    write(photos / "train/cat/01.png", b"broken")
    done = augment("run", recipe)
    assert done.returncode == 3
    assert "train/cat/01.png" in done.stderr
    assert list(failures(tmp_path / "out")) == ["train/cat/01.png"]
    assert augment("run", recipe, "--max-failures", "1").returncode == 0
    assert augment("run", recipe, "--max-failures", "20%").returncode == 0
    assert augment("run", recipe, "--max-failures", "10%").returncode == 3


def test_check_is_1_for_a_broken_picture(recipe, photos):
    assert augment("check", recipe).returncode == 0
    write(photos / "train/cat/01.png", b"broken")
    done = augment("check", recipe)
    assert done.returncode == 1
    assert any("train/cat/01.png: error" in line for line in done.stdout.splitlines())


def test_a_lock_is_5_and_names_its_owner(recipe, tmp_path):
    output = OutputFolder(tmp_path / "out")
    output.claim()
    with output.locked():
        for command in (["run", recipe], ["clean", tmp_path / "out"]):
            done = augment(*command)
            assert done.returncode == 5
            assert f"process {os.getpid()}" in done.stderr
    write(tmp_path / "out/.augment/lock", "process 999999999")
    assert augment("run", recipe).returncode == 0


@pytest.mark.faults
def test_twenty_runs_at_once_do_the_work_once(photos, tmp_path):
    """All wait for their recipe, which then comes to all of them together."""
    run(photos, tmp_path / "expected")
    text = recipe_text(photos, tmp_path / "out")
    command = ["run", "-", "-j", "1", "--json"]
    crowd = [start(*command, stdin=subprocess.PIPE) for _ in range(20)]
    for each in crowd:
        each.stdin.write(text)
        each.stdin.flush()
    for each in crowd:
        each.stdin.close()
        each.stdin = None
    ends = [each.communicate(timeout=120) for each in crowd]
    codes = [each.returncode for each in crowd]
    assert set(codes) <= {0, 5}, ends
    made = [json.loads(out)["made"] for out, _ in ends if out]
    assert sorted(made)[-1] == sum(made) == 16
    assert len(made) == codes.count(0)
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")
    assert leftovers(tmp_path / "out") == []


def test_a_bug_is_70_with_a_traceback_and_a_request(recipe):
    broken = "import sys, augcli.run; del sys.modules['augcli.run'].run"
    program = f"{broken}; from augcli.cli.main import main; main()"
    done = finished([sys.executable, "-c", program, "run", str(recipe)])
    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "please report" in done.stderr


COMMANDS = [["transforms"], ["schema"], ["run", "RECIPE"], ["plan", "RECIPE"], ["--help"]]
COMMANDS += [["check", "RECIPE"], ["completion", "bash"], ["run", "RECIPE", "--json"]]


def with_rare(always, rarely):
    return [*always, *(pytest.param(each, marks=pytest.mark.faults) for each in rarely)]


@pytest.mark.parametrize("command", with_rare(COMMANDS[:4], COMMANDS[4:]), ids=" ".join)
def test_a_closed_pipe_is_no_error(recipe, photos, command):
    write(photos / "note.txt", "so that check has something to say")
    words = [str(recipe) if word == "RECIPE" else word for word in command]
    process = start(*words)
    process.stdout.close()
    told = process.stderr.read()
    assert "Broken pipe" not in told
    assert "Traceback" not in told
    process.stderr.close()
    assert process.wait(60) == 0


def test_head_gets_its_line():
    command = f'set -o pipefail; "{sys.executable}" -m augcli transforms | head -1'
    done = finished(["bash", "-c", command])
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("streams", with_rare([">&-", ">&- 2>&- <&-"], ["2>&-", "<&-"]))
def test_closed_streams_are_no_crash(recipe, tmp_path, streams):
    command = f'"{sys.executable}" -m augcli run "{recipe}" -j 2 {streams}'
    done = finished(["bash", "-c", command])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/manifest.jsonl").exists()


def test_json_is_all_of_stdout(recipe, photos, tmp_path):
    write(photos / "train/cat/01.png", b"broken")
    told = augment("run", recipe, "--json")
    summary = json.loads(told.stdout)
    assert told.returncode == summary["exit_code"] == 3
    assert summary["made"] == 13
    assert [each["source"] for each in summary["failures"]] == ["train/cat/01.png"]
    assert {(c["split"], c["label"], c["after"]) for c in summary["counts"]} == {
        *[("train", "cat", 6), ("train", "dog", 6), ("val", "cat", 1)]
    }
    assert json.loads(augment("plan", recipe, "--json").stdout)["new"] == 0
    assert json.loads(augment("verify", tmp_path / "out", "--json").stdout)["trouble"] == {}


def test_quiet_says_nothing_but_errors(recipe, photos):
    done = augment("run", recipe, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    write(photos / "train/cat/01.png", b"broken")
    done = augment("run", recipe, "-q")
    assert (done.returncode, done.stdout) == (3, "")
    assert "train/cat/01.png" in done.stderr


def test_a_recipe_from_stdin_starts_from_the_working_directory(photos, tmp_path):
    text = recipe_text("in", "out")
    done = augment("run", "-", input=text, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run(photos, tmp_path / "expected")
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")
    done = augment("run", "-", input="copies: [", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("<stdin>:")


def test_paths_of_a_recipe_and_of_the_command_line(photos, tmp_path):
    """Those in a recipe start from its folder, those of options from the working directory."""
    recipe = write(tmp_path / "recipes/r.yaml", recipe_text("../in", "../out"))
    (tmp_path / "elsewhere").mkdir()
    assert augment("run", recipe, cwd=tmp_path / "elsewhere").returncode == 0
    words = ["run", "../recipes/r.yaml", "-i", "../in", "-o", "here"]
    assert augment(*words, cwd=tmp_path / "elsewhere").returncode == 0
    assert tree(tmp_path / "elsewhere/here") == tree(tmp_path / "out")


def test_options_are_the_same_as_what_the_recipe_says(photos, tmp_path):
    recipe = write_recipe(photos, tmp_path / "out")
    words = ["--seed", 9, "--set", "copies=1", "--set", "steps.1.rotate.degrees=[0, 5]"]
    assert augment("run", recipe, *words).returncode == 0
    steps = [{"horizontal_flip": {"p": 0.5}}, {"rotate": {"degrees": [0, 5]}}]
    run(photos, tmp_path / "expected", seed=9, copies=1, steps=steps)
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")


def test_jobs_from_the_environment(recipe):
    done = augment("run", recipe, env=environment(AUGMENT_JOBS="many"))
    assert done.returncode == 2
    assert augment("run", recipe, env=environment(AUGMENT_JOBS="1")).returncode == 0


def test_a_full_screen_is_no_bug(recipe):
    """What a shell redirects may be on a full disk."""
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = finished([*COMMAND, "transforms"], stdout=full, capture_output=False, stderr=-1)
    assert done.returncode == 4
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_odd_names_can_be_printed_anywhere(tmp_path):
    photos = tmp_path / "in"
    for number, name in enumerate([b"\xff\xfe.png", "é\n😀.png".encode()]):
        write(photos / "cat" / os.fsdecode(name), picture(number)[:-30])
    write(photos / "cat/fine.png", picture(9))
    recipe = write_recipe(photos, tmp_path / "out")
    plain = environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    told = environment(PYTHONIOENCODING="utf-8")
    for command, env, code in [
        *(("run", plain, 3), ("plan", plain, 0), ("check", plain, 1)),
        ("check", told, 1),
    ]:
        done = augment(command, recipe, env=env)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr


def test_help_and_check_are_quick_to_start():
    """What they do not need is not imported."""
    program = (
        "import sys; sys.argv = ['augment', *sys.argv[1:]]\n"
        "from augcli.cli.main import _exit_code; _exit_code()\n"
        "print([m for m in ('cv2', 'polars', 'sklearn', 'PIL') if m in sys.modules])"
    )
    for words in (["--help"], ["run", "--help"], ["run", "none.yaml"]):
        done = finished([sys.executable, "-c", program, *words])
        assert done.stdout.splitlines()[-1] == "[]"
