"""Steps whose names differ in digits alone are told apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import forget_plugins, write
from test_series_runs import provenance, series_run, ts_of

from augcli.task import Source
from augcli.timeseries.config import SeriesDatasetSettings
from augcli.timeseries.formats import open_file

TWO = """
from augcli.timeseries.transform import OneByOne
from augcli.transform import register

@register
class Add1(OneByOne):
    \"\"\"Adds one.\"\"\"

    @classmethod
    def apply(cls, series, params, partners):
        return series.with_values(series.values + 1)

@register
class Add2(OneByOne):
    \"\"\"Adds two.\"\"\"

    @classmethod
    def apply(cls, series, params, partners):
        return series.with_values(series.values + 2)
"""


def test_steps_whose_names_differ_in_digits_alone(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(forget_plugins)
    write(tmp_path / "two.py", TWO)
    write(tmp_path / "in/x.ts", ts_of({"a": 4, "b": 4}))
    steps = [{"one_of": {"steps": ["add1", "add2"]}}]
    series_run(tmp_path / "in", tmp_path / "out", plugins=["two.py"], steps=steps, copies=2)
    source = Source("x.ts", "", (tmp_path / "out/x.ts").read_bytes())
    settings = SeriesDatasetSettings(path="", kind="timeseries")
    file, told = open_file(source, settings, single=False), provenance(tmp_path / "out")
    assert len({row["steps"] for row in told}) == 2
    for row in told:
        (name,) = (each["name"] for each in json.loads(row["steps"]))
        new, base = (file.series(at).values for at in (row["row"], int(row["base"].split("#")[1])))
        np.testing.assert_allclose(new - base, int(name[-1]), atol=1e-9)
