"""What does not fit a dataset is said in the same words and at its place, whatever the kind."""

import pytest
from made import able

from augcli.errors import RecipeError


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


@able("be one file")
def test_a_dataset_that_is_not_there(made, memory):
    work = made.anew(memory / "there")
    wrong = work.folder / "inn"
    message, line = refused(work, dataset={"path": str(wrong)})
    assert message == f"there is no file or folder {wrong}; did you mean 'in'?"
    assert line == f'"path": "{wrong}",'
