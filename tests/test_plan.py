"""How many copies of each source: exact counts, spread evenly, topped up where files are broken."""

import json
import math
from collections import Counter
from pathlib import Path

import cv2
import hypothesis
import numpy as np
import pytest
from helpers import (
    augment,
    class_counts,
    copies_of,
    failures,
    make_photos,
    recipe_text,
    run,
    write,
    write_recipe,
)
from hypothesis import given
from hypothesis import strategies as st

from augcli.balance.rare import repeats
from augcli.commands.forecast import forecast
from augcli.dataset.units import Dataset, Sample
from augcli.errors import FindingsError, RecipeError, SettingError
from augcli.plan import make_plan
from augcli.recipe import load_recipe, read_recipe
from augcli.requests.asked import Copies, PassThrough

COUNTS = {"train/cat": 5, "train/dog": 2, "train/emu": 3, "val/cat": 3, "val/dog": 1, "test/cat": 2}


def listing(counts: dict[str, int]) -> Dataset:
    dataset = Dataset(Path("/nowhere"), split_folders=True)
    ids = sorted(f"{group}/{n:03d}.png" for group, count in counts.items() for n in range(count))
    dataset.extend(ids, *zip(*(each.split("/")[:2] for each in ids), strict=True))
    return dataset


def recipe_with(**changes):
    text = recipe_text(Path("/nowhere/in"), Path("/nowhere/out"), **changes)
    return load_recipe(text, "recipe.yaml", Path("/nowhere"))


def after(counts=COUNTS, broken=(), **changes):
    """Return `split/class` → how many files the plan gives it."""
    plan = make_plan(recipe_with(**changes), listing(counts), broken)
    return {f"{count.split}/{count.label}": count.after for count in plan.counts()}


UNTOUCHED = {"val/cat": 3, "val/dog": 1, "test/cat": 2}


@pytest.mark.parametrize(
    ("changes", "cat", "dog", "emu"),
    [
        ({"copies": 0}, 5, 2, 3),
        ({"copies": 3}, 20, 8, 12),
        ({"copies": 0, "balance": {"target": "max"}}, 5, 5, 5),
        ({"copies": 2, "balance": {"target": "max"}}, 15, 15, 15),
        ({"copies": 0, "balance": {"target": "median"}}, 5, 3, 3),
        ({"copies": 1, "balance": {"target": "median"}}, 10, 6, 6),
        ({"copies": 1, "balance": {"target": 17}}, 17, 17, 17),
        ({"copies": 1, "balance": {"target": 10}}, 10, 10, 10),
        ({"copies": 1, "balance": {"target": {"dog": 11}}}, 10, 11, 6),
        ({"copies": 1, "balance": {"target": {"dog": 4, "emu": 7}}}, 10, 4, 7),
        ({"copies": 2, "output": {"originals": "omit"}}, 10, 4, 6),
        ({"copies": 2, "output": {"originals": "omit"}, "balance": {"target": "max"}}, 10, 10, 10),
        ({"copies": 0, "output": {"originals": "reencode"}, "balance": {"target": 6}}, 6, 6, 6),
    ],
)
def test_counts_are_those_of_the_output(changes, cat, dog, emu):
    expected = {"train/cat": cat, "train/dog": dog, "train/emu": emu} | UNTOUCHED
    assert after(**changes) == expected


def test_each_augmented_split_is_balanced_by_itself():
    dataset = {"augment": ["train", "val"]}
    relative = after(dataset=dataset, copies=1, balance={"target": "max"})
    assert relative == {
        **{"train/cat": 10, "train/dog": 10, "train/emu": 10},
        **{"val/cat": 6, "val/dog": 6, "test/cat": 2},
    }
    absolute = after(dataset=dataset, copies=0, balance={"target": 9})
    assert absolute == dict.fromkeys(COUNTS, 9) | {"test/cat": 2}


