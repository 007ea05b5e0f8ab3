"""Partners in whole runs: of the same split, few changed by a file, watched, recorded, replayed."""

from __future__ import annotations

import csv
import json
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, make_photos, manifest, picture, run, tree, write, write_recipe

from augcli.dataset.units import Dataset
from augcli.image.shares import mixed
from augcli.steps.partners import PLACES, Partners

COUNTS = {"train/cat": 7, "train/dog": 5, "val/cat": 3, "test/dog": 3}
MIXED: dict[str, Any] = {
    "steps": ["cutmix", {"mosaic": {"p": 0.5}}],
    "copies": 3,
    "dataset": {"augment": ["train", "val"]},
}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", COUNTS)


def lines(output: Path) -> dict[str, dict[str, Any]]:
    return {each["output"]: each for each in manifest(output)}


def users(records: dict[str, dict[str, Any]], partner: str) -> set[str]:
    return {name for name, each in records.items() if partner in each["partners"]}


def most_used(records: dict[str, dict[str, Any]], split: str) -> str:
    every = [i for each in records.values() for i in each["partners"] if i.startswith(split)]
    return max(sorted(set(every)), key=every.count)


def test_partners_are_others_of_the_same_split(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", **MIXED)
    copies = [each for each in manifest(tmp_path / "out") if each["copy"] is not None]
    assert len(copies) == 3 * 15
    for each in copies:
        assert each["partners"]
        assert {ident.split("/")[0] for ident in each["partners"]} == {each["split"]}
        assert each["source"] not in each["partners"]
        assert each["partner_sha256"].keys() == set(each["partners"])


def test_partners_may_be_of_the_same_class(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", steps=[{"mixup": {"partner": "class"}}])
    copies = [each for each in manifest(tmp_path / "out") if each["copy"] is not None]
    assert {(each["label"], each["partners"][0].split("/")[1]) for each in copies} == {
        ("cat", "cat"),
        ("dog", "dog"),
    }
    assert not (tmp_path / "out/labels.csv").exists()


def pools(count: int, without: int | None = None, *, pool: str = "any") -> dict[str, list[str]]:
    """Return the pool of each of so many samples, one of which may be gone."""
    dataset = Dataset(Path())
    numbers = [number for number in range(count) if number != without]
    dataset.extend(
        [f"{n:04}.png" for n in numbers],
        repeat("train", len(numbers)),
        ("ab"[n % 2] for n in numbers),
    )
    groups = {("train", label): [] for label in "ab"}
    for row, sample in enumerate(dataset):
        groups["train", str(sample.label)].append(row)
    partners = Partners(dataset, groups, [pool], 7, {})
    return {
        s.id: [p.source for p in partners.of(row).get(pool, [])] for row, s in enumerate(dataset)
    }


def test_a_file_more_or_less_changes_few_pools_and_little_in_them() -> None:
    all_, fewer = pools(1000), pools(1000, without=500)
    gone = "0500.png"
    changed = [(all_[i], fewer[i]) for i in fewer if all_[i] != fewer[i]]
    assert {i for i in fewer if gone in all_[i]} == {i for i in fewer if all_[i] != fewer[i]}
    assert 2 <= len(changed) <= 60
    for before, after in changed:
        differ = [one for one, other in zip(before, after, strict=True) if one != other]
        assert set(differ) == {gone}


def test_pools_have_all_their_places_and_never_the_sample_itself() -> None:
    assert all(len(p) == PLACES and i not in p for i, p in pools(300).items())
    used = [ident for pool in pools(300).values() for ident in pool]
    assert len(set(used)) > 280
    assert set(pools(3, pool="class")["0000.png"]) == {"0002.png"}


def test_a_sample_that_is_alone_gets_no_such_step_and_it_is_said(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "photos", {"train/cat": 1, "train/dog": 2})
    steps = [{"mixup": {"partner": "class"}}, {"brightness": {"delta": [-0.2, 0.2]}}]
    summary = run(photos, tmp_path / "out", steps=steps)
    assert [each["steps"][0]["name"] for each in manifest(tmp_path / "out") if each["steps"]] == [
        "brightness",
        "brightness",
        *["mixup"] * 4,
    ]
    assert any("mixup is left out" in note for note in summary.notes)


def test_what_used_a_changed_partner_is_made_again_and_nothing_else(
    photos: Path, tmp_path: Path
) -> None:
    run(photos, tmp_path / "out", **MIXED)
    before = lines(tmp_path / "out")
    partner = most_used(before, "train")
    write(photos / partner, picture(99))
    summary = run(photos, tmp_path / "out", **MIXED)
    after = lines(tmp_path / "out")
    own = {name for name, each in before.items() if each["source"] == partner}
    assert {name for name in after if after[name] != before[name]} == users(before, partner) | own
    assert summary.made == len(users(before, partner) | own)
    assert run(photos, tmp_path / "out", **MIXED).made == 0


@pytest.mark.parametrize("loss", ["removed", "broken"])
def test_what_used_a_lost_partner_gets_another(loss: str, photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", **MIXED)
    before = lines(tmp_path / "out")
    partner = most_used(before, "train")
    if loss == "removed":
        (photos / partner).unlink()
    else:
        write(photos / partner, b"no picture")
    summary = run(photos, tmp_path / "out", **MIXED)
    after = lines(tmp_path / "out")
    assert [each["source"] for each in summary.failures] == ([partner] if loss == "broken" else [])
    own = {name for name, each in before.items() if each["source"] == partner}
    assert before.keys() - after.keys() == own
    changed = {name for name in after if after[name] != before[name]}
    assert changed == users(before, partner) - own
    assert not users(after, partner)
    assert run(photos, tmp_path / "out", **MIXED).made == 0
    fresh = run(photos, tmp_path / "fresh", jobs=1 + (loss == "removed"), **MIXED)
    assert fresh.exit_code == summary.exit_code
    assert tree(tmp_path / "fresh") == tree(tmp_path / "out")


def test_partners_are_read_before_links_to_them_are_made(photos: Path, tmp_path: Path) -> None:
    """A link changes when a file was changed, which tells that it is not what it was."""
    linked = MIXED | {"steps": ["histogram_matching"], "output": {"originals": "link"}}
    run(photos, tmp_path / "out", **linked)
    assert not run(photos, tmp_path / "out", force=True, **linked).failures


def test_one_file_more_remakes_only_what_takes_it(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", **MIXED)
    before = lines(tmp_path / "out")
    write(photos / "train/cat/new.png", picture(5))
    run(photos, tmp_path / "out", **MIXED)
    after = lines(tmp_path / "out")
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {n for n in users(after, "train/cat/new.png") if n in before}


def test_reference_pictures_of_a_folder(photos: Path, tmp_path: Path) -> None:
    make_photos(photos, {"styles": 4})
    write(photos / "styles/notes.txt", "no picture")
    fda = {"fda": {"folder": "styles", "beta": 0.1}}
    dataset = {"exclude": ["styles/**"], "splits": {}}
    run(photos, tmp_path / "out", steps=[fda], dataset=dataset, copies=3)
    before = lines(tmp_path / "out")
    copies = [each for each in before.values() if each["copy"] is not None]
    assert {ident.split("/")[0] for each in copies for ident in each["partners"]} == {"styles"}
    assert {each["label"] for each in copies} == {"cat", "dog"}
    assert augment("replay", tmp_path / "out", "-o", tmp_path / "re").returncode == 0
    write(photos / "styles/01.png", picture(77))
    run(photos, tmp_path / "out", steps=[fda], dataset=dataset, copies=3)
    after = lines(tmp_path / "out")
    assert {n for n in after if after[n] != before[n]} == users(before, "styles/01.png")


@pytest.mark.parametrize("damage", [slice(0, 12), slice(-60, -40)])
def test_a_broken_reference_picture_gives_way_and_is_named_once(
    damage: slice, photos: Path, tmp_path: Path
) -> None:
    make_photos(photos, {"styles": 3})
    sound = {f"styles/{each}" for each in ("00.png", "02.png")}
    data = bytearray((photos / "styles/01.png").read_bytes())
    data[damage] = bytes(len(data[damage]))
    write(photos / "styles/01.png", bytes(data))
    told: dict[str, Any] = {
        "steps": [{"histogram_matching": {"folder": "styles"}}],
        "dataset": {"exclude": ["styles/**"], "splits": {}},
        "copies": 3,
    }
    summary = run(photos, tmp_path / "out", **told)
    assert (summary.exit_code, summary.failures) == (0, [])
    copies = [each for each in manifest(tmp_path / "out") if each["copy"] is not None]
    assert len(copies) == 3 * 12
    assert {ident for each in copies for ident in each["partners"]} == sound
    (note,) = [each for each in summary.notes if "styles/01.png" in each]
    assert note.endswith("; another is taken")
    assert run(photos, tmp_path / "out", **told).made == 0
    assert augment("replay", tmp_path / "out", "-o", tmp_path / "re").returncode == 0


def test_check_calls_no_picture_broken_for_its_partner(photos: Path, tmp_path: Path) -> None:
    write(photos / "train/cat/02.png", b"no picture")
    recipe = write_recipe(photos, tmp_path / "out", **MIXED)
    found = json.loads(augment("check", recipe, "--json").stdout)["findings"]
    errors = [each["file"] for each in found if each["severity"] == "error"]
    assert errors == ["train/cat/02.png"]


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("nowhere", "there are no pictures in"),
        ("train/cat", "train/cat/00.png is a sample of the dataset itself"),
        ("../elsewhere", "leads out of the dataset"),
    ],
)
def test_folders_of_reference_pictures_that_cannot_be(
    folder: str, told: str, photos: Path, tmp_path: Path
) -> None:
    make_photos(tmp_path / "elsewhere", {"": 1})
    recipe = write_recipe(photos, tmp_path / "out", steps=[{"fda": {"folder": folder}}])
    result = augment("run", recipe)
    assert result.returncode == 2
    assert told in result.stderr
    assert "out.yaml:" in result.stderr


@pytest.mark.parametrize(("format_", "step"), [("masks", "mixup"), ("folders", "copy_paste")])
def test_steps_that_a_dataset_cannot_have_are_refused_with_their_line(
    format_: str, step: str, tmp_path: Path
) -> None:
    photos = make_photos(tmp_path / "photos", {"train/images": 2, "train/masks": 2})
    changes = {"dataset": {"format": format_, "annotations": "ignore"}, "steps": [step]}
    result = augment("run", write_recipe(photos, tmp_path / "out", **changes))
    assert result.returncode == 2
    assert f" {step} " in result.stderr
    assert "out.yaml:15:" in result.stderr


def test_commands_know_partners(photos: Path, tmp_path: Path) -> None:
    out, recipe = tmp_path / "out", tmp_path / "out.yaml"
    run(photos, out, **MIXED)
    name = next(each["output"] for each in manifest(out) if each["partners"])
    assert augment("verify", out).returncode == 0
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0
    made = {name: digest for name, digest in tree(tmp_path / "again").items() if digest != "folder"}
    assert made.items() <= tree(out).items()
    assert made.keys() == {*lines(out), "labels.csv"}
    told = augment("explain", out / name).stdout
    assert f"with {lines(out)[name]['partners'][0]} (sha256" in told
    assert augment("report", out, "-o", tmp_path / "page.html").returncode == 0
    assert augment("check", recipe).returncode == 0
    for target in ("sheet.png", "page.html"):
        shown = augment("preview", recipe, "-o", tmp_path / target)
        assert shown.returncode == 0, shown.stderr
    forecast = json.loads(augment("plan", recipe, "--json").stdout)
    assert (forecast["new"], forecast["changed"]) == (0, 0)


def test_a_replay_refuses_a_partner_that_is_not_what_it_was(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "out", **MIXED)
    partner = most_used(lines(tmp_path / "out"), "val")
    write(photos / partner, picture(1234))
    result = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert result.returncode == 1
    assert partner in result.stderr + result.stdout


def test_shares_are_told_beside_class_folders(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(photos, out, **MIXED)
    with (out / "labels.csv").open(newline="") as file:
        rows = {
            row.pop("file"): {k: float(v) for k, v in row.items()} for row in csv.DictReader(file)
        }
    assert rows.keys() == lines(out).keys()
    for name, each in lines(out).items():
        label = each["label"]
        shares = label if isinstance(label, dict) else {label: 1.0}
        assert {k: v for k, v in rows[name].items() if v} == pytest.approx(shares)
        assert sum(rows[name].values()) == pytest.approx(1, abs=1e-8)
        assert name.split("/")[1] == next(iter(shares))
    assert any(isinstance(each["label"], dict) for each in lines(out).values())
    run(photos, out, steps=["horizontal_flip"], dataset=MIXED["dataset"])
    assert not (out / "labels.csv").exists()


def test_shares_of_several_steps_add_up() -> None:
    steps = [
        {"name": "mosaic", "params": {"partners": ["b1", "c1", "a2"], "weights": [0.2, 0.1, 0.3]}},
        {"name": "fda", "params": {"partners": ["d1"]}},
        {"name": "mixup", "params": {"partners": ["c2"], "weights": [0.25]}},
    ]
    shares = mixed("a", steps, lambda ident: ident[0])
    assert shares == pytest.approx({"a": 0.525, "b": 0.15, "c": 0.325})
    assert list(shares) == ["a", "b", "c"]
    assert sum(shares.values()) == pytest.approx(1, abs=1e-12)
    assert mixed("a", steps, lambda _: "a") == "a"
    assert mixed(None, steps, lambda ident: ident[0]) is None


def test_shares_are_columns_of_a_table_of_pictures(tmp_path: Path) -> None:
    make_photos(tmp_path / "photos", {"a": 3, "b": 3})
    rows = [f"{kind}/{n:02}.png,{kind}" for kind in "ab" for n in range(3)]
    table = write(tmp_path / "photos/list.csv", "\n".join(["file,label", *rows, ""]))
    run(table, tmp_path / "out", dataset={"format": "csv"}, steps=["mixup"])
    with (tmp_path / "out/list.csv").open(newline="") as file:
        told = list(csv.DictReader(file))
    assert list(told[0]) == ["file", "label", "a", "b"]
    assert all(float(row["a"]) + float(row["b"]) == pytest.approx(1) for row in told)
    assert all(float(row[row["label"]]) >= 0.5 for row in told)
