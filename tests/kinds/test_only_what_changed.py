"""A further run does what changed and nothing else, and ends as a first run would."""

import re

import pytest
from helpers import manifest, tree
from made import able, by, first
from msgspec.structs import replace
from seeds import SEEDS

from augcli.image import objects
from augcli.reports import report
from augcli.work.unit import SourceWork


def changed(work):
    """Change one source."""
    other = next(name for name in work.seed.files if "three" in name)
    (work.source / work.victim).write_bytes(work.seed.files[other])
    return work.victim


def added(work):
    """Add a source."""
    other = next(name for name in work.seed.files if "three" in name)
    name = work.path_of("twofold")
    work.add(name, work.seed.files[other])
    return name


def removed(work):
    """Remove a source."""
    work.remove(work.victim)
    return work.victim


def written(output):
    """Return name → when and where an output was written."""
    stats = {each["output"]: (output / each["output"]).stat() for each in manifest(output)}
    return {name: (stat.st_mtime_ns, stat.st_ino) for name, stat in stats.items()}


def touched(output, source):
    """Return the outputs that a source has a say in, as their records tell."""
    return {
        each["output"]
        for each in manifest(output)
        if source in (each["source"], *each["partners"], *each.get("files", ()))
    }


def test_nothing_is_done_twice(made, memory):
    work = made.copied(memory / "there")
    before, stat = written(work.output), (work.output / "manifest.jsonl").stat()
    assert work.run().made == 0
    assert written(work.output) == before
    assert (work.output / "manifest.jsonl").stat().st_mtime_ns == stat.st_mtime_ns
    assert tree(work.output) == tree(made.output)


@pytest.mark.parametrize("change", [changed, removed])
def test_what_a_source_touches_is_done_again(made, memory, change):
    work = made.copied(memory / "there")
    before, had = written(work.output), touched(work.output, made.victim)
    source = change(work)
    work.run()
    fresh = work.anew(memory / "fresh")
    fresh.run()
    assert tree(work.output) == tree(fresh.output)
    redone = {name for name, when in written(work.output).items() if before.get(name) != when}
    assert redone <= touched(work.output, source) | had


@able("take a lone file")
def test_what_a_new_source_touches_is_done(made, memory):
    test_what_a_source_touches_is_done_again(made, memory, added)


def beside(seed):
    """Return the files that tell of the victim, or go with it, and those that tell of all."""
    others = re.compile("one|three|four|more|test")
    return [name for name in seed.files if not others.search(name) and name != seed.victim]


EXCHANGED = {b"a": b"b", b"b": b"a", b"one": b"two", b"two": b"one"}
"""Classes, and names of pictures."""


def retold(work, name):
    """Put there what tells of another or, where all are told of, exchange what is told."""
    before, other = work.seed.files[name], work.seed.files[name.replace("two", "one")]
    exchanged = re.sub(rb"\b(a|b|one|two)\b", lambda found: EXCHANGED[found[0]], before)
    after = exchanged if other == before else other
    assert after != before
    (work.source / name).write_bytes(after)


@by(*(name for name, seed in SEEDS.items() if beside(seed)))
def test_what_goes_with_a_source_is_heeded(made, memory):
    for number, name in enumerate(beside(made.seed)):
        work = made.copied(memory / f"{number}")
        retold(work, name)
        work.run()
        fresh = work.anew(memory / f"{number}-fresh")
        fresh.run()
        assert tree(work.output) == tree(fresh.output), name


@by("image masks", "image pairs")
def test_a_key_without_what_goes_with_the_source_is_noticed(made, memory, monkeypatch):
    real = objects.key_of_told
    monkeypatch.setattr(objects, "key_of_told", lambda _, *more: real("{}", *more))
    worse = first(made.name, memory / "worse")
    with pytest.raises(AssertionError):
        test_what_goes_with_a_source_is_heeded(worse, memory)


@by("timeseries wide")
def test_work_done_twice_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(SourceWork, "_kept", lambda *_: None)
    with pytest.raises(AssertionError):
        test_what_a_source_touches_is_done_again(made, memory, changed)


@by("image png")
def test_a_run_that_begins_anew_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(report, "__version__", "another")
    monkeypatch.setattr(SourceWork, "_kept", lambda *_: None)
    with pytest.raises(AssertionError):
        test_nothing_is_done_twice(made, memory)


@by("tabular csv")
def test_a_key_without_the_source_is_noticed(made, memory, monkeypatch):
    real = SourceWork._kept
    monkeypatch.setattr(SourceWork, "_kept", lambda work, output: real(work, keyless(work, output)))
    with pytest.raises(AssertionError):
        test_what_a_source_touches_is_done_again(made, memory, changed)


def keyless(work, output):
    """Return an output with the key that the one before had."""
    before = work._before.get(output.record["output"])
    return replace(output, key=before["key"]) if before else output
