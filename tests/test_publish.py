"""Batches and folders: nothing half-written, nothing of others overwritten or removed."""

import hashlib
import json
import os

import pytest
from helpers import leftovers

from augcli.disk.folder import Folder
from augcli.errors import LockedError, StorageError, TakenError
from augcli.store.output import OutputFolder
from augcli.store.publish import Batch


@pytest.fixture
def output(tmp_path):
    output = OutputFolder(tmp_path / "out")
    output.claim()
    return output


def files(output):
    return {
        str(path.relative_to(output.path)): path.read_text()
        for path in output.path.rglob("*")
        if path.is_file() and output.own not in path.parents
    }


def batch_of(output, contents, name="000000001-x"):
    batch = Batch(output, name)
    for final, text in contents.items():
        batch.add(final, [text.encode()], None, ours=False)
    return batch


def entry(name, text):
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return {"record": {"output": name, "sha256": sha256}, "stat": None}


def test_nothing_is_visible_before_it_is_published(output):
    batch = batch_of(output, {"train/a.png": "a", "train/cat/b.png": "b"})
    assert files(output) == {}
    batch.publish([{"source": "a.png", "outputs": []}], [])
    assert files(output) == {"train/a.png": "a", "train/cat/b.png": "b"}
    assert leftovers(output.path) == ["shards/000000001-x.jsonl"]


def test_files_have_their_own_bytes_whatever_the_order_of_folders(output):
    names = ["b/1.png", "top.png", "a/ü 2.png", "b/3.png", "b/c/4.png", "b/\n5.png"]
    batch_of(output, {name: name for name in names}).publish([], [])
    assert files(output) == {name: name for name in names}


@pytest.mark.parametrize(
    "name", ["a/..", "../b.png", "/b.png", "a//b.png", "a/.", "a/b\0.png", f"a/{'b' * 256}"]
)
def test_a_name_that_leads_elsewhere_is_refused(output, name):
    batch = batch_of(output, {"a/1.png": "1", name: "2"})
    with pytest.raises(StorageError, match="not augment's"):
        batch.publish([], [])


def test_a_published_batch_tells_where_its_records_begin(output):
    records = [{"source": name, "outputs": []} for name in ("ä.png", "b.png", "long/c.png")]
    published = batch_of(output, {"train/a.png": "a"}).publish(records, [])
    shard = output.shard("000000001-x").read_bytes()
    told = [json.loads(shard[offset:].splitlines()[0]) for offset in published.offsets]
    assert told == records
    assert Batch(output, "000000001-y").publish([], []).offsets == []


def test_stale_files_go_with_their_empty_folders(output):
    batch_of(output, {"train/old/a.png": "a", "train/b.png": "b"}).publish([], [])
    stale = [entry("train/old/a.png", "a"), entry("never/was.png", "x"), entry("train/b.png", "B")]
    assert batch_of(output, {"val/a.png": "c"}).publish([], stale).left == ["train/b.png"]
    assert files(output) == {"train/b.png": "b", "val/a.png": "c"}
    assert not (output.path / "train/old").exists()


def test_roll_back_forgets_files(output):
    batch = batch_of(output, {"a.png": "a", "b.png": "b"})
    batch.roll_back(1)
    batch.add("c.png", [b"c"], None, ours=False)
    batch.publish([], [])
    assert files(output) == {"a.png": "a", "c.png": "c"}


