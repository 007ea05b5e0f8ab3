"""A second run does only what changed, and ends where a fresh run would."""

import os

import pytest
from helpers import (
    STEPS,
    augment,
    failures,
    leftovers,
    make_photos,
    manifest,
    picture,
    run,
    tree,
    write,
)

COUNTS = {"train/cat": 4, "train/dog": 3, "val/cat": 1}
FLIP, ROTATE = STEPS


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "in", COUNTS)


@pytest.fixture
def out(tmp_path, photos):
    run(photos, tmp_path / "out")
    return tmp_path / "out"


def same_as_fresh(photos, out, **changes):
    """Assert that an output is what a run from nothing gives, and up to date."""
    fresh = out.with_name(f"{out.name}-fresh")
    run(photos, fresh, **changes)
    assert tree(out) == tree(fresh)
    assert leftovers(out) == []
    assert run(photos, out, **changes).made == 0


def redone(photos, out, **changes):
    """Run again; return the names of the files that were written."""
    before = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    summary = run(photos, out, **changes)
    now = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    own = out / ".augment"
    written = {
        path.relative_to(out).as_posix()
        for path, inode in now.items()
        if before.get(path) != inode and own not in path.parents
    } - {"run.json", "manifest.jsonl", "failures.jsonl"}
    assert summary.made == len(written)
    same_as_fresh(photos, out, **changes)
    return sorted(written)


def outputs(name, copies=2):
    stem = name.removesuffix(".png")
    return [*(f"{stem}.aug-{copy:03d}.png" for copy in range(copies)), name]


def test_an_unchanged_second_run_makes_nothing_and_touches_only_the_stamp(photos, out):
    def times():
        return {
            path: path.stat().st_mtime_ns
            for path in out.rglob("*")
            if path.is_file() and ".augment" not in path.parts
        }

    before = times()
    assert run(photos, out).made == 0
    changed = {path.name for path, time in times().items() if before[path] != time}
    assert changed == {"run.json"}


def test_a_new_photo(photos, out):
    write(photos / "train/cat/new.png", picture(50))
    assert redone(photos, out) == outputs("train/cat/new.png")


def test_a_changed_photo(photos, out):
    write(photos / "train/cat/02.png", picture(51))
    assert redone(photos, out) == outputs("train/cat/02.png")


def test_a_changed_photo_that_hides_it(photos, out):
    """Same size and same time of change: the inode's own time tells."""
    path = photos / "train/cat/02.png"
    before, data = path.stat(), bytearray(path.read_bytes())
    other = next(
        file
        for file in map(picture, range(10_000))
        if len(file) == len(data) and file != bytes(data)
    )
    path.write_bytes(other)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert redone(photos, out) == outputs("train/cat/02.png")


def test_a_touched_photo_is_read_and_found_equal(photos, out):
    for path in photos.rglob("*.png"):
        os.utime(path, ns=(1, 1))
    assert redone(photos, out) == []


def test_a_photo_that_was_copied_anew(photos, out):
    path = photos / "train/cat/02.png"
    data = path.read_bytes()
    path.unlink()
    write(path, data)
    assert redone(photos, out) == []


def test_a_removed_photo(photos, out):
    (photos / "train/cat/02.png").unlink()
    assert redone(photos, out) == []
    assert set(outputs("train/cat/02.png")).isdisjoint(tree(out))


def test_a_removed_class_leaves_no_empty_folder(photos, out):
    for path in (photos / "train/dog").iterdir():
        path.unlink()
    assert redone(photos, out) == []
    assert "train/dog" not in tree(out)


def test_a_renamed_photo(photos, out):
    (photos / "train/cat/02.png").rename(photos / "train/cat/zz.png")
    assert redone(photos, out) == outputs("train/cat/zz.png")


def test_a_photo_that_moves_to_another_class(photos, out):
    (photos / "train/cat/02.png").rename(photos / "train/dog/02x.png")
    assert redone(photos, out) == outputs("train/dog/02x.png")


def test_a_photo_that_breaks_and_is_mended(photos, out):
    path = photos / "train/cat/02.png"
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    assert redone(photos, out) == []
    assert set(outputs("train/cat/02.png")).isdisjoint(tree(out))
    path.write_bytes(whole)
    assert redone(photos, out) == outputs("train/cat/02.png")
    assert failures(out) == {}


def test_a_changed_step(photos, out):
    """Copies that draw the same as before are the same files as before."""
    before = {each["output"]: each["steps"] for each in manifest(out)}
    done = redone(photos, out, steps=[FLIP, {"rotate": {"degrees": [-20, 20], "p": 0.5}}])
    changed = {each["output"] for each in manifest(out) if before[each["output"]] != each["steps"]}
    assert done == sorted(changed)
    assert 0 < len(changed) < 14


def test_an_inserted_step_redoes_only_the_copies_that_get_it(photos, out):
    done = redone(photos, out, steps=[{"invert": {"p": 0.4}}, FLIP, ROTATE])
    inverted = [
        each["output"]
        for each in manifest(out)
        if any(step["name"] == "invert" for step in each["steps"])
    ]
    assert done == sorted(inverted)
    assert 0 < len(done) < 14