def test_the_files_on_disk_are_those_of_the_plan(tmp_path):
    photos = make_photos(tmp_path / "in", COUNTS)
    run(photos, tmp_path / "out", copies=1, balance={"target": "max"})
    expected = after(copies=1, balance={"target": "max"})
    assert {"/".join(g): n for g, n in class_counts(tmp_path / "out").items()} == expected


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"balance": {"target": 9}, "copies": 1}, "balance.target", ["'cat'", "10", "9"]),
        (
            {"balance": {"target": {"dog": 9, "cat": 4}}},
            "balance.target.cat",
            ["'cat'", "15", "4"],
        ),
        ({"balance": {"target": {"dgo": 9}}}, "balance.target.dgo", ["'dgo'", "mean 'dog'"]),
        ({"steps": [{"rotate": {"only": ["catt"]}}]}, "steps.0.rotate.only.0", ["mean 'cat'"]),
        (
            {"steps": [{"one_of": {"steps": ["invert", {"rotate": {"except": ["cat", "emo"]}}]}}]},
            "steps.0.one_of.steps.1.rotate.except.1",
            ["mean 'emu'"],
        ),
        ({"dataset": {"augment": ["trian"]}}, "dataset.augment.0", ["'trian'", "mean 'train'"]),
    ],
)
def test_what_does_not_fit_the_dataset_is_said_at_its_place(changes, place, words):
    with pytest.raises(SettingError) as caught:
        make_plan(recipe_with(**changes), listing(COUNTS))
    assert ".".join(map(str, caught.value.path)) == place
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_run_says_file_line_and_column_and_writes_nothing(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/cat": 3})
    with pytest.raises(RecipeError) as caught:
        run(photos, tmp_path / "out", balance={"target": 2})
    (problem,) = caught.value.problems
    lines = (tmp_path / "out.yaml").read_text().splitlines()
    assert problem.file == str(tmp_path / "out.yaml")
    assert '"target"' in lines[problem.line - 1]
    assert not (tmp_path / "out").exists()


def test_class_names_are_checked_even_if_there_are_no_classes():
    dataset = Dataset(Path("/nowhere"))
    dataset.add(Sample("a.png", "train", None))
    recipe = recipe_with(steps=[{"rotate": {"only": ["cat"]}}])
    with pytest.raises(SettingError, match="no class 'cat'"):
        make_plan(recipe, dataset)


groups = st.dictionaries(
    st.sampled_from(["train/a", "train/b", "train/c", "val/a", "val/b"]),
    st.integers(1, 9),
    min_size=1,
).filter(lambda counts: any(group.startswith("train") for group in counts))
targets = st.sampled_from(["max", "median", 60])
few = st.integers(0, 4)
settings = {"counts": groups, "copies": few, "target": targets, "omit": st.booleans()}


def balanced(counts, copies, target, omit, broken=()):
    originals = "omit" if omit else "copy"
    recipe = recipe_with(copies=copies, balance={"target": target}, output={"originals": originals})
    return make_plan(recipe, listing(counts), broken)


@given(**settings)
def test_copies_are_spread_evenly(**case):
    plan = balanced(**case)
    given_out = {}
    for row, sample in enumerate(plan.dataset):
        if sample.split == "train":
            given_out.setdefault(sample.label, []).append(plan.requests[row].count)
        else:
            assert plan.requests[row] == PassThrough()
    assert all(max(each) - min(each) <= 1 for each in given_out.values())


@given(data=st.data(), **settings)
def test_topping_up_takes_back_nothing_and_stays_exact(data, **case):
    """What a healthy source gives never shrinks as more sources turn out broken."""
    healthy = balanced(**case)
    targets = healthy.targets
    rows = data.draw(st.permutations(range(len(healthy.dataset))))
    plan = healthy
    for count in range(len(rows) + 1):
        fewer = balanced(**case, broken=rows[:count])
        alive = [row for row in rows[count:] if fewer.requests[row] != PassThrough()]
        assert all(fewer.requests[row].count >= plan.requests[row].count for row in alive)
        left = Counter((fewer.dataset[row].split, fewer.dataset[row].label) for row in alive)
        for each in fewer.counts():
            group = (each.split, each.label)
            if left[group]:
                assert each.after == max(
                    targets[group], left[group] * (case["copies"] + (not case["omit"]))
                )
        short = {(c.split, c.label) for c in fewer.counts() if c.after < c.target}
        assert short == {group for group, goal in targets.items() if goal and not left[group]}
        plan = fewer


def test_broken_sources_are_made_up_for(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/cat": 6, "train/dog": 4})
    run(photos, tmp_path / "whole", copies=1, balance={"target": "max"})
    broken = ["train/dog/00.png", "train/dog/02.png", "train/cat/05.png"]
    for name in broken:
        (photos / name).write_bytes(b"no picture")
    summary = run(photos, tmp_path / "out", copies=1, balance={"target": "max"})
    assert class_counts(tmp_path / "out") == {("train", "cat"): 12, ("train", "dog"): 12}
    assert sorted(failures(tmp_path / "out")) == sorted(broken)
    assert (summary.exit_code, summary.shortfalls) == (3, [])
    before, now = copies_of(tmp_path / "whole"), copies_of(tmp_path / "out")
    assert all(now[source] >= before[source] for source in now)
    assert max(now.values()) - min(now[s] for s in now if "dog" in s) <= 1


def test_a_class_without_healthy_sources_is_named(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/cat": 3, "train/dog": 2})
    for name in ("00.png", "01.png"):
        (photos / "train/dog" / name).write_bytes(b"")
    summary = run(photos, tmp_path / "out", balance={"target": "max"}, max_failures="100%")
    assert [(c.split, c.label, c.after) for c in summary.shortfalls] == [("train", "dog", 0)]
    assert summary.exit_code == 3
    told = json.loads((tmp_path / "out/run.json").read_text())
    assert [c["label"] for c in told["summary"]["shortfalls"]] == ["dog"]


def short_of(copies):
    """Return the plan that is come to where steps fail on some copies, by source."""
    known, recipe = {}, recipe_with(copies=2, balance={"target": 40})
    while True:
        plan = make_plan(recipe, listing(COUNTS), (), known)
        now = dict(known)
        for row, request in enumerate(plan.requests):
            asked = request.counts[0] if isinstance(request, Copies) else 0
            if found := frozenset((0, copy) for copy in copies.get(row, ()) if copy < asked):
                now[row] = found | known.get(row, frozenset())
        if now == known:
            return plan
        known = now


@hypothesis.settings(max_examples=25)
@given(st.dictionaries(st.integers(0, 9), st.frozensets(st.integers(0, 25), max_size=3)))
def test_others_make_up_for_copies_that_cannot_be_made(copies):
    plan = short_of(copies)
    for row, request in enumerate(plan.requests):
        if isinstance(request, Copies) and plan.short.get(row):
            assert request.counts == (2,)
    ours = [count for count in plan.counts() if count.split == "train"]
    groups = list(plan.dataset.groups)
    for count in ours:
        rows = [row for row, group in enumerate(groups) if group == ("train", count.label)]
        assert count.after == 40 or all(row in plan.short for row in rows)


@hypothesis.settings(max_examples=25)
@given(
    st.dictionaries(st.integers(0, 9), st.frozensets(st.integers(0, 25), min_size=1, max_size=3)),
    st.data(),
)
def test_what_is_known_first_has_no_say(copies, data):
    recipe, whole = recipe_with(copies=2, balance={"target": 40}), short_of(copies)
    some = data.draw(st.sets(st.sampled_from(sorted(whole.short)))) if whole.short else set()
    known = {row: whole.short[row] for row in some}
    for row in sorted(set(whole.short) - some):
        make_plan(recipe, listing(COUNTS), (), known)
        known[row] = whole.short[row]
    assert make_plan(recipe, listing(COUNTS), (), known).requests == whole.requests


def test_leaks_that_a_run_refuses_are_told(tmp_path):
    make_photos(tmp_path / "in", {"train/cat": 2, "val/cat": 1})
    write(tmp_path / "in/val/cat/same.png", (tmp_path / "in/train/cat/00.png").read_bytes())
    rows = [f"{n}.5,x,train" for n in range(9)]
    write(tmp_path / "t.csv", "\n".join(["a,label,split", *rows, "3.5,x,test", ""]))
    table = {"kind": "tabular", "label": "label", "split": "split"}
    lines = [f"the {n} films were good\t{'ab'[n % 2]}\n" for n in range(6)]
    write(tmp_path / "texts/train.tsv", "".join(lines))
    write(tmp_path / "texts/test.tsv", f"another film\tb\n{lines[3]}")
    text = {"kind": "text", "text": 0, "label": 1}
    for name, changes in [
        ("in", {}),
        ("t.csv", {"dataset": table, "steps": ["jitter"]}),
        ("texts", {"dataset": text, "steps": ["random_swap"]}),
    ]:
        path = write_recipe(tmp_path / name, tmp_path / "out", **changes)
        told = [note for note in forecast(read_recipe(str(path))).notes if note.code == "leak"]
        assert [(note.severity, note.message.startswith("1 ")) for note in told] == [
            ("error", True)
        ]
        done = augment("plan", path, "--json")
        plain = json.loads(done.stdout)
        assert (done.returncode, plain["refused"]) == (1, True)
        assert sum(each["before"] for each in plain["counts"]) > 3, "what is there is told"
        with pytest.raises(FindingsError):
            run(tmp_path / name, tmp_path / "out", **changes)


def test_a_step_that_takes_no_such_pictures_is_told_before_a_run_loses_them(tmp_path):
    pixels = np.random.default_rng(0).random((40, 50, 3), np.float32)
    write(tmp_path / "in/train/a/0.tif", cv2.imencode(".tif", pixels)[1].tobytes())
    path = write_recipe(tmp_path / "in", tmp_path / "out", steps=["clahe"], copies=1)
    (told,) = (each for each in forecast(read_recipe(str(path))).notes if each.code == "sample")
    assert "of 1 sample tried 1 cannot be used, such as train/a/0.tif" in told.message


def test_no_step_has_a_say_in_what_passes_through(tmp_path):
    make_photos(tmp_path / "in", {"train/cat": 2, "val/cat": 3})
    write(tmp_path / "in/train/cat/broken.png", b"no picture")
    run(tmp_path / "in", tmp_path / "out", copies=1)
    changes = {"copies": 1, "steps": ["vertical_flip"], "seed": 9, "max_failures": 1}
    recipe = read_recipe(str(write_recipe(tmp_path / "in", tmp_path / "out", **changes)))
    expected = forecast(recipe)
    assert (expected.new, expected.changed, expected.up_to_date) == (0, 3, 3)
    run(tmp_path / "in", tmp_path / "out", **changes)
    expected = forecast(recipe)
    assert expected.work_remains is False
    assert [(count.split, count.before) for count in expected.counts] == [("train", 2), ("val", 3)]


def repeated(held: list[set[str]], threshold: float, each: int) -> list[int]:
    """Return how many samples come of pictures that hold these classes."""
    dataset = listing({"train/all": len(held)})
    dataset.census = lambda row: dict.fromkeys(held[row], 1)
    extra = dict(repeats(threshold, 7, dataset, range(len(held)), each))
    return [each + extra[row] for row in range(len(held))]


def factor(holders: int, pictures: int, threshold: float) -> float:
    return max(1.0, math.sqrt(threshold * pictures / holders))


held_by_pictures = st.lists(st.sets(st.sampled_from("abcd")), min_size=1, max_size=60)


@given(held_by_pictures, st.floats(0.01, 1), st.integers(1, 4))
def test_each_class_of_objects_is_repeated_as_often_as_it_asks(held, threshold, each) -> None:
    counts = Counter(label for labels in held for label in labels)
    asked = {label: each * factor(counts[label], len(held), threshold) for label in counts}
    made = repeated(held, threshold, each)
    for label, count in counts.items():
        riding = sum(n for n, labels in zip(made, held, strict=True) if label in labels)
        assert riding >= count * asked[label] - 1e-6
    for labels, number in zip(held, made, strict=True):
        most = max((asked[label] for label in labels), default=each)
        assert math.floor(most + 1e-6) <= number <= math.ceil(most - 1e-6)


def test_a_class_just_below_the_threshold_does_not_double_its_pictures() -> None:
    held = [{"rare"} if at % 11 == 0 else {"often"} for at in range(990)]
    before = repeated(held, 0.1, 1)
    assert sum(before) == 990 - 90 + math.ceil(90 * math.sqrt(0.1 * 11))
    after = repeated([*held, {"often"}], 0.1, 1)
    assert sum(a != b for a, b in zip(before, after, strict=False)) <= 1
