"""Series as people keep them: numbers to predict, times, weights, axes, rates; no plain copies."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import failures, manifest, run, write
from scipy.io import wavfile

from augcli.errors import RecipeError
from augcli.reports.report import Summary

RNG = np.random.default_rng(11)
VALUES = RNG.normal(size=(12, 6))
JITTER = [{"jitter": {"sigma": 0.2}}]


def lines(rows: Any, ends: list[str]) -> str:
    cells = (",".join(f"{value:.2f}" for value in row) for row in rows)
    return "".join(f"{row}:{end}\n" for row, end in zip(cells, ends, strict=True))


def made(folder: Path, name: str, text: str | bytes, **recipe: Any) -> tuple[Summary, bytes]:
    told = {"kind": "timeseries", **recipe.pop("dataset", {})}
    source = write(folder / "in" / name, text)
    summary = run(source, folder / "out", dataset=told, **({"copies": 1, "steps": JITTER} | recipe))
    path = folder / "out" / name
    return summary, path.read_bytes() if path.exists() else b""


def new_lines(data: bytes, old: int) -> list[str]:
    return data.decode().splitlines()[old:]


TIMED = "@problemName p\n@timestamps true\n@classLabel true a b\n@data\n"


def test_times_in_cells_stay(tmp_path: Path) -> None:
    rows = "".join(
        ",".join(f"({2 * place},{value:.2f})" for place, value in enumerate(row))
        + f":{'ab'[n % 2]}\n"
        for n, row in enumerate(VALUES)
    )
    _, data = made(tmp_path, "p.ts", TIMED + rows)
    for line in new_lines(data, 16):
        times = [point.strip("(").partition(",")[0] for point in line.split("),")]
        assert times == ["0", "2", "4", "6", "8", "10"]


def test_more_points_than_times_lie_between_numbers_and_are_refused_for_texts(
    tmp_path: Path,
) -> None:
    points = [f"s{n},{place},{VALUES[n][place]:.2f}\n" for n in range(6) for place in range(6)]
    dataset = {"id": "id", "time": "when"}
    steps = [{"resize": {"length": 11}}]
    text = "id,when,v\n" + "".join(points)
    _, data = made(tmp_path / "a", "p.csv", text, dataset=dataset, steps=steps)
    times = [float(line.split(",")[1]) for line in new_lines(data, 37)][:11]
    assert times == [place / 2 for place in range(11)]
    words = text.replace(",0,", ",mon,").replace(",1,", ",tue,").replace(",2,", ",wed,")
    made(tmp_path / "b", "p.csv", words, dataset=dataset, steps=steps)
    assert "too few for 11 points" in failures(tmp_path / "b/out")["p.csv#0"]


ARFF = (
    "@relation r\n"
    + "".join(f"@attribute a{n} numeric\n" for n in range(6))
    + "@attribute kind {p,q}\n@data\n% a word\n"
)


def arff(weights: bool) -> str:
    ends = [f"{'pq'[n % 2]}{f', {{{n % 3}}}' if weights else ''}" for n in range(12)]
    return ARFF + lines(VALUES, ends).replace(":", ",")


def test_weights_of_rows_go_along(tmp_path: Path) -> None:
    summary, data = made(tmp_path, "p.arff", arff(weights=True))
    assert summary.exit_code == 0
    ends = [line.rpartition(",")[2] for line in new_lines(data, 22)]
    assert ends == [f"{{{n % 3}}}" for n in range(12)]
    assert {each.label: each.after for each in summary.counts} == {"p": 12, "q": 12}


def test_sparse_rows_have_zeros_where_nothing_is_told(tmp_path: Path) -> None:
    text = arff(weights=False) + "{0 4.5, 3 -2.25, 6 q}\n"
    summary, data = made(tmp_path, "p.arff", text, steps=["reverse"])
    assert summary.exit_code == 0
    last = new_lines(data, 23)[-1].split(",")
    assert [float(cell) for cell in last[:6]] == [0, 0, -2.25, 0, 0, 4.5]
    assert last[6] == "q"


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def test_the_last_axis_may_be_that_of_channels(tmp_path: Path) -> None:
    x = RNG.normal(size=(6, 40, 2))
    steps = ["shift"]
    summary, _ = made(tmp_path / "a", "x.npz", npz(X=x, y=list("ababab")), steps=steps)
    assert any("`axes: ntc`" in note for note in summary.notes)
    dataset = {"axes": "ntc"}
    summary, data = made(
        tmp_path / "b", "x.npz", npz(X=x, y=list("ababab")), steps=steps, dataset=dataset
    )
    assert not any("axes" in note for note in summary.notes)
    _, turned = made(
        tmp_path / "c", "x.npz", npz(X=x.swapaxes(1, 2), y=list("ababab")), steps=steps
    )
    both = [np.load(io.BytesIO(each))["X"] for each in (data, turned)]
    np.testing.assert_array_equal(both[0][:6], x)
    np.testing.assert_array_equal(both[0], both[1].swapaxes(1, 2))


def test_arrays_with_an_entry_for_each_point_are_told(tmp_path: Path) -> None:
    x, marks = RNG.normal(size=(6, 2, 40)), RNG.integers(0, 2, (6, 40))
    others = {"id": np.arange(6), "X_test": x + 1, "pairs": np.zeros((6, 2))}
    summary, _ = made(tmp_path, "x.npz", npz(X=x, marks=marks, **others), steps=["shift"])
    (note,) = (each for each in summary.notes if "for each point" in each)
    assert note.startswith("arrays 'marks' have")


def test_noise_does_not_make_all_of_an_array_true(tmp_path: Path) -> None:
    x = RNG.random((6, 1, 50)) > 0.5
    _, data = made(tmp_path, "x.npz", npz(X=x), steps=[{"jitter": {"sigma": 0.1}}])
    new = np.load(io.BytesIO(data))["X"][6:]
    assert new.dtype == bool
    assert (new == x).mean() > 0.9


@pytest.mark.parametrize(("p", "few"), [(0.5, 0), (0, 40)])
def test_copies_that_are_their_source_are_drawn_again_and_told(
    tmp_path: Path, p: float, few: int
) -> None:
    summary, data = made(
        tmp_path,
        "p.ts",
        "@classLabel false\n@data\n" + lines(VALUES, [""] * 12).replace(":", ""),
        steps=[{"jitter": {"p": p, "sigma": 0.1}}],
        copies=3,
    )
    again = [line for line in new_lines(data, 14) if line in new_lines(data, 2)[:12]]
    assert len(again) == (36 if few else 0)
    told = [note for note in summary.notes if "copies are their source's own" in note]
    assert bool(told) == bool(few)


def test_whole_numbers_that_noise_does_not_move_are_told(tmp_path: Path) -> None:
    rows = "".join(",".join(map(str, RNG.integers(0, 9, 6))) + "\n" for _ in range(12))
    summary, data = made(
        tmp_path, "p.ts", f"@classLabel false\n@data\n{rows}", steps=[{"jitter": {"sigma": 0.01}}]
    )
    assert new_lines(data, 14) == rows.splitlines()
    assert any("12 copies are their source's own" in note for note in summary.notes)


def test_parts_of_equal_series_alone_in_their_file(tmp_path: Path) -> None:
    head = "@equalLength true\n@seriesLength 6\n@classLabel true a b\n@data\n"
    text = head + lines(VALUES, [*"ab"] * 6)
    output = {"path": str(tmp_path / "out"), "originals": "omit"}
    _, data = made(tmp_path, "p.ts", text, steps=[{"crop": {"length": 4}}], output=output)
    told = data.decode()
    assert "@seriesLength 4\n" in told
    assert "@seriesLength 6" not in told
    rows = told.partition("@data\n")[2].splitlines()
    assert [line.count(",") for line in rows] == [3] * 12


def sound(rate: int, hertz: float, seconds: float = 0.5) -> bytes:
    buffer = io.BytesIO()
    times = np.arange(int(rate * seconds)) / rate
    wavfile.write(buffer, rate, (8000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16))
    return buffer.getvalue()


def test_a_background_of_another_rate_keeps_its_pitch(tmp_path: Path) -> None:
    write(tmp_path / "in/voice/a.wav", sound(16_000, 2000))
    write(tmp_path / "in/hum/b.wav", sound(8000, 440))
    step = {"mix_background": {"background": ["hum"], "snr_db": 0, "only": ["voice"]}}
    told = {"kind": "timeseries"}
    run(tmp_path / "in", tmp_path / "out", dataset=told, copies=1, steps=[step])
    rate, values = wavfile.read(new_file(tmp_path / "out", "voice"))
    power = np.abs(np.fft.rfft(values * np.hanning(len(values))))
    hertz = np.fft.rfftfreq(len(values), 1 / rate)
    peaks = sorted(hertz[np.argsort(power)[-12:]])
    assert any(abs(peak - 440) < 10 for peak in peaks)
    assert not any(abs(peak - 880) < 20 for peak in peaks)


def new_file(output: Path, label: str) -> Path:
    lines = manifest(output)
    (new,) = [each["output"] for each in lines if each["copy"] == 0 and each["label"] == label]
    return output / new


@pytest.mark.parametrize("form", ["streamed", "large"])
def test_sounds_whose_head_does_not_tell_their_size(tmp_path: Path, form: str) -> None:
    plain = sound(8000, 300)
    place = plain.index(b"data")
    body, unknown = plain[place + 8 :], b"\xff\xff\xff\xff"
    if form == "streamed":
        data = b"RIFF" + unknown + plain[8:place] + b"data" + unknown + body
    else:
        sizes = struct.pack("<QQQI", 0, len(body), 0, 0)
        chunk = b"ds64" + struct.pack("<I", len(sizes)) + sizes
        data = b"RF64" + unknown + b"WAVE" + chunk + plain[12:place] + b"data" + unknown + body
    write(tmp_path / "in/a/x.wav", data)
    told = {"kind": "timeseries"}
    summary = run(tmp_path / "in", tmp_path / "out", dataset=told, copies=1, steps=["reverse"])
    assert summary.exit_code == 0
    new = new_file(tmp_path / "out", "a")
    np.testing.assert_array_equal(wavfile.read(new)[1], wavfile.read(io.BytesIO(plain))[1][::-1])


def test_columns_that_are_called_as_quantities_are_no_points_unless_told(tmp_path: Path) -> None:
    rows = "".join(f"{2000 + at},{at % 12},{at * 7 % 31}.5,{at % 3},{at % 5}\n" for at in range(40))
    words = f"year,month,temp,rain,wind\n{rows}"
    with pytest.raises(RecipeError, match=r"called as quantities are: year, month.*`layout: long`"):
        made(tmp_path, "w.csv", words)
    told = {"dataset": {"layout": "wide"}}
    assert len(new_lines(made(tmp_path, "w.csv", words, **told)[1], 41)) == 40
    numbered = f"at 0,at 1,at 2,at 3,at 4\n{rows}"
    assert len(new_lines(made(tmp_path / "b", "w.csv", numbered)[1], 41)) == 40


def test_ids_that_are_there_once_ask_for_a_layout(tmp_path: Path) -> None:
    rows = "".join(f"p{n},{n * 7 % 31}.5,{n * 3 % 11}.25,{n % 5}.5\n" for n in range(12))
    text, dataset = f"who,t0,t1,t2\n{rows}", {"id": "who"}
    with pytest.raises(
        RecipeError, match=r"each of 12 series .*'who'; say `layout: wide` if a row"
    ):
        made(tmp_path, "w.csv", text, dataset=dataset)
    _, data = made(tmp_path, "w.csv", text, dataset=dataset | {"layout": "wide"})
    assert new_lines(data, 13)[0].startswith("p0.aug-000,")


def tailed(rows: int = 40) -> str:
    told = (f"{n // 20},{'walk' if n // 10 % 2 else 'sit'},{n},{n / 7:.4f}" for n in range(rows))
    return "".join(f"{row},{(-1) ** n * n / 9:.5f};\n" for n, row in enumerate(told))


def test_a_mark_that_ends_each_row_is_no_part_of_its_last_number(tmp_path: Path) -> None:
    dataset = {"layout": "long", "id": 0, "time": 2, "point_labels": [1], "header": False}
    windows = {"windows": {"length": 10, "stride": 10}}
    summary, data = made(tmp_path, "raw.csv", tailed(), dataset=dataset | windows)
    assert [count.after for count in summary.counts] == [8]
    assert data.startswith(tailed().encode())
    new = data.decode().splitlines()[40:]
    assert len(new) == 40
    assert all(re.fullmatch(r"\d+,(walk|sit),\d+,-?\d+\.\d{4},-?\d+\.\d{5};", row) for row in new)
    old = [float(row.rpartition(",")[2][:-1]) for row in tailed().splitlines()]
    last = [float(row.rpartition(",")[2][:-1]) for row in new]
    assert all(0 < abs(a - b) < 4 for a, b in zip(last, old, strict=True))


@pytest.mark.parametrize("form", ["wide", "long", "array"])
def test_labels_with_blanks_around_them_are_one_class_and_told(tmp_path: Path, form: str) -> None:
    labels = ["up", " up", "up ", "down"] * 3
    if form == "array":
        buffer = io.BytesIO()
        np.savez(buffer, X=VALUES, y=np.array(labels))
        made_of, name, dataset = buffer.getvalue(), "t.npz", {"label": "y"}
    elif form == "wide":
        rows = (",".join(map("{:.2f}".format, row)) for row in VALUES)
        table = "".join(f"{row},{label}\n" for row, label in zip(rows, labels, strict=True))
        made_of, name, dataset = f"t0,t1,t2,t3,t4,t5,y\n{table}".encode(), "t.csv", {"label": "y"}
    else:
        points = [(n, t, VALUES[n, t], labels[n]) for n in range(12) for t in range(6)]
        table = "".join(f"{n},{t},{v:.2f},{y}\n" for n, t, v, y in points)
        made_of = f"id,t,v,y\n{table}".encode()
        name, dataset = "t.csv", {"layout": "long", "id": "id", "time": "t", "label": "y"}
    summary, _ = made(tmp_path, name, made_of, dataset=dataset, copies=0, balance={"target": "max"})
    assert {(count.label, count.after) for count in summary.counts} == {("up", 9), ("down", 9)}
    told = "labels 'up' are there with blanks around them and without: one class each"
    assert told in summary.notes


def test_rows_whose_points_are_hardly_alike_may_be_features(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(size=(40, 12)) * np.arange(1, 13)
    kept = {}
    for name, values in (("features", noise), ("series", noise.cumsum(axis=1))):
        buffer = io.BytesIO()
        np.savez(buffer, X=values, y=np.array(["a", "b"] * 20))
        dataset = {"label": "y"}
        summary, _ = made(tmp_path / name, "t.npz", buffer.getvalue(), dataset=dataset)
        kept[name] = [note for note in summary.notes if "12 features" in note]
    assert len(kept["features"]) == 1
    assert "`kind: tabular`" in kept["features"][0]
    assert not kept["series"]
    summary, _ = made(tmp_path / "told", "t.npy", npy(noise), dataset={"axes": "nct"})
    assert not any("features" in note for note in summary.notes)


def npy(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


def test_channels_of_a_wide_table_are_told_which_layout_takes_them(tmp_path: Path) -> None:
    rows = [f"{n},{n * 0.5},{n % 3}.25,{1 - n % 2},{'ab'[n % 2]}" for n in range(12)]
    text = "\n".join(["id,t0,t1,t2,y", *rows, ""])
    dataset = {"label": "y", "channels": ["t1", "t2"]}
    made(tmp_path, "w.csv", text, dataset=dataset)
    (reason,) = failures(tmp_path / "out").values()
    assert "its label changes" in reason
    assert "`layout: wide`" in reason
    summary, data = made(tmp_path / "b", "w.csv", text, dataset=dataset | {"layout": "wide"})
    assert summary.exit_code == 0
    assert all(line.split(",")[1] == f"{n * 0.5}" for n, line in enumerate(new_lines(data, 13)))


def test_names_with_digits_are_known_by_one_that_the_recipe_has(tmp_path: Path) -> None:
    rows = [f"{','.join(map(str, row))},{'ab'[n % 2]}" for n, row in enumerate(VALUES)]
    text = "\n".join(["0,1,2,3,4,5,kind", *rows, ""])
    summary, data = made(tmp_path, "p.csv", text, dataset={"label": "kind"})
    assert {each.label: each.before for each in summary.counts} == {"a": 6, "b": 6}
    assert data.startswith(text.encode())
    with pytest.raises(RecipeError, match="has no column 'sort'"):
        made(tmp_path / "b", "p.csv", text, dataset={"label": "sort"})
