"""What is not to be augmented stays byte for byte, and never is in two splits."""

import re
import sys

import pytest
from helpers import manifest
from made import able, by

from augcli.commands import tell
from augcli.commands.page import page
from augcli.errors import FindingsError
from augcli.reports.run_json import read_run
from augcli.store.output import OutputFolder

SHARED = re.compile(
    r"(1 (file|row|text|series) of an augmented split is"
    r"|[0-9]+ (files|rows|texts|series) of an augmented split are) also in another"
)


def test_the_test_part_is_as_it_was(made):
    others = [each for each in manifest(made.output) if each["split"] == "test"]
    assert others
    for each in others:
        data = (made.source / each["source"]).read_bytes()
        assert (made.output / each["output"]).read_bytes() == data
        assert data == made.seed.files[each["source"]]
    copied = {each["source"] for each in others} | {n for e in others for n in e.get("beside", ())}
    copied -= {name for name in copied if name not in made.seed.files}
    assert copied == {name for name in made.seed.files if "four" in name}


@by("image png")
def test_a_test_part_that_is_augmented_is_noticed(made, memory):
    work = made.anew(memory / "there")
    work.run(dataset={"augment": ["train", "test"]})
    with pytest.raises(AssertionError):
        test_the_test_part_is_as_it_was(work)


def with_leak(made, folder):
    work = made.anew(folder)
    name = work.path_of("twin", "test")
    work.add(name, made.seed.files[made.victim], "test")
    return work


@able("take a lone file")
@pytest.mark.parametrize("augment", [["train"], ["train", "test"]], ids="+".join)
def test_a_sample_of_two_splits_is_refused(made, memory, augment):
    work = with_leak(made, memory / "there")
    with pytest.raises(FindingsError) as caught:
        work.run(dataset={"augment": augment})
    first, *pairs, last = str(caught.value).splitlines()
    assert SHARED.match(first)
    assert pairs
    assert all(re.match(r"  [^ ].* = [^ ]", pair) for pair in pairs)
    assert last == "take each out of one of the splits, or say `leaks: allow` under `dataset`"
    assert not (work.output / "manifest.jsonl").exists()


@able("take a lone file")
def test_a_sample_of_two_splits_that_is_allowed_is_told(made, memory, capsys):
    work = with_leak(made, memory / "there")
    summary = work.run(dataset={"leaks": "allow"})
    assert summary.exit_code == 0
    told = read_run(OutputFolder(work.output))["summary"]
    assert [*filter(SHARED.search, [*told["notes"], *told["listing"]])]
    assert SHARED.search(page(work.output))
    tell.summary(summary, verbose=False)
    assert SHARED.search("".join(capsys.readouterr()))


@by("image png")
def test_leaks_that_are_overlooked_are_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(sys.modules["augcli.run"], "leaks", lambda *_: iter(()))
    with pytest.raises(pytest.fail.Exception):
        test_a_sample_of_two_splits_is_refused(made, memory, ["train"])


@by("image png", "tabular csv", "text csv", "timeseries wide")
def test_leaks_that_are_kept_quiet_are_noticed(made, memory, monkeypatch, capsys):
    for module in ("run", f"{made.seed.kind}.augment", f"{made.seed.kind}.remarks"):
        there = sys.modules.get(f"augcli.{module}")
        if hasattr(there, "heeded"):
            monkeypatch.setattr(there, "heeded", lambda *_: [])
    with pytest.raises(AssertionError):
        test_a_sample_of_two_splits_that_is_allowed_is_told(made, memory, capsys)
