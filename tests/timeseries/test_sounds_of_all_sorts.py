"""FLAC and OGG beside WAV, and tables that tell the classes of sounds."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from helpers import augment, failures, manifest, run, tree, write

from augcli.dataset.formats import formats_of
from augcli.errors import RecipeError
from augcli.kind import Kind
from augcli.timeseries.formats.base import SeriesFormat
from augcli.timeseries.formats.sound import numbered
from augcli.timeseries.kind import KIND

RATE = 8000
TONE = np.sin(np.arange(2000) * 2 * np.pi * 440 / RATE) / 2
STEPS: list[Any] = [{"gain": {"db": 6}}]


def sound(form: str, seed: int = 0, **told: Any) -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(seed).normal(size=len(TONE)) / 50
    soundfile.write(file, TONE + noise, RATE, format=form, **told)
    return file.getvalue()


def again(folder: Path) -> None:
    """See that a replay makes the same."""
    done = augment("replay", folder / "out", "-o", folder / "again")
    assert done.returncode == 0, done.stderr
    made = tree(folder / "again")
    assert made
    assert made.items() <= tree(folder / "out").items()


@pytest.mark.parametrize(
    ("form", "end", "told"),
    [
        ("FLAC", ".flac", {"subtype": "PCM_24"}),
        ("FLAC", ".flac", {"subtype": "PCM_16"}),
        ("OGG", ".ogg", {"subtype": "VORBIS"}),
    ],
)
def test_new_sounds_are_as_their_source(
    tmp_path: Path, form: str, end: str, told: dict[str, Any]
) -> None:
    source = write(tmp_path / f"in/a/one{end}", sound(form, **told))
    write(tmp_path / "in/b/two.wav", sound("WAV", 1))
    run(tmp_path / "in", tmp_path / "out", dataset={"kind": "timeseries"}, copies=1, steps=STEPS)
    again(tmp_path)
    outputs = sorted(Path(each["output"]) for each in manifest(tmp_path / "out"))
    assert [each.suffix for each in outputs] == [end, end, ".wav", ".wav"]
    made, old = (tmp_path / "out" / each for each in outputs[:2])
    assert old.read_bytes() == source.read_bytes()
    was, now = soundfile.info(source), soundfile.info(made)
    assert (now.format, now.subtype, now.samplerate, now.frames) == (
        was.format,
        was.subtype,
        was.samplerate,
        was.frames,
    )
    before, _ = soundfile.read(source)
    after, _ = soundfile.read(made)
    error = np.abs(after - np.clip(before * 10 ** (6 / 20), -1, 1))
    assert error.max() < (0.1 if form == "OGG" else 1e-4)


def test_pages_of_ogg_are_numbered_and_checked() -> None:
    data = sound("OGG")
    assert numbered(numbered(data, 7), int.from_bytes(data[14:18], "little")) == data
    made = numbered(data, 7)
    assert made[14:18] == (7).to_bytes(4, "little")
    assert np.array_equal(*(soundfile.read(io.BytesIO(each))[0] for each in (data, made)))


@pytest.mark.parametrize("end", [".flac", ".ogg"])
def test_a_damaged_sound_is_a_failure(tmp_path: Path, end: str) -> None:
    form = end[1:].upper()
    write(tmp_path / f"in/a/good{end}", sound(form))
    write(tmp_path / f"in/a/bad{end}", sound(form)[:40])
    told = {"kind": "timeseries"}
    run(tmp_path / "in", tmp_path / "out", dataset=told, copies=1, steps=STEPS, max_failures=1)
    assert set(failures(tmp_path / "out")) == {f"a/bad{end}"}


def heard(path: Path) -> set[int]:
    """Return the frequencies that are loud in a sound, in hertz."""
    sound, rate = soundfile.read(path)
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    loud = np.flatnonzero(power > power.max() / 50) * rate / len(sound)
    return {round(float(each) / 20) * 20 for each in loud}


MIXED = [{"mixup": {"weight": 0.5}}, {"frequency_mix": {"share": 1}}]


@pytest.mark.parametrize("form", ["WAV", "FLAC"])
@pytest.mark.parametrize("step", MIXED, ids=lambda each: next(iter(each)))
@pytest.mark.parametrize(
    ("one", "two"),
    [((16000, 1), (8000, 2)), ((8000, 1), (8000, 2)), ((22050, 1.5), (8000, 0.6))],
    ids=["rates", "lengths", "both"],
)
def test_partners_of_other_lengths_keep_their_pitch(
    tmp_path: Path, form: str, step: Any, one: tuple[int, float], two: tuple[int, float]
) -> None:
    for hertz, (rate, seconds) in ((300, one), (440, two)):
        tone = np.sin(np.arange(int(rate * seconds)) * 2 * np.pi * hertz / rate) / 2
        path = write(tmp_path / f"in/a/{hertz}.{form.lower()}", "")
        soundfile.write(path, tone, rate, format=form)
    told = {"kind": "timeseries"}
    run(tmp_path / "in", tmp_path / "out", dataset=told, copies=1, steps=[step])
    both = {300, 440} if "mixup" in step else set[int]()
    made = {hertz: heard(next((tmp_path / "out").rglob(f"{hertz}.aug*"))) for hertz in (300, 440)}
    assert made == {300: both or {440}, 440: both or {300}}
    again(tmp_path)


unlike_channels = pytest.mark.parametrize(("own", "others"), [(2, 1), (1, 2), (3, 2)])


def voice_and_hum(folder: Path, own: int, others: int, points: int = 4000) -> tuple[Any, Any]:
    """Write two sounds with so many channels each, and return them."""
    time = np.arange(points) / RATE * 2 * np.pi
    voice = np.array([np.sin(300 * (1 + channel) * time) / 4 for channel in range(own)])
    hum = np.array([np.sin(1000 * (1 + channel) * time) / 4 for channel in range(others)])
    for name, channels in (("voice", voice), ("hum", hum)):
        path = write(folder / f"{name}/a.wav", "")
        soundfile.write(path, channels.T, RATE, subtype="FLOAT")
    return voice, hum


@unlike_channels
def test_a_partner_is_mixed_into_all_channels(tmp_path: Path, own: int, others: int) -> None:
    voice, hum = voice_and_hum(tmp_path / "in", own, others)
    step = {"mixup": {"weight": 0.25, "partner": "any", "only": ["voice"]}}
    told = {"kind": "timeseries"}
    summary = run(tmp_path / "in", tmp_path / "out", dataset=told, copies=1, steps=[step])
    assert not [note for note in summary.notes if note.startswith("mixup")]
    made, _ = soundfile.read(next((tmp_path / "out").rglob("voice/a.aug*")), always_2d=True)
    np.testing.assert_allclose(made.T, 0.75 * voice + 0.25 * hum.mean(axis=0), atol=1e-6)
    again(tmp_path)


ALIGNING: list[dict[str, Any]] = [
    *({name: {}} for name in ("frequency_mix", "spawner", "dtw_barycenter")),
    {"smote": {"weight": 0.5}},
    {"guided_warp": {"teacher": "discriminative"}},
]


@pytest.mark.parametrize("step", ALIGNING, ids=lambda each: next(iter(each)))
def test_mono_and_stereo_are_partners(tmp_path: Path, step: dict[str, Any]) -> None:
    sides = voice_and_hum(tmp_path / "all", 2, 1, 300)
    for name in ("voice", "hum"):
        path = write(tmp_path / f"in/a/{name}.wav", "")
        path.write_bytes((tmp_path / f"all/{name}/a.wav").read_bytes())
    told = {"kind": "timeseries"}
    summary = run(tmp_path / "in", tmp_path / "out", dataset=told, copies=1, steps=[step])
    assert not [note for note in summary.notes if note.startswith(next(iter(step)))]
    for name, side in zip(("voice", "hum"), sides, strict=True):
        made, _ = soundfile.read(next((tmp_path / "out").rglob(f"{name}.aug*")), always_2d=True)
        assert made.T.shape == side.shape
        assert np.abs(made.T - side).max() > 0.01
    again(tmp_path)


@unlike_channels
def test_a_background_is_heard_in_all_channels(tmp_path: Path, own: int, others: int) -> None:
    voice, hum = voice_and_hum(tmp_path / "in", own, others)
    step = {"mix_background": {"background": ["hum"], "snr_db": 0, "only": ["voice"]}}
    told = {"kind": "timeseries"}
    summary = run(tmp_path / "in", tmp_path / "out", dataset=told, copies=1, steps=[step])
    assert not [note for note in summary.notes if note.startswith("mix_background")]
    made, _ = soundfile.read(next((tmp_path / "out").rglob("voice/a.aug*")), always_2d=True)
    (line,) = [each for each in manifest(tmp_path / "out") if each["partners"]]
    start = int(line["steps"][0]["params"]["start"] * voice.shape[1])
    under = np.roll(np.mean(hum, axis=0), -start)
    under *= np.sqrt(np.mean(np.square(voice)) / np.mean(np.square(under)))
    np.testing.assert_allclose(made.T, voice + under, atol=1e-6)
    again(tmp_path)


def labelled(folder: Path, table: str) -> Path:
    """Write four sounds in one folder, and a table of their classes in another."""
    for number, name in enumerate(("1-a", "2-b", "3-c", "4-d")):
        write(folder / f"in/audio/{name}.wav", sound("WAV", number))
    write(folder / "in/meta/list.csv", table)
    return folder / "in"


TABLE = "filename,fold,category\n1-a.wav,1,dog\n2-b.wav,1,rain\n3-c.wav,1,dog\n4-d.wav,5,dog\n"
TOLD = {"kind": "timeseries", "labels": "meta/list.csv", "file": "filename", "label": "category"}


@pytest.mark.parametrize(
    "paths", [TABLE, TABLE.replace(".wav", ""), TABLE.replace("\n", "\naudio/", 4)]
)
def test_a_table_tells_the_classes_of_sounds(tmp_path: Path, paths: str) -> None:
    source = labelled(tmp_path, paths)
    result = run(
        source, tmp_path / "out", dataset=TOLD, copies=0, balance={"target": "max"}, steps=STEPS
    )
    assert {each.label: (each.before, each.after) for each in result.counts} == {
        "dog": (3, 3),
        "rain": (1, 3),
    }
    again(tmp_path)
    told = {each["source"]: each["label"] for each in manifest(tmp_path / "out")}
    assert told["audio/2-b.wav"] == "rain"


def test_one_row_is_not_of_several_files(tmp_path: Path) -> None:
    source = labelled(tmp_path, TABLE)
    write(source / "other/1-a.wav", sound("WAV", 9))
    told = {"dataset": TOLD, "copies": 1, "steps": STEPS}
    with pytest.raises(RecipeError, match=r"'1-a.wav' may be any of audio/1-a.wav, other/1-a.wav"):
        run(source, tmp_path / "out", **told)
    rows = TABLE.replace("1-a", "audio/1-a") + "other/1-a.wav,2,bell\n"
    write(source / "meta/list.csv", rows)
    counts = run(source, tmp_path / "out", **told).counts
    assert {each.label: each.before for each in counts} == {"dog": 3, "rain": 1, "bell": 1}


def test_a_table_tells_splits_and_new_classes_are_noticed(tmp_path: Path) -> None:
    source = labelled(
        tmp_path, TABLE.replace("fold", "split").replace(",1,", ",train,").replace(",5,", ",test,")
    )
    told = TOLD | {"split": "split"}
    result = run(source, tmp_path / "out", dataset=told, copies=1, steps=STEPS)
    assert {(e.split, e.label): e.after - e.before for e in result.counts} == {
        ("train", "dog"): 2,
        ("train", "rain"): 1,
        ("test", "dog"): 0,
    }
    table = source / "meta/list.csv"
    write(table, table.read_text().replace(",rain", ",bell"))
    result = run(source, tmp_path / "out", dataset=told, copies=1, steps=STEPS)
    assert "bell" in {each.label for each in result.counts}


@pytest.mark.parametrize(
    ("table", "changes", "why"),
    [
        (
            TABLE.replace("3-c.wav", "5-e.wav"),
            {},
            "no row of 1 of 4 files, such as audio/3-c",
        ),
        (TABLE.replace("3-c.wav", "3-C.WAV"), {}, r"audio/3-c.wav \(it has '3-C.WAV'\)"),
        (TABLE, {"file": "file_name"}, "did you mean 'filename'"),
        (TABLE, {"label": "klass"}, "has no column 'klass'"),
        (TABLE, {"labels": "../list.csv"}, "there is no file '../list.csv'"),
        (TABLE + "1,2\n", {}, "line 6 has 2 cells instead of 3"),
    ],
)
def test_a_table_that_does_not_tell(
    tmp_path: Path, table: str, changes: dict[str, Any], why: str
) -> None:
    source = labelled(tmp_path, table)
    with pytest.raises(RecipeError, match=why):
        run(source, tmp_path / "out", dataset=TOLD | changes, copies=1, steps=STEPS)


def test_sounds_without_a_split_are_failures_and_the_rest_is_done(tmp_path: Path) -> None:
    table = TABLE.replace("fold", "split").replace(",1,", ",train,").replace(",5,", ", ,")
    source = labelled(tmp_path, table)
    told = TOLD | {"split": "split"}
    result = run(source, tmp_path / "out", dataset=told, copies=1, steps=["reverse"])
    assert failures(tmp_path / "out") == {"audio/4-d.wav": "there is no split"}
    assert result.exit_code == 3
    assert {each["source"] for each in manifest(tmp_path / "out")} == {
        "audio/1-a.wav",
        "audio/2-b.wav",
        "audio/3-c.wav",
    }
    again(tmp_path)


BARE = [
    (form.name, end)
    for form in formats_of(SeriesFormat).values()
    if form.is_bare
    for end in form.extensions
]


@pytest.mark.parametrize(("form", "end"), BARE)
def test_a_table_of_files_that_nobody_names_is_asked_about(
    tmp_path: Path, form: str, end: str
) -> None:
    for name in "abcd":
        write(tmp_path / f"in/{name}{end}", "not read")
    rows = "".join(f"{name}{end},{name}\n" for name in "abcd")
    write(tmp_path / "in/meta.csv", f"name,class\n{rows}")
    with pytest.raises(RecipeError, match=r"meta\.csv is a table of these files"):
        dataset = {"kind": "timeseries", "format": form}
        run(tmp_path / "in", tmp_path / "out", dataset=dataset, steps=STEPS)


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG"])
def test_what_another_library_writes_is_made_again_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    write(tmp_path / f"in/train/a/one.{form.lower()}", sound(form))
    told: Any = {"dataset": {"kind": "timeseries"}, "copies": 1, "steps": STEPS}
    assert run(tmp_path / "in", tmp_path / "out", **told).made == 2
    here = KIND.versions()
    monkeypatch.setattr(Kind, "versions", lambda _: here | {"soundfile": "of another day"})
    assert run(tmp_path / "in", tmp_path / "out", **told).made == (form != "WAV")
    assert "soundfile" in here