def test_what_fails_on_its_way_leaves_room_for_the_next(output):
    batch = batch_of(output, {"a.png": "a"})
    with pytest.raises(ZeroDivisionError):
        batch.add("b.png", (b"%d" % (1 // each) for each in (2, 1, 0)), None, ours=False)
    batch.add("c.png", [b"c", b"c", b"c"], None, ours=False)
    batch.publish([], [])
    assert files(output) == {"a.png": "a", "c.png": "ccc"}


def test_small_files_wait_and_large_ones_do_not(output):
    batch = batch_of(output, {"a.png": "a", "b.png": "b" * (2 << 20), "c.png": "c"})
    (folder,) = output.batches.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["0", "1"]
    batch.roll_back(1)
    batch.add("d.png", [b"d", b"d"], None, ours=False)
    batch.add("e.png", [], None, ours=False)
    batch.publish([], [])
    assert files(output) == {"a.png": "a", "d.png": "dd", "e.png": ""}


@pytest.mark.parametrize("how", ["file", "link", "dangling", "folder", "file for folder"])
@pytest.mark.parametrize("method", ["add", "add_link"])
def test_what_augment_did_not_make_is_never_overwritten(output, tmp_path, how, method):
    source = tmp_path / "source.png"
    source.write_text("source")
    final = output.path / "train/a.png"
    final.parent.mkdir()
    {
        "file": lambda: final.write_text("mine"),
        "link": lambda: final.symlink_to(source),
        "dangling": lambda: final.symlink_to("nowhere"),
        "folder": final.mkdir,
        "file for folder": lambda: (final.parent.rmdir(), final.parent.write_text("mine")),
    }[how]()
    batch = Batch(output, "x")
    arguments = (b"data", source) if method == "add" else (source, b"data")
    with pytest.raises(TakenError, match=r"in the way: train/a.png"):
        getattr(batch, method)("train/a.png", *arguments, ours=False, sha256="0")
    assert len(batch) == 0


def test_a_folder_that_took_the_place_of_our_own_file_is_not_ours(output):
    (output.path / "a.png").mkdir()
    with pytest.raises(TakenError):
        Batch(output, "x").add("a.png", [], None, ours=True)
    output.folder.remove("a.png")
    assert (output.path / "a.png").is_dir()


def test_hard_links_are_of_the_file_a_link_leads_to(output, tmp_path):
    (tmp_path / "real.png").write_text("data")
    (tmp_path / "link.png").symlink_to("real.png")
    batch = Batch(output, "x")
    batch.add_link("a.png", tmp_path / "link.png", b"data", ours=False, sha256="0")
    batch.publish([], [])
    assert not (output.path / "a.png").is_symlink()
    assert (output.path / "a.png").samefile(tmp_path / "real.png")


def half_published(output, renamed):
    """Leave a batch as a machine that dies after so many renames does."""
    texts = {"train/a.png": "a", "train/b.png": "b", "val/c.png": "c"}
    batch_of(output, {})
    (folder,) = output.batches.iterdir()
    for index, text in enumerate(texts.values()):
        (folder / str(index)).write_text(text)
    names = {name: entry(name, text)["record"]["sha256"] for name, text in texts.items()}
    (folder / "names.json").write_text(json.dumps(names))
    for index, name in list(enumerate(names))[:renamed]:
        (output.path / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / str(index)).rename(output.path / name)


@pytest.mark.parametrize("renamed", range(4))
def test_an_unfinished_batch_is_taken_back(output, renamed):
    half_published(output, renamed)
    output.recover(lambda: [])
    assert files(output) == {}
    assert list(output.path.iterdir()) == [output.own]
    assert leftovers(output.path) == []


def test_recovery_leaves_what_is_recorded(output):
    half_published(output, 3)
    orphans = [entry("train/a.png", "a"), entry("val/c.png", "c")]
    output.recover(lambda: ["train/b.png", "other.png"], orphans)
    assert files(output) == {"train/b.png": "b"}


def test_recovery_leaves_a_file_that_the_batch_had_not_given_yet(output):
    half_published(output, 1)
    (output.path / "val").mkdir()
    (output.path / "val/c.png").write_text("mine")
    output.recover(lambda: [])
    assert files(output) == {"val/c.png": "mine"}


@pytest.mark.parametrize("text", [None, "", '{"train/a.p', "{}"])
def test_recovery_of_a_batch_without_names_is_quiet(output, text):
    batch_of(output, {"a.png": "a"})
    (folder,) = output.batches.iterdir()
    if text is not None:
        (folder / "names.json").write_text(text)
    (output.scratch / "manifest.jsonl").write_text("half")
    output.recover(lambda: [])
    assert leftovers(output.path) == []


VAL = {"record": {"output": "val/c.png", "sha256": hashlib.sha256(b"C").hexdigest()}}


def test_what_a_dead_worker_gave_may_be_given_again(output):
    """Its batch is done again by another worker, which must not take the files for foreign."""
    half_published(output, 2)
    again = batch_of(output, {"train/a.png": "A", "train/b.png": "B", "val/c.png": "C"})
    again.publish([{"source": "a.png", "outputs": [VAL]}], [])
    assert files(output) == {"train/a.png": "A", "train/b.png": "B", "val/c.png": "C"}
    output.recover(lambda: ["train/a.png", "train/b.png", "val/c.png"])
    batch_of(output, {"val/c.png": "again"}).publish([], [])
    assert files(output)["val/c.png"] == "again"
    with pytest.raises(TakenError):
        batch_of(output, {"train/a.png": "not in any shard"})


def test_claim_is_for_new_empty_and_own_folders(tmp_path):
    OutputFolder(tmp_path / "deep/new").claim()
    (tmp_path / "empty").mkdir()
    OutputFolder(tmp_path / "empty").claim()
    OutputFolder(tmp_path / "empty").claim()
    assert (tmp_path / "empty/.augment/.gitignore").read_text() == "*\n"
    tag = (tmp_path / "empty/.augment/CACHEDIR.TAG").read_bytes()
    assert tag.startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


@pytest.mark.parametrize("name", ["photo.png", ".hidden", "manifest.jsonl"])
def test_claim_refuses_a_folder_of_others(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(StorageError, match="did not make"):
        OutputFolder(tmp_path).claim()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("path", ["file", "file/below", "file/below/deep"])
def test_claim_refuses_files(tmp_path, path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StorageError):
        OutputFolder(tmp_path / path).claim()


def test_one_holder_at_a_time(output):
    with output.locked():
        with pytest.raises(LockedError, match=f"process {os.getpid()}"), output.locked():
            pass
        with pytest.raises(LockedError), OutputFolder(output.path).locked():
            pass
    with output.locked():
        pass


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_records_that_lead_outside_are_refused(tmp_path, name):
    (tmp_path / "x").write_text("mine")
    folder = Folder(tmp_path / "out")
    for action in (folder.remove, folder.stat, folder.open, folder.create, folder.proven):
        with pytest.raises(StorageError, match="outside"):
            action(name)
    assert (tmp_path / "x").exists()


def test_a_file_is_replaced_whole_or_not_at_all(output):
    path = output.path / "report.txt"
    path.write_text("before")
    with pytest.raises(RuntimeError), output.replacing(path) as file:
        file.write("half")
        raise RuntimeError
    assert path.read_text() == "before"
    with output.replacing(path) as file:
        file.write("after")
    assert path.read_text() == "after"


def test_equal_bytes_leave_the_time_alone(output):
    path = output.path / "report.txt"
    path.write_text("same")
    os.utime(path, ns=(5, 5))
    with output.replacing(path, if_changed=True) as file:
        file.write("same")
    assert path.stat().st_mtime_ns == 5
    with output.replacing(path, if_changed=True) as file:
        file.write("other")
    assert path.stat().st_mtime_ns != 5
    assert path.read_text() == "other"
