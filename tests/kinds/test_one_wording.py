"""What does not fit a dataset is said in the same words and at its place, whatever the kind."""

import sys

import pytest
from made import able, by

from augcli.balance import targets as balance
from augcli.dataset import scanned
from augcli.errors import RecipeError, SettingError

CLASSES = sys.modules["augcli.balance.classes"]


def refused(work, **changes):
    with pytest.raises(RecipeError) as caught:
        work.run(**changes)
    (problem,) = caught.value.problems
    line = (work.folder / "out.yaml").read_text().splitlines()[problem.line - 1]
    return problem.message, line.strip()


@pytest.fixture
def classes(made):
    return sorted({each.label for each in made.summary.counts})


@able("balance")
@pytest.mark.parametrize("key", ["only", "except"])
def test_a_step_for_a_class_that_is_not_there(made, memory, classes, key):
    step = made.seed.recipe["steps"][0]
    step = step if isinstance(step, str) else next(iter(step))
    inside = {"one_of": {"steps": [{step: {key: [classes[-1], "nothing"]}}]}}
    message, line = refused(made.anew(memory / "there"), steps=[inside])
    assert message == f"the dataset has no class 'nothing' (it has {', '.join(classes)})"
    assert line == '"nothing"'


@able("balance")
def test_a_target_for_a_class_that_is_not_there(made, memory, classes):
    target = {classes[0]: 90, "nothing": 90}
    message, line = refused(made.anew(memory / "there"), balance={"target": target})
    assert message == f"the dataset has no class 'nothing' (it has {', '.join(classes)})"
    assert line == '"nothing": 90'


@able("be beyond a target")
def test_a_target_that_copies_are_beyond(made, memory):
    ours = (each for each in made.summary.counts if each.split == "train")
    most = max(ours, key=lambda each: each.before)
    balance = {"target": {most.label: 1}}
    message, line = refused(made.anew(memory / "there"), copies=2, balance=balance)
    assert message == (
        f"class {most.label!r} of 'train' already has {3 * most.before} samples with `copies`, "
        "more than 1"
    )
    assert line == f'"{most.label}": 1'


@by("image list", "tabular csv", "text csv", "timeseries wide")
def test_a_dataset_that_is_not_there(made, memory):
    work = made.anew(memory / "there")
    wrong = work.folder / "inn"
    message, line = refused(work, dataset={"path": str(wrong)})
    assert message == f"there is no file or folder {wrong}; did you mean 'in'?"
    assert line == f'"path": "{wrong}",'


@by("image list", "tabular csv", "text csv", "timeseries wide")
@pytest.mark.parametrize("key", ["only", "except"])
def test_a_class_that_nobody_looks_for_is_noticed(made, memory, monkeypatch, classes, key):
    monkeypatch.setattr(CLASSES, "check_class", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        test_a_step_for_a_class_that_is_not_there(made, memory, classes, key)


@by("image list", "text csv", "timeseries wide")
def test_other_words_for_a_target_are_noticed(made, memory, monkeypatch):
    told = SettingError(("balance", "target"), "there are more already")
    monkeypatch.setattr(balance, "_beyond", lambda *_: told)
    with pytest.raises(AssertionError):
        test_a_target_that_copies_are_beyond(made, memory)


@by("image list", "tabular csv", "text csv", "timeseries wide")
def test_a_target_that_nobody_looks_at_is_noticed(made, memory, monkeypatch, classes):
    monkeypatch.setattr(CLASSES, "check_class", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        test_a_target_for_a_class_that_is_not_there(made, memory, classes)


@by("tabular csv", "text csv", "timeseries wide")
def test_other_words_for_what_is_not_there_are_noticed(made, memory, monkeypatch):
    monkeypatch.setattr(scanned, "did_you_mean", lambda *_: "")
    with pytest.raises(AssertionError):
        test_a_dataset_that_is_not_there(made, memory)
