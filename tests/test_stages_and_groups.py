"""Stages, views and branches: counted exactly, marked, and each redone by itself."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import copies_of, make_photos, manifest, run, tree, write, write_recipe
from hypothesis import given
from hypothesis import strategies as st
from seeds import SEEDS

from augcli.commands.check import findings
from augcli.commands.forecast import forecast
from augcli.commands.replay import replay
from augcli.commands.tell import forecast as tell_forecast
from augcli.commands.verify import verify
from augcli.errors import RecipeError
from augcli.names import Bases, Spot, encoded_name, group_name
from augcli.recipe import read_recipe
from augcli.requests.courses import shared_out

STAGES = [{"name": "easy", "copies": 1, "strength": 0.3}, {"name": "hard", "copies": 2}]
STAGED: dict[str, Any] = {"copies": 0, "stages": STAGES}
BRANCHES = {"weak": ["horizontal_flip"], "strong": [{"randaugment": {"m": 20}}]}
OMIT = {"output": {"originals": "omit"}}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "in", {"train/cat": 7, "train/dog": 4, "val/cat": 1})


def staged(out: Path) -> Counter[tuple[str, str]]:
    """Return how many copies each class has of each stage."""
    return Counter((each["label"], each["stage"]) for each in manifest(out) if "stage" in each)


def planned(photos: Path, out: Path, **changes: Any) -> Any:
    return forecast(read_recipe(str(write_recipe(photos, out, **changes))))


def test_stages_are_counted_by_plan_and_balanced_exactly(photos: Path, tmp_path: Path) -> None:
    changes = STAGED | {"balance": {"target": 40}}
    expected = planned(photos, tmp_path / "out", **changes)
    summary = run(photos, tmp_path / "out", **changes)
    assert {c.label: c.after for c in summary.counts if c.split == "train"} == {
        "cat": 40,
        "dog": 40,
    }
    assert expected.counts == summary.counts
    told = {(each.label, each.stage): each.copies for each in expected.copies}
    assert staged(tmp_path / "out") == told
    assert told == {
        ("cat", "easy"): 7 + 4,
        ("cat", "hard"): 14 + 8,
        ("dog", "easy"): 4 + 8,
        ("dog", "hard"): 8 + 16,
    }


def test_sources_give_about_as_many_copies_each(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", **STAGED, balance={"target": 41})
    counts = Counter(
        (each["label"], each["source"]) for each in manifest(tmp_path / "out") if "stage" in each
    )
    for label in ("cat", "dog"):
        of_class = [count for (name, _), count in counts.items() if name == label]
        assert max(of_class) - min(of_class) <= 1


def test_a_broken_source_is_made_up_for_in_both_stages(photos: Path, tmp_path: Path) -> None:
    write(photos / "train/dog/00.png", b"no picture")
    run(photos, tmp_path / "out", **STAGED, balance={"target": 40})
    assert Counter(each["label"] for each in manifest(tmp_path / "out"))["dog"] == 40
    assert staged(tmp_path / "out")["dog", "easy"] == 3 + 10
    assert staged(tmp_path / "out")["dog", "hard"] == 6 + 18


@given(
    copies=st.lists(st.integers(0, 4), min_size=1, max_size=4),
    given_=st.lists(st.integers(0, 9), max_size=8),
)
def test_what_is_dealt_out_sums_to_what_would_be_dealt_at_once(
    copies: list[int], given_: list[int]
) -> None:
    dealt, begin = [0] * len(copies), 0
    for count in given_:
        dealt = [a + b for a, b in zip(dealt, shared_out(count, begin, copies), strict=True)]
        begin += count
    assert tuple(dealt) == shared_out(sum(given_), 0, copies)


def test_copies_are_marked_with_their_stage(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", **STAGED)
    for each in manifest(tmp_path / "out"):
        if each["copy"] is not None:
            assert f".aug-{each['stage']}-{each['copy']:03d}." in each["output"]
            degrees = [s["params"]["degrees"] for s in each["steps"] if s["name"] == "rotate"]
            assert all(abs(d) <= (6 if each["stage"] == "easy" else 20) for d in degrees)
        else:
            assert "stage" not in each


def inodes(out: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in out.rglob("*.png")}


@pytest.mark.parametrize(
    ("stages", "redone"),
    [
        ([STAGES[0], STAGES[1] | {"strength": 0.9}], lambda name: "hard" in name),
        ([STAGES[0] | {"copies": 2}, STAGES[1]], lambda name: "easy-001" in name),
        ([*STAGES, {"name": "last", "copies": 1}], lambda name: "last" in name),
        (STAGES[::-1], lambda name: False),
    ],
)
def test_a_changed_stage_redoes_its_own(
    photos: Path, tmp_path: Path, stages: list[Any], redone: Callable[[str], bool]
) -> None:
    steps = [{"rotate": {"degrees": [-20, 20]}}]
    run(photos, tmp_path / "out", **STAGED, steps=steps)
    before = inodes(tmp_path / "out")
    run(photos, tmp_path / "out", copies=0, stages=stages, steps=steps)
    now = inodes(tmp_path / "out")
    changed = {name for name in now if before.get(name) != now[name]}
    assert all(map(redone, changed))
    run(photos, tmp_path / "fresh", copies=0, stages=stages, steps=steps)
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


def groups(out: Path) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for each in manifest(out):
        if "group" in each:
            found[each["group"]].append(each)
    return found


def test_views_are_groups_of_one_source_that_differ(photos: Path, tmp_path: Path) -> None:
    summary = run(photos, tmp_path / "out", views=3, balance={"target": "max"}, **OMIT)
    assert {c.label: c.after for c in summary.counts if c.split == "train"} == {
        "cat": 42,
        "dog": 42,
    }
    found = groups(tmp_path / "out")
    assert len(found) == 28
    for name, views in found.items():
        assert [each["view"] for each in views] == ["view0", "view1", "view2"]
        assert len({each["source"] for each in views}) == len({each["copy"] for each in views}) == 1
        assert len({json.dumps(each["steps"]) for each in views}) == 3
        assert [each["output"] for each in views] == [f"{name}.view{i}.png" for i in range(3)]
    told = planned(photos, tmp_path / "out", views=3, balance={"target": "max"}, **OMIT)
    assert sum(each.copies * each.group for each in told.copies) == 84
    assert not told.new + told.changed + told.stale


def test_one_more_view_leaves_the_others(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", views=2)
    before = inodes(tmp_path / "out")
    run(photos, tmp_path / "out", views=3)
    now = inodes(tmp_path / "out")
    assert all("view2" in name for name in now if before.get(name) != now[name])


def test_branches_share_the_steps_before_them(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", branches=BRANCHES, steps=["rotate"], copies=3)
    assert len(groups(tmp_path / "out")) == 33
    for weak, strong in groups(tmp_path / "out").values():
        assert (weak["view"], strong["view"]) == ("weak", "strong")
        assert weak["steps"][0] == strong["steps"][0]
        assert [step["name"] for step in weak["steps"]] == ["rotate", "horizontal_flip"]
        assert len(strong["steps"]) == 3


def test_branches_and_stages_together_verify_and_replay(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", **STAGED, branches=BRANCHES, steps=["autoaugment", "augmix"])
    assert copies_of(tmp_path / "out").keys()
    assert not any(each.trouble for each in verify(tmp_path / "out", photos))
    again = list(replay(tmp_path / "out", tmp_path / "again", None, None))
    assert len(again) == 11 * 7 + 1
    assert {wrong for _, wrong in again} == {None}


@pytest.mark.parametrize("name", ["image yolo", "image masks"])
def test_policies_and_branches_take_boxes_and_masks(name: str, tmp_path: Path) -> None:
    dataset = SEEDS[name].written(tmp_path / "in")
    told = {"kind": "image", **SEEDS[name].dataset}
    if name == "image masks":
        told["targets"] = {"ignore": [0]}
    steps = ["trivialaugment", "augmix", {"autoaugment": {"policy": "svhn"}}]
    changes = {"dataset": told, "branches": BRANCHES, "steps": steps, "copies": 4}
    assert run(dataset, tmp_path / "out", **changes).failures == []
    for weak, strong in groups(tmp_path / "out").values():
        assert weak.get("targets") is not None or weak.get("beside")
        assert strong["group"] == weak["group"]
    assert not any(each.trouble for each in verify(tmp_path / "out", None))
    again = list(replay(tmp_path / "out", tmp_path / "again", None, None))
    assert {wrong for _, wrong in again} == {None}


def test_plan_tells_of_stages_and_groups(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_forecast(planned(photos, tmp_path / "out", **STAGED, views=2))
    told = capsys.readouterr().out
    assert "stage easy: 11 copies in groups of 2: 22 outputs" in told
    assert "stage hard: 22 copies in groups of 2: 44 outputs" in told


def test_findings_are_where_a_branch_is_written(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "in", {"train/left": 2, "train/right": 2})
    changes = {"branches": {"weak": [], "strong": ["invert", "horizontal_flip"]}, "steps": ["hue"]}
    recipe = read_recipe(str(write_recipe(photos, tmp_path / "out", **changes)))
    (found,) = [each for each in findings(recipe) if each.code == "label-changing"]
    assert "horizontal_flip mirrors" in found.message
    written = recipe.problem(("branches", "strong", 1), "")
    assert (found.line, found.column) == (written.line, written.column)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"copies": 1, "stages": STAGES}, "`copies` and `stages` both"),
        ({"views": 2, "branches": BRANCHES}, "`views` and `branches` both"),
        ({"branches": {"weak": []}}, "two `branches` or more"),
        ({"copies": 0, "stages": [STAGES[0], STAGES[0] | {"name": "Easy"}]}, "two stages are"),
        ({"branches": {"weak": [], "WEAK": []}}, "two branches are called 'WEAK'"),
        ({"views": 2, "balance": {"target": "max"}}, "say `originals: omit`"),
        ({"views": 2, "balance": {"target": 9}, **OMIT}, "a multiple of 2"),
        ({"branches": {"weak": [], "strong": [{"rotate": {"degree": 1}}]}}, "key 'degree'"),
        ({"branches": {"weak": [], "strong": [{"hue": {"only": ["cta"]}}]}}, "no class 'cta'"),
        ({"copies": 0, "stages": [{"name": "a/b"}]}, "must look like"),
        (
            {"dataset": {"kind": "tabular"}, "steps": ["jitter"], "views": 2},
            "`views` is not for datasets of kind tabular: all new rows of a class",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    photos: Path, tmp_path: Path, changes: dict[str, Any], text: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        run(photos, tmp_path / "out", **changes)
    assert text in "\n".join(map(str, caught.value.problems))


def test_names_have_room_for_stage_and_view_and_are_no_other_sources() -> None:
    base = "train/" + "é" * 117 + ".jpg"
    spot = Spot(123456, "s" * 32, "v" * 32)
    name = encoded_name(base, ".jpg", spot)
    assert len(name.removeprefix("train/").encode()) <= 255
    assert name.endswith(f".aug-{'s' * 32}-123456.{'v' * 32}.jpg")
    assert name.startswith(group_name("train/" + "é" * 100, ".jpg", spot)[:80])
    bases = Bases(in_split_folder=False)
    for ours in (Spot(0, "easy"), Spot(7, None, "view0"), Spot(1, "a_1", "weak")):
        made = encoded_name("a.png", ".png", ours)
        assert bases(made, "train") != f"train/{made}"
