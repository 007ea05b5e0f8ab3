"""One long series as many: windows of it, with labels by majority or point by point."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, run, write

from augcli.errors import RecipeError

STEPS: list[Any] = [{"scaling": {"factor": 2}}]


def walk(folder: Path, *, person: bool, label: bool = True) -> Path:
    """Write 40 points: 14 of sitting, 16 of walking, 10 of sitting; two people if wanted."""
    rows = []
    for who in "ab"[: 1 + person]:
        for at in range(40):
            what = "walk" if 14 <= at < 30 else "sit"
            cells = [who] * person + [str(at), f"{at + 1}.5", f"-{at + 1}.25"] + [what] * label
            rows.append(",".join(cells))
    head = ["who"] * person + ["t", "x", "y"] + ["activity"] * label
    return write(folder / "in.csv", "\n".join([",".join(head), *rows]) + "\n")


def made(folder: Path, source: Path, **dataset: Any) -> tuple[Any, list[list[str]]]:
    """Run, see that a replay agrees, and return the summary and the new rows."""
    told = {"kind": "timeseries", "time": "t", **dataset}
    summary = run(source, folder / "out", dataset=told, copies=1, steps=STEPS)
    done = augment("replay", folder / "out", "-o", folder / "again")
    assert done.returncode == 0, done.stderr
    text = (folder / "out/in.csv").read_text()
    assert (folder / "again/in.csv").read_text() == text
    assert text.startswith(source.read_text())
    return summary, [row.split(",") for row in text[len(source.read_text()) :].splitlines()]


@pytest.mark.parametrize(("stride", "starts"), [(None, [0, 8, 16, 24, 32]), (6, range(0, 33, 6))])
def test_a_series_without_ids(tmp_path: Path, stride: int | None, starts: Any) -> None:
    windows = {"length": 8} if stride is None else {"length": 8, "stride": stride}
    source = walk(tmp_path, person=False)
    summary, rows = made(tmp_path, source, windows=windows, label="activity")
    labels = ["walk" if 14 <= at < 30 else "sit" for at in range(40)]
    major = Counter(Counter(labels[at : at + 8]).most_common(1)[0][0] for at in starts)
    assert {each.label: each.before for each in summary.counts} == major
    parts = [rows[at : at + 8] for at in range(0, len(rows), 8)]
    for start, part in zip(starts, parts, strict=True):
        places = range(start, start + 8)
        assert [row[0] for row in part] == [str(at) for at in places]
        assert [float(row[1]) for row in part] == [2 * (at + 1.5) for at in places]
        assert [float(row[2]) for row in part] == [-2 * (at + 1.25) for at in places]
        assert [row[3] for row in part] == labels[start : start + 8]


def test_windows_of_each_id_get_their_own(tmp_path: Path) -> None:
    source = walk(tmp_path, person=True)
    told = {"windows": {"length": 16}, "id": "who", "point_labels": ["activity"]}
    summary, rows = made(tmp_path, source, **told)
    assert [each.before for each in summary.counts] == [4]
    ids = [row[0] for row in rows[::16]]
    assert ids == [f"{who}.w{n:05d}.aug-000" for n, who in enumerate("aabb")]
    assert [row[4] for row in rows[16:32]] == ["walk"] * 14 + ["sit"] * 2


def test_no_window_reaches_over_two_splits(tmp_path: Path) -> None:
    lines = walk(tmp_path, person=False).read_text().splitlines()
    splits = ["split", *(["train"] * 30 + ["test"] * 10)]
    rows = [f"{line},{split}" for line, split in zip(lines, splits, strict=True)]
    source = write(tmp_path / "in.csv", "\n".join(rows) + "\n")
    told = {"windows": {"length": 8, "stride": 4}, "label": "activity", "split": "split"}
    summary, rows_made = made(tmp_path, source, **told)
    counts = Counter({each.split: 0 for each in summary.counts})
    for each in summary.counts:
        counts[each.split] += each.before
    assert counts == {"train": 6, "test": 1}
    assert {row[4] for row in rows_made} == {"train"}
    assert len(rows_made) == 6 * 8


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"windows": {"length": 41}}, "has no window of 41 points"),
        (
            {"windows": {"length": 8}, "layout": "wide", "time": None},
            "a wide table each row is one",
        ),
        (
            {"windows": {"length": 8}, "split": {"test": 0.2, "by": "t"}, "time": None},
            "say `time: t` and `by: t`",
        ),
    ],
)
def test_windows_that_there_cannot_be(tmp_path: Path, told: dict[str, Any], why: str) -> None:
    source = walk(tmp_path, person=False, label=False)
    dataset = {"kind": "timeseries", "time": "t", **told}
    with pytest.raises(RecipeError, match=why):
        run(source, tmp_path / "out", dataset=dataset, copies=1, steps=STEPS)


@pytest.mark.parametrize("stride", [4, 8])
def test_the_last_windows_in_time_are_held_out(tmp_path: Path, stride: int) -> None:
    source = walk(tmp_path, person=True)
    told = {
        **{"kind": "timeseries", "id": "who", "time": "t", "label": "activity"},
        **{"windows": {"length": 8, "stride": stride}, "split": {"test": "last 20%", "by": "t"}},
    }
    summary = run(source, tmp_path / "out", dataset=told, copies=1, steps=STEPS)
    before = Counter(dict.fromkeys(("train", "test"), 0))
    for each in summary.counts:
        before[each.split] += each.before
    assert before == {"train": 8 if stride == 8 else 14, "test": 2}
    assert any("reach over" in note for note in summary.notes) == (stride == 4)
    times = {}
    for split in before:
        rows = (tmp_path / f"out/{split}/in.csv").read_text().splitlines()[1:]
        times[split] = [int(row.split(",")[1]) for row in rows]
    assert sorted(times["test"]) == sorted([*range(32, 40)] * 2)
    assert max(times["train"]) == 31
    assert len(times["train"]) == 2 * 32 + before["train"] * 8
    done = augment("replay", tmp_path / "out", "-o", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    again = (tmp_path / "again/train/in.csv").read_bytes()
    assert again == (tmp_path / "out/train/in.csv").read_bytes()


def test_windows_of_a_series_stay_in_one_drawn_split(tmp_path: Path) -> None:
    source = walk(tmp_path, person=True)
    told = {
        **{"kind": "timeseries", "id": "who", "time": "t"},
        **{"windows": {"length": 8}, "split": {"test": 0.5}},
    }
    run(source, tmp_path / "out", dataset=told, copies=0, steps=[])
    people = [
        {
            row.split(",")[0]
            for row in (tmp_path / f"out/{split}/in.csv").read_text().splitlines()[1:]
        }
        for split in ("train", "test")
    ]
    assert sorted(people, key=str) == [{"a"}, {"b"}]
