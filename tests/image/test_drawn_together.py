"""What is drawn for many copies at once is what is drawn for each alone, by the scalar forms."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_samples import TRANSFORMS, step
from msgspec.structs import replace
from together import together

from augcli.draws import Draws, ManyDraws
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.drawing import CopyDraws
from augcli.image.operations.ops import facts_after
from augcli.image.picture import Facts
from augcli.requests.asked import Copies, PassThrough
from augcli.requests.redraws import TRIES, Distinct, redrawn
from augcli.task import Job, Task
from augcli.transform import REGISTRY, Label, Transform, keyed, taken

FACTS = Facts(64, 48, 3, "uint8", False)
VALUES = [0.1, [0.1, 0.3], {"choice": [0.1, 0.2]}, {"normal": [0.2, 0.1]}]
CONTROLS = ("one_of", "some_of", "sequence", "random_order")
LEAVES = ("horizontal_flip", "rotate", "gaussian_noise", "elastic", "perspective", "posterize")


def job(*steps: Transform, seed: int = 0) -> Job:
    return Job(seed, steps, ImageDatasetSettings(path="in"), ImageOutputSettings(path="out"))


def task(source: str, label: Label = None, count: int = 3) -> Task:
    return Task(0, source, "train", label, source, [source], Copies((count,)))


def told(draws: CopyDraws, of: Task) -> list[tuple[str, int, int | None]]:
    return [(each.text, each.attempt, each.repeats) for (each,) in draws.of(of, of.label, FACTS)]


def drawn_one_by_one(of: Job, each: Task) -> list[tuple[str, int, int | None]]:
    """Return what is drawn by the scalar forms alone."""
    copies: Distinct[str] = Distinct(str)
    found = []
    for copy in range(each.request.count):
        first = Draws(of.seed).at(each.source, copy)
        streams = [first, *(redrawn(first, attempt, "attempt") for attempt in TRIES[1:])]
        picked = copies.pick(partial(text_of, of, label=each.label), streams)
        found.append((picked.drawn, picked.attempt, picked.repeats))
    return found


def text_of(of: Job, root: Draws, label: Label) -> str:
    facts, steps = FACTS, []
    for here, draws in taken(list(keyed(of.steps)), root, label, root):
        params = here.make_params(draws, facts)
        steps.append({"name": here.name, "params": params})
        facts = facts_after(here.lower(params, facts), facts)
    return json.dumps(steps)


@together("name", TRANSFORMS)
def test_params_of_many_are_those_of_each(name: str) -> None:
    transform = step(name)
    draws = [Draws(seed).at(name) for seed in range(50)]
    each, shared = (
        [json.dumps(transform.make_params(one, FACTS)) for one in some]
        for some in (draws, ManyDraws.of(draws))
    )
    assert shared == each
    if not transform.asks_facts:
        many = [*transform.make_params_of_many(ManyDraws.of(draws))]
        assert [json.dumps(params) for params, _ in many] == each
        assert [text for _, text in many] == each


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_every_form_of_a_range_is_drawn_alike(value: object) -> None:
    together = job(step("translate", x=value, y=value), step("sharpen", amount=value))
    assert told(CopyDraws(together, [task("a")]), task("a")) == drawn_one_by_one(
        together, task("a")
    )


def test_logarithms_and_whole_numbers_are_drawn_alike() -> None:
    together = job(
        step("random_resized_crop", width=[20, 30], height=9),
        step("random_erasing", ratio={"choice": [1, 2]}),
        step("posterize", bits=[2, 7]),
    )
    each = task("a", count=20)
    assert told(CopyDraws(together, [each]), each) == drawn_one_by_one(together, each)


def test_copies_that_repeat_others_are_drawn_again_alike() -> None:
    flips = job(step("horizontal_flip", p=0.5), step("vertical_flip", p=0.1))
    tasks = [task(f"{number}.png", count=7) for number in range(6)]
    found = [told(CopyDraws(flips, tasks), each) for each in tasks]
    assert found == [drawn_one_by_one(flips, each) for each in tasks]
    assert any(attempt for copies in found for _, attempt, _ in copies)


def make(name: str, p: float, classes: dict, ident: str | None) -> Transform:
    return REGISTRY["image", name].model_validate({"p": p, "id": ident, **classes})


leaves = st.builds(
    make,
    st.sampled_from(LEAVES),
    st.sampled_from([1, 1, 0.5, 0.1]),
    st.sampled_from([{}, {"only": ["a"]}, {"except": ["a", "b"]}]),
    st.sampled_from([None, None, "mine"]),
)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda name, p, steps: REGISTRY["any", name].model_validate({"p": p, "steps": steps}),
        st.sampled_from(CONTROLS),
        st.sampled_from([1, 0.6]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(steps=st.lists(trees, min_size=1, max_size=3), seed=st.integers(0, 2**32))
def test_a_chunk_draws_what_each_source_draws_alone(steps: list[Transform], seed: int) -> None:
    of = job(*steps, seed=seed)
    both = frozenset(("a", "c"))
    tasks = [task("x", "a", 4), task("y", None, 1), task("z", "b", 3), task("w", both, 2)]
    passing = replace(task("p"), request=PassThrough())
    chunk = CopyDraws(of, [*tasks, passing])
    assert told(chunk, passing) == []
    for each in reversed(tasks):
        alone = told(CopyDraws(of, [each]), each)
        assert told(chunk, each) == alone == drawn_one_by_one(of, each)
