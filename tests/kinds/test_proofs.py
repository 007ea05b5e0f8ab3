"""What a run tells of its outputs is enough to find damage, to make them again and to explain."""

import json
from pathlib import PurePosixPath

import polars as pl
import pytest
from helpers import manifest, replayed, tree
from made import able, by
from msgspec.structs import replace
from seeds import EXAMPLES

from augcli.commands import explain, replay, verify


def troubles(output):
    return {each.path: each.trouble for each in verify.verify(output, None) if each.trouble}


def test_verify_finds_just_what_is_wrong(made, memory):
    output = made.copied(memory / "there").output
    assert troubles(output) == {}
    assert not [each for each in verify.verify(output, made.source) if each.trouble]
    names = [name for name, digest in tree(output).items() if digest != "folder"]
    for name in names:
        path, data = output / name, (output / name).read_bytes()
        path.write_bytes(bytes([*data[:-1], data[-1] ^ 1]) if data else b"?")
        found = troubles(output)
        assert found.pop(name) in {"changed", "damaged"}
        assert found == {} or name == "manifest.jsonl"
        path.write_bytes(data)
    outputs = [each["output"] for each in manifest(output)]
    (output / outputs[-1]).unlink()
    (output / outputs[0]).with_name("more.x").write_bytes(b"")
    extra = str(PurePosixPath(outputs[0]).with_name("more.x"))
    assert troubles(output) == {outputs[-1]: "missing", extra: "extra"}


@by("image png")
def test_a_look_at_names_alone_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(verify, "_judged", lambda name, *_: verify.Finding(name))
    with pytest.raises(KeyError):
        test_verify_finds_just_what_is_wrong(made, memory)


def test_replay_makes_all_again(made, memory):
    told = dict(replay.replay(made.output, memory / "again", made.source, None))
    outputs = replayed(made.output)
    assert told == dict.fromkeys(outputs)
    again = {name: d for name, d in tree(memory / "again").items() if d != "folder"}
    assert again == outputs


@by(*EXAMPLES)
def test_replay_makes_again_what_no_step_is_drawn_for(made, memory):
    there = made.copied(memory / "there")
    there.run(steps=[{name: {"p": 0}} for name in map(named, made.seed.recipe["steps"])])
    test_replay_makes_all_again(there, memory)


def named(step):
    return step if isinstance(step, str) else next(iter(step))


LISTED = ("list", "boxes", "yolo", "coco", "voc", "metadata", "masks", "pairs", "png")


@by(*(f"image {name}" for name in LISTED))
def test_manifest_and_sources_are_enough_to_make_all_again(made, memory):
    there = made.copied(memory / "there")
    (there.output / "run.json").unlink()
    told = dict(replay.replay(there.output, memory / "again", made.source, None))
    assert told.pop("run.json") == "missing or damaged: nothing proves what lists outputs"
    outputs = replayed(made.output)
    assert told == dict.fromkeys(outputs)
    again = {name: d for name, d in tree(memory / "again").items() if d != "folder"}
    assert again == outputs


def test_replay_makes_one_again(made, memory):
    record = [each for each in manifest(made.output) if each["steps"] or "synthetic" in each][-1]
    one = record["output"]
    told = dict(replay.replay(made.output, memory / "again", made.source, one))
    assert told == dict.fromkeys([one, *record.get("beside", ())])
    assert (memory / "again" / one).read_bytes() == (made.output / one).read_bytes()


@by("image png")
def test_params_that_are_not_the_drawn_ones_are_noticed(made, memory, monkeypatch):
    real = replay.read_manifest
    monkeypatch.setattr(replay, "read_manifest", lambda path: map(without_steps, real(path)))
    for number, promise in enumerate(
        (
            test_replay_makes_all_again,
            test_replay_makes_one_again,
            test_manifest_and_sources_are_enough_to_make_all_again,
        )
    ):
        with pytest.raises(AssertionError):
            promise(made, memory / f"{number}")


def without_steps(record):
    return replace(record, steps=record.steps[:0])


def told_of(path, row=None):
    return "\n".join(explain.record_of(path, row).story())


def test_explain_tells_of_every_output(made):
    for each in manifest(made.output):
        told = told_of(made.output / each["output"])
        assert each["output"] in told
        assert each["source"] in told
        assert "rows" in each or all(step["name"] in told for step in each["steps"])


@able("tell rows apart")
def test_explain_tells_of_rows(made):
    record = next(each for each in manifest(made.output) if each["synthetic"])
    path, row = made.output / record["output"], record["originals"]
    assert f"{record['source']}#0" in told_of(path, 0)
    lines = pl.read_parquet(made.output / "provenance.parquet")
    line = lines.row(
        by_predicate=(pl.col("output") == record["output"]) & (pl.col("row") == row), named=True
    )
    told = told_of(path, row)
    assert line["base"] in told
    assert all(step["name"] in told for step in json.loads(line.get("steps") or "[]"))


@by("text csv")
def test_a_story_of_another_row_is_noticed(made, monkeypatch):
    real = explain.row_story
    monkeypatch.setattr(explain, "row_story", lambda path, name, row: real(path, name, row + 4))
    with pytest.raises(AssertionError):
        test_explain_tells_of_rows(made)


@by("image png")
def test_a_story_of_another_output_is_noticed(made, monkeypatch):
    real = explain.records_naming
    monkeypatch.setattr(explain, "records_naming", lambda *asked: map(without_name, real(*asked)))
    with pytest.raises(AssertionError):
        test_explain_tells_of_every_output(made)


def without_name(record):
    return replace(record, source="another")
