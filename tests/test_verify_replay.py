"""Verify finds every flipped, missing and extra file; replay makes each again; explain tells."""

import json
import os
import shutil

import pytest
from helpers import augment, make_photos, manifest, picture, run, tree, write

KINDS = ["original", "copy", "other split", "manifest.jsonl", "failures.jsonl", "labels.csv"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with a dataset `in` and its output `out`, one source broken."""
    folder = tmp_path_factory.mktemp("made")
    photos = make_photos(folder / "in", {"cat": 4})
    write(photos / "cat/03.png", b"broken")
    splits = ["train", "train", "val", "train"]
    rows = [f"cat/0{number}.png,cat,{split}" for number, split in enumerate(splits)]
    write(photos / "labels.csv", "\n".join(["file,label,split", *rows]) + "\n")
    settings = {"format": "csv", "split": "split"}
    image = {"originals": "copy", "image": {"format": "jpeg"}}
    run(photos / "labels.csv", folder / "out", dataset=settings, output=image)
    return folder


@pytest.fixture
def work(made, tmp_path):
    """Return a copy of it to damage."""
    return shutil.copytree(made, tmp_path / "work")


def name_of(work, kind):
    """Return the name of an output of some kind, or of the file that is called so."""
    for each in manifest(work / "out"):
        copied = "other split" if each["split"] != "train" else "original"
        if kind == (copied if each["copy"] is None else "copy"):
            return each["output"]
    return kind


def verified(folder, *options, **settings):
    done = augment("verify", folder, *options, "--json", **settings)
    told = json.loads(done.stdout)
    assert done.returncode == bool(told["trouble"]), done.stderr
    return told["trouble"]


def test_a_whole_output_has_no_trouble(work):
    assert verified(work / "out") == {}
    assert verified(work / "out", "-i", work / "in") == {}
    assert verified(work / "out", "-i", work / "in/labels.csv") == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [0, 0.5, -1])
def test_a_flipped_bit_is_found(work, kind, place):
    name = name_of(work, kind)
    path = work / "out" / name
    data = bytearray(path.read_bytes())
    data[int(place * len(data)) if place >= 0 else -1] ^= 1
    before = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    trouble = verified(work / "out")
    assert trouble.pop(name) in {"changed", "damaged"}
    assert trouble == {} or kind == "manifest.jsonl"


@pytest.mark.parametrize("kind", [*KINDS, "run.json"])
def test_a_missing_file_is_found(work, kind):
    name = name_of(work, kind)
    (work / "out" / name).unlink()
    if kind == "manifest.jsonl":
        assert augment("verify", work / "out").returncode == 4
    else:
        assert name in verified(work / "out")


def test_extra_files_are_found_even_without_our_own_folder(work):
    write(work / "out/train/cat/extra.png", picture(3))
    write(work / "out/.hidden", "x")
    (work / "out/dangling").symlink_to("nowhere")
    extra = dict.fromkeys(["train/cat/extra.png", ".hidden", "dangling"], "extra")
    assert verified(work / "out") == extra
    shutil.rmtree(work / "out/.augment")
    assert verified(work / "out") == extra


def test_a_file_that_became_a_folder_is_missing(work):
    name = name_of(work, "copy")
    (work / "out" / name).unlink()
    (work / "out" / name).mkdir()
    assert verified(work / "out") == {name: "missing"}


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1", b"\xff\xfe", b'{"summary": 3}'])
def test_a_damaged_stamp_is_found(work, damage):
    (work / "out/run.json").write_bytes(damage)
    assert verified(work / "out")["run.json"] == "missing or damaged"


def test_changed_sources_are_found_with_i(work):
    write(work / "in/cat/01.png", picture(77))
    (work / "in/cat/02.png").unlink()
    assert verified(work / "out") == {}
    trouble = verified(work / "out", "-i", work / "in")
    assert trouble == {
        str(work / "in/cat/01.png"): "changed",
        str(work / "in/cat/02.png"): "missing",
    }


def test_odd_names_can_be_printed(work):
    odd = work / "out" / os.fsdecode(b"\xff\xfe\n.png")
    odd.write_bytes(b"x")
    done = augment("verify", work / "out", env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert done.returncode == 1, done.stderr
    assert "extra" in done.stdout


@pytest.mark.parametrize("command", ["verify", "clean"])
def test_a_folder_that_augment_did_not_make(tmp_path, command):
    write(tmp_path / "x/photo.png", "mine")
    assert augment(command, tmp_path / "x").returncode == 4
    assert (tmp_path / "x/photo.png").exists()
    assert augment(command, tmp_path / "none").returncode == 2


def pictures(folder):
    return {name: digest for name, digest in tree(folder).items() if name.endswith(("png", "jpg"))}


def outputs(folder):
    """Return what an output has beside what tells of it."""
    own = ("manifest.jsonl", "failures.jsonl")
    return {name: digest for name, digest in tree(folder).items() if name not in own}


def test_replay_makes_all_again(work, tmp_path):
    done = augment("replay", work / "out", "-o", tmp_path / "again", "-i", work / "in")
    assert done.returncode == 0, done.stdout + done.stderr
    assert tree(tmp_path / "again") == outputs(work / "out")


def test_without_run_json_all_is_made_again_and_what_nothing_proves_is_told(work, tmp_path):
    command = ["replay", work / "out", "-o", tmp_path / "again"]
    (work / "out/run.json").unlink()
    done = augment(*command)
    assert done.returncode == 4
    assert "run.json is missing" in done.stderr
    done = augment(*command, "-i", work / "in")
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert "run.json: missing or damaged: nothing proves what lists outputs" in done.stdout
    assert tree(tmp_path / "again") == outputs(work / "out")
    (work / "in/labels.csv").unlink()
    done = augment("replay", work / "out", "-o", tmp_path / "few", "-i", work / "in")
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert "run.json: missing or damaged, and what lists outputs is not made" in done.stdout
    assert pictures(tmp_path / "few") == pictures(work / "out")


def test_a_list_of_outputs_that_is_not_as_it_was_is_named(work, tmp_path):
    table = work / "in/labels.csv"
    table.write_text(table.read_text().replace("00.png,cat", "00.png,dog"))
    done = augment("replay", work / "out", "-o", tmp_path / "again", "-i", table)
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert "labels.csv: came out different: what lists the dataset is not what it" in done.stdout
    table.unlink()
    done = augment("replay", work / "out", "-o", tmp_path / "none", "-i", work / "in")
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert "labels.csv" in done.stdout


def test_replay_finds_its_sources_by_itself_and_says_so_if_not(made, work, tmp_path):
    again = augment("replay", made / "out", "-o", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    shutil.rmtree(work / "in")
    moved = work / "out/run.json"
    moved.write_text(moved.read_text().replace(str(made), str(work)))
    done = augment("replay", work / "out", "-o", tmp_path / "never")
    assert done.returncode in {1, 4}
    assert not (tmp_path / "never").exists()


def test_replay_of_some(work, tmp_path):
    options = ["-i", work / "in", "--only", "train/**/*.aug-000.*"]
    assert augment("replay", work / "out", "-o", tmp_path / "again", *options).returncode == 0
    wanted = {n: d for n, d in pictures(work / "out").items() if ".aug-000" in n}
    assert pictures(tmp_path / "again") == wanted
    assert len(wanted) == 2


def test_replay_says_which_source_is_not_what_it_was(work, tmp_path):
    write(work / "in/cat/01.png", picture(78))
    (work / "in/cat/02.png").unlink()
    done = augment("replay", work / "out", "-o", tmp_path / "again", "-i", work / "in")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 3 + 1
    assert sum("01.png is not what it was" in line for line in lines) == 3
    assert sum("cannot be read" in line for line in lines) == 1
    assert len(pictures(tmp_path / "again")) == 3


@pytest.mark.parametrize("kind", ["folders", "yolo"])
def test_replay_asks_where_sources_are_that_moved(tmp_path, kind):
    photos = make_photos(tmp_path / "in", {"train/images": 2})
    if kind == "yolo":
        write(photos / "train/labels/00.txt", "0 0.5 0.5 0.5 0.5\n")
    run(photos, tmp_path / "out", dataset={"format": kind})
    photos.rename(tmp_path / "moved")
    command = ["replay", tmp_path / "out", "-o", tmp_path / "again"]
    asked = augment(*command)
    assert (asked.returncode, "Traceback" in asked.stderr) == (4, False)
    assert f"there are no sources at {photos}; say where they are with -i" in asked.stderr
    assert augment(*command, "-i", tmp_path / "moved").returncode == 0


def test_replay_says_if_it_comes_out_different(work, tmp_path):
    path = work / "out/manifest.jsonl"
    records = manifest(work / "out")
    for each in records:
        each["sha256"] = "0" * 64
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    done = augment("replay", work / "out", "-o", tmp_path / "again", "-i", work / "in")
    assert done.returncode == 1
    assert done.stdout.count("came out different") == len(records)
    assert pictures(tmp_path / "again") == {}


def test_replay_overwrites_nothing_but_may_find_its_own(work, tmp_path):
    command = ["replay", work / "out", "-o", tmp_path / "again", "-i", work / "in"]
    augment(*command)
    assert augment(*command).returncode == 0
    name = name_of(work, "copy")
    (tmp_path / "again" / name).write_text("mine")
    done = augment(*command)
    assert done.returncode == 1
    assert "in the way" in done.stdout
    assert (tmp_path / "again" / name).read_text() == "mine"


@pytest.mark.parametrize("target", [".", "out", "out/again", "out/../out/train", "link"])
def test_replay_keeps_apart_from_the_output(work, target):
    (work / "link").symlink_to("out/train")
    before = tree(work)
    done = augment("replay", "out", "-o", target, cwd=work)
    assert done.returncode == 2
    assert "is not apart from out" in done.stderr
    assert tree(work) == before


@pytest.mark.parametrize("name", ["../evil.png", "/tmp/evil-augment.png"])
def test_a_hostile_manifest_writes_nothing_elsewhere(work, tmp_path, name):
    records = [each | {"output": name} for each in manifest(work / "out")[:1]]
    write(work / "out/manifest.jsonl", "".join(json.dumps(each) + "\n" for each in records))
    done = augment("replay", work / "out", "-o", tmp_path / "a/b", "-i", work / "in")
    assert done.returncode == 4
    assert "outside" in done.stderr
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("name", ["../../in/cat/00.png", "{folder}/in/cat/00.png"])
def test_a_hostile_journal_removes_nothing_elsewhere(work, name):
    journal = work / "out/.augment/journal.jsonl"
    first = manifest(work / "out")[0]["output"]
    hostile = name.format(folder=work)
    journal.write_text(journal.read_text().replace(json.dumps(first), json.dumps(hostile)))
    assert augment("clean", work / "out").returncode == 4
    assert (work / "in/cat/00.png").exists()


@pytest.mark.parametrize("damage, code", [("run.json", 1), ("manifest.jsonl", 4)])
def test_replay_of_damaged_records_is_no_crash(work, tmp_path, damage, code):
    write(work / "out" / damage, "{")
    done = augment("replay", work / "out", "-o", tmp_path / "again", "-i", work / "in")
    assert done.returncode == code
    assert damage in (done.stdout if code == 1 else done.stderr)


def test_explain_tells_the_story(work):
    record = next(each for each in manifest(work / "out") if each["steps"])
    done = augment("explain", work / "out" / record["output"])
    assert done.returncode == 0
    for word in (record["source"], record["output"], f"copy {record['copy']}", "cat"):
        assert word in done.stdout
    for step in record["steps"]:
        assert step["name"] in done.stdout
        assert all(f"{key} {json.dumps(v)}" in done.stdout for key, v in step["params"].items())
    told = augment("explain", work / "out" / record["output"], "--json")
    assert json.loads(told.stdout) == record


def test_paths_relative_to_the_working_directory(work, tmp_path):
    name = name_of(work, "copy")
    inside = work / "out" / name
    assert augment("explain", inside.name, cwd=inside.parent).returncode == 0
    assert augment("explain", f"./out/../out/{name}", cwd=work).returncode == 0
    assert augment("verify", ".", cwd=work / "out").returncode == 0
    assert augment("verify", "../../out", cwd=work / "out/train").returncode == 0
    assert augment("replay", "out", "-o", "again", "-i", "in", cwd=work).returncode == 0
    assert pictures(work / "again") == pictures(work / "out")
    assert augment("clean", "../out", cwd=work / "in").returncode == 0
    assert not (work / "out").exists()


def test_explain_of_what_is_not_there(work):
    name = name_of(work, "copy")
    done = augment("explain", work / "out" / name.replace("cat", "cta"))
    assert done.returncode != 0
    assert name in done.stderr
    assert augment("explain", work / "in/cat/00.png").returncode == 2


def test_clean_takes_back_exactly_what_was_made(work):
    write(work / "out/train/mine.txt", "mine")
    assert augment("clean", work / "out").returncode == 0
    assert {name for name, d in tree(work / "out").items() if d != "folder"} == {"train/mine.txt"}
    assert augment("clean", work / "out").returncode == 4


def test_clean_of_nothing_else_removes_the_folder(work):
    assert augment("clean", work / "out").returncode == 0
    assert not (work / "out").exists()
    assert (work / "in/cat/00.png").exists()


def test_replay_names_the_param_that_no_step_can_have(tmp_path):
    run(make_photos(tmp_path / "in", {"cat": 1}), tmp_path / "out", steps=["rotate"])
    lines = manifest(tmp_path / "out")
    lines[1]["steps"][0]["params"]["degrees"] = 1e9
    text = "".join(json.dumps(each) + "\n" for each in lines)
    write(tmp_path / "out/manifest.jsonl", text)
    told = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert told.returncode == 1
    assert "rotate.degrees in the manifest: must be between -360 and 360" in told.stdout


def test_a_damaged_line_of_the_manifest_is_named(work):
    manifest = work / "out/manifest.jsonl"
    first, second, *rest = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join([first, second[:20] + "\n", *rest]))
    assert verified(work / "out")["manifest.jsonl:2"] == "damaged"