def test_a_step_limited_to_a_class_redoes_that_class(photos, out):
    done = redone(photos, out, steps=[{"invert": {"only": ["dog"]}}, FLIP, ROTATE])
    assert {name.split("/")[1] for name in done} == {"dog"}
    assert len(done) == 3 * 2


def test_a_changed_seed_redoes_all_copies_and_no_original(photos, out):
    done = redone(photos, out, seed=8)
    assert len(done) == 7 * 2
    assert all(".aug-" in name for name in done)


def test_a_changed_quality_redoes_what_is_encoded(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 3}, ".jpg")
    write(photos / "cat/one.png", picture(60))
    run(photos, tmp_path / "out")
    output = {"image": {"quality": 80}}
    done = redone(photos, tmp_path / "out", output=output)
    assert [name for name in done if name.endswith(".jpg")] == [
        f"train/cat/0{number}.aug-00{copy}.jpg" for number in range(3) for copy in range(2)
    ]


def test_another_container_removes_the_old_files(photos, out):
    done = redone(photos, out, output={"image": {"format": "jpeg"}})
    assert len(done) == 7 * 2
    assert not [name for name in tree(out) if name.endswith(".aug-000.png")]


def test_copies_up_and_down(photos, out):
    more = redone(photos, out, copies=4)
    assert len(more) == 7 * 2
    assert all(name.endswith(("2.png", "3.png")) for name in more)
    assert redone(photos, out, copies=1) == []
    assert redone(photos, out, copies=0) == []
    assert not [name for name in tree(out) if ".aug-" in name]


def test_balance_on_and_off(photos, out):
    more = redone(photos, out, balance={"target": "max"})
    assert len(more) == 3
    assert all(name.startswith("train/dog") for name in more)
    assert redone(photos, out) == []


def test_a_changed_budget_redoes_nothing(photos, out):
    assert redone(photos, out, max_failures="5%", timeout=10) == []


def test_a_moved_dataset_redoes_nothing(photos, out, tmp_path):
    photos.rename(tmp_path / "elsewhere")
    assert redone(tmp_path / "elsewhere", out) == []


def test_another_split_to_augment(photos, out):
    assert redone(photos, out, dataset={"augment": ["val"]}) == [
        *["val/cat/00.aug-000.png", "val/cat/00.aug-001.png"]
    ]


def test_a_dataset_that_gets_splits(tmp_path):
    """The same names come from other sources then: they are given on, not in the way."""
    photos = make_photos(tmp_path / "in", {"cat": 2})
    run(photos, tmp_path / "out")
    (photos / "cat").rename(tmp_path / "cat")
    (photos / "train").mkdir()
    (tmp_path / "cat").rename(photos / "train/cat")
    run(photos, tmp_path / "out")
    assert failures(tmp_path / "out") == {}
    same_as_fresh(photos, tmp_path / "out")


def test_force_remakes_all_to_the_same_bytes(photos, out):
    before = tree(out)
    manifest_time = (out / "manifest.jsonl").stat().st_mtime_ns
    for path in out.rglob("*.png"):
        os.utime(path, ns=(1, 1))
    assert run(photos, out, force=True).made == 22
    assert tree(out) == before
    assert all(path.stat().st_mtime_ns != 1 for path in out.rglob("*.png"))
    assert (out / "manifest.jsonl").stat().st_mtime_ns == manifest_time


def test_broken_sources_and_balance_are_no_reason_to_redo(photos, out):
    write(photos / "train/dog/01.png", b"broken")
    balance = {"balance": {"target": 15}}
    run(photos, out, **balance)
    assert redone(photos, out, **balance) == []
    assert augment("plan", out.with_name("out.yaml"), "--exit-code").returncode == 1
    run(photos, out, **balance, max_failures=1)
    assert augment("plan", out.with_name("out.yaml"), "--exit-code").returncode == 0
    balance["max_failures"] = 2
    write(photos / "train/dog/02.png", b"broken too")
    more = redone(photos, out, **balance)
    assert more == [f"train/dog/00.aug-{copy:03d}.png" for copy in range(7, 14)]


def test_plan_says_what_a_run_will_do(photos, out):
    recipe = out.with_name("out.yaml")
    assert augment("plan", recipe, "--exit-code").returncode == 0
    write(photos / "train/cat/new.png", picture(50))
    before = tree(out)
    done = augment("plan", recipe, "--exit-code")
    assert done.returncode == 1
    assert "1 new and 0 changed" in done.stdout
    assert augment("run", recipe, "--dry-run").returncode == 0
    assert tree(out) == before


def test_a_table_that_moves_a_photo_to_another_split(tmp_path):
    photos = make_photos(tmp_path / "in", {"x": 3})

    def table(*splits):
        rows = [f"x/0{number}.png,cat,{split}" for number, split in enumerate(splits)]
        write(photos / "t.csv", "\n".join(["file,label,split", *rows]))

    changes = {"dataset": {"format": "csv", "split": "split"}}
    table("train", "train", "test")
    run(photos / "t.csv", tmp_path / "out", **changes)
    table("train", "test", "train")
    run(photos / "t.csv", tmp_path / "out", **changes)
    same_as_fresh(photos / "t.csv", tmp_path / "out", **changes)
    assert "train/x/01.png" not in tree(tmp_path / "out")
