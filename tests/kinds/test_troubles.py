"""Bad samples, odd names and records of another version cost nothing but themselves."""

import json

import pytest
from helpers import failures, leftovers, lines_of, manifest, tree, write
from made import able, by
from test_journals import first_version

from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.dataset import files
from augcli.recipe import Recipe
from augcli.work.unit import SourceWork

NAMES = ("-rf", "new\nline", "$(id) {a} #0", "\u202e.aug-000", "?*\"'`\\")


def with_bad_sample(made, folder):
    work = made.anew(folder)
    (work.source / work.victim).write_bytes(b"")
    return work


def test_a_bad_sample_is_the_only_loss(made, memory):
    work = with_bad_sample(made, memory / "bad")
    assert work.run().exit_code == 3
    assert list(failures(work.output)) == [made.victim]
    sound = made.anew(memory / "sound")
    sound.remove(made.victim)
    sound.run()
    assert {each["output"] for each in manifest(work.output)} == {
        each["output"] for each in manifest(sound.output)
    }
    assert not [each for each in verify(work.output, None) if each.trouble]
    (work.source / work.victim).write_bytes(made.seed.files[made.victim])
    assert work.run().exit_code == 0
    assert tree(work.output) == tree(made.output)


@by("image png")
def test_a_loss_of_its_neighbours_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(SourceWork, "_entries", lambda *_: [])
    with pytest.raises(AssertionError):
        test_a_bad_sample_is_the_only_loss(made, memory)


def test_failures_within_the_budget_are_no_error(made, memory):
    work = with_bad_sample(made, memory / "bad")
    assert work.run(max_failures=1).exit_code == 0
    assert list(failures(work.output)) == [made.victim]
    assert work.run(max_failures=0).exit_code == 3


@by("image png")
def test_a_budget_that_is_not_kept_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(Recipe, "allowed_failures", lambda *_: 1)
    with pytest.raises(AssertionError):
        test_failures_within_the_budget_are_no_error(made, memory)


@able("take a lone file")
def test_names_that_mean_something_elsewhere(made, memory):
    work = made.anew(memory / "there")
    names = [work.path_of(name) for name in NAMES]
    for name in names:
        write(work.source / name, made.seed.files[made.victim])
    if made.seed.listing:
        quoted = ['"{}",a,train\n'.format(name.replace('"', '""')) for name in names]
        write(work.dataset, work.dataset.read_text() + "".join(quoted))
    assert work.run().exit_code == 0
    assert {each["source"] for each in manifest(work.output)} >= {*names}
    assert not [each for each in verify(work.output, work.source) if each.trouble]
    wrong = {name: why for name, why in replay(work.output, memory / "again", None, None) if why}
    assert wrong == {}


@by("image png")
def test_a_name_that_is_passed_by_is_noticed(made, memory, monkeypatch):
    real = files.selected
    monkeypatch.setattr(files, "selected", lambda *told: (n for n in real(*told) if "$" not in n))
    with pytest.raises(AssertionError):
        test_names_that_mean_something_elsewhere(made, memory)


def test_a_journal_of_the_version_before(made, memory):
    work = made.copied(memory / "there")
    journal = work.output / ".augment/journal.jsonl"
    lines = first_version(lines_of(journal))
    write(journal, "".join(json.dumps(each) + "\n" for each in lines))
    assert work.run().exit_code == 0
    assert tree(work.output) == tree(made.output)
    assert leftovers(work.output) == []
    assert work.run().made == 0


@by("image png")
def test_a_journal_that_is_not_believed_is_noticed(made, memory, monkeypatch):
    monkeypatch.setattr("augcli.work.unit.is_ours", lambda *_: False)
    with pytest.raises(AssertionError):
        test_a_journal_of_the_version_before(made, memory)
