"""What is counted of the journal's lines is what is in them, however odd names are."""

from __future__ import annotations

import json

import pytest

from augcli.records.counted import line_of
from augcli.records.journal import blank
from augcli.records.lines import dump_line

TASK = {"split": "train", "label": None, "inputs": ["a"], "checksum": None}
RECORD = {"sha256": "1f", "split": "train", "copy": 3, "steps": [{"name": "hue", "params": {}}]}
ODD = {"group": "g", "repeats": 1, "beside": {"x.txt": "2e"}, "targets": [{"label": 7, "box": []}]}


@pytest.mark.parametrize("name", ["a.png", "é.png", "\udcff.png"])
@pytest.mark.parametrize("odd", [{}, ODD])
def test_a_line_is_counted_and_its_records_stay_as_they_were_written(name: str, odd: dict) -> None:
    record = {"output": f"train/{name}", "source": name, **RECORD, "delta": 1e-7, **odd}
    entry = {"record": record, "key": "k", "stat": [1, 2, 3, 4], "listed": True}
    count = {"split": "train", "label": "b", "before": 1, "after": 2, "target": 2}
    task = TASK | {"source": name, "base": f"train/{name}", "request": {"asks": "copies"}}
    told = blank(task, "stamp") | {"outputs": [entry], "counts": [count], "notes": ["one"]}
    line = line_of(dump_line(told).encode())
    assert [bytes(each.record).decode() + "\n" for each in line.outputs] == [dump_line(record)]
    assert (line.source, line.base, line.notes) == (name, f"train/{name}", ["one"])
    assert line.request == {"asks": "copies"}
    seen = line.told[0]
    assert (seen.output, seen.sha256, seen.copy) == (record["output"], "1f", 3)
    assert [each.name for each in seen.steps] == ["hue"]
    assert [each.label for each in seen.targets] == [
        each["label"] for each in odd.get("targets", ())
    ]
    assert seen.beside == odd.get("beside", {})
    assert line.counts[0].after == 2


def test_what_is_no_record_is_refused() -> None:
    with pytest.raises(ValueError, match="missing required field"):
        line_of(json.dumps({"source": "a", "outputs": []}).encode())
