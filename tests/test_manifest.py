"""Journal and manifest: one line per source or output, later records win, damage is told."""

import json
from contextlib import closing
from itertools import repeat
from pathlib import Path

import pytest
from helpers import lines_of, make_photos, manifest, run, tree

from augcli.dataset.units import Dataset
from augcli.errors import StorageError
from augcli.records.journal import blank
from augcli.requests.asked import Copies
from augcli.store.manifest import Journal, read_manifest
from augcli.store.output import OutputFolder
from augcli.task import Task
from augcli.work.chunk import shard_name

KEYS = [
    "output",
    "sha256",
    "source",
    "source_sha256",
    "split",
    "label",
    "copy",
    "partners",
    "steps",
]


def record(source, *outputs, stamp="s"):
    """Return a record of the journal, with as much in it as makes it one."""
    made = [{"output": name, "sha256": "0"} for name in outputs]
    entries = [{"record": each, "key": "k", "stat": [1, 2, 3], "listed": False} for each in made]
    task = Task(0, source, "train", None, source, [source], Copies((1,))).plain()
    return blank(task, stamp) | {"outputs": entries}


@pytest.fixture
def output(tmp_path):
    output = OutputFolder(tmp_path / "out")
    output.claim()
    return output


def listing(*ids):
    dataset = Dataset(Path("in"))
    dataset.extend(ids, repeat("train", len(ids)), repeat(None, len(ids)))
    return dataset


def stamps(output, *ids):
    with closing(Journal(output, listing(*ids))) as journal:
        return [record and record["stamp"] for record in map(journal.__getitem__, range(len(ids)))]


def add(output, number, name, *records):
    with output.replacing(output.shard(shard_name(number, name))) as file:
        file.writelines(json.dumps(each) + "\n" for each in records)


def names(entries):
    return [each["record"]["output"] for each in entries]


def test_later_shards_win_whatever_their_hashes(output):
    """Shards sort by pass, not by hash: a later pass knows what the earlier one made."""
    for number, name in [(9, "zz"), (10, "aa"), (11, "00")]:
        add(output, number, name, record("a.png", stamp=name))
    assert stamps(output, "a.png") == ["00"]
    assert Journal(output, listing()).next_number() == 12


def test_lost_records_win_over_their_own_pass(output):
    add(output, 3, "ffff", record("a.png"))
    output.write_record(shard_name(3, "lost-0"), record("a.png", stamp="lost"))
    assert stamps(output, "a.png") == ["lost"]


def test_the_journal_is_older_than_every_shard(output):
    output.journal.write_text(json.dumps(record("a.png", stamp="old")) + "\n")
    assert stamps(output, "a.png") == ["old"]
    add(output, 1, "x", record("a.png", stamp="new"), record("b.png"))
    assert stamps(output, "a.png", "b.png", "c.png") == ["new", "s", None]


def test_outputs_of_sources_that_went_are_gone(output):
    add(output, 1, "x", record("a.png", "train/a.png"), record("b.png", "train/b.png"))
    journal = Journal(output, listing("b.png"))
    assert names(journal.gone) == ["train/a.png"]
    assert set(journal.outputs()) == {"train/a.png", "train/b.png"}
    journal.close()


def test_orphans_are_the_shards_that_nobody_told_of(output):
    journal = Journal(output, listing("a.png"))
    add(output, 1, "told", record("a.png", "train/a.png"))
    journal.add_shard(shard_name(1, "told"), [(0, 0)])
    add(output, 1, "untold", record("a.png", "train/a.png", "train/b.png"))
    assert names(journal.orphans()) == ["train/a.png", "train/b.png"]


def test_more_files_than_may_be_open(output):
    ids = [f"{number:03d}.png" for number in range(50)]
    for number, each in enumerate(ids):
        add(output, number, "x", record(each, stamp=each))
    assert stamps(output, *ids) == ids


def test_names_of_any_bytes_survive(output):
    odd = sorted(["a\nb.png", "\udcff\udce9.png", "😀.png", "\u2028.png", 'q"\\.png'])
    add(output, 1, "x", *(record(each, each) for each in odd))
    journal = Journal(output, listing(*odd))
    assert [journal[row]["source"] for row in range(len(odd))] == odd
    assert output.shard(shard_name(1, "x")).read_bytes().count(b"\n") == len(odd)
    journal.close()


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"source": ""}', "\x00", "null"])
def test_a_damaged_line_of_the_manifest_is_told_with_its_place(output, line):
    told = {"output": "a.png", "sha256": "0", "source": "a.png", "source_sha256": "0"}
    told |= {"split": "train", "label": "a", "copy": None, "partners": [], "steps": []}
    told |= {"encoding": None}
    output.manifest.write_text(json.dumps(told) + "\n" + line + "\n")
    with pytest.raises(StorageError, match=r"manifest.jsonl:2: damaged"):
        list(read_manifest(output.manifest))


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"source": ""}', "\x00", "null"])
def test_a_damaged_line_of_the_journal_costs_no_other(output, line):
    output.journal.write_text(f"{line}\n{json.dumps(record('a.png'))}\n")
    assert stamps(output, "a.png", "b.png") == ["s", None]


def test_the_manifest_of_a_run(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/dog": 2, "train/cat": 2, "val/cat": 1})
    run(photos, tmp_path / "out")
    records = manifest(tmp_path / "out")
    order = [(each["source"], -1 if each["copy"] is None else each["copy"]) for each in records]
    assert order == sorted(order)
    assert len(records) == 4 * 3 + 1
    assert all(list(each)[: len(KEYS)] == KEYS for each in records)
    assert [each.plain() for each in read_manifest(tmp_path / "out/manifest.jsonl")] == records
    text = (tmp_path / "out/manifest.jsonl").read_bytes()
    assert text.isascii()
    assert text.endswith(b"}\n")
    assert str(tmp_path).encode() not in text


def test_no_times_paths_or_process_ids_in_what_is_compared(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 2})
    (photos / "cat/01.png").write_bytes(b"broken")
    run(photos, tmp_path / "a/b")
    run(photos, tmp_path / "c")
    assert tree(tmp_path / "a/b") == tree(tmp_path / "c")


def test_failures_are_one_line_each_and_the_file_goes_with_the_last(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/cat": 3})
    whole = (photos / "train/cat/01.png").read_bytes()
    (photos / "train/cat/01.png").write_bytes(whole[:40])
    run(photos, tmp_path / "out")
    (failure,) = lines_of(tmp_path / "out/failures.jsonl")
    assert list(failure) == ["source", "split", "label", "reason"]
    assert failure["source"] == "train/cat/01.png"
    (photos / "train/cat/01.png").write_bytes(whole)
    run(photos, tmp_path / "out")
    assert not (tmp_path / "out/failures.jsonl").exists()
