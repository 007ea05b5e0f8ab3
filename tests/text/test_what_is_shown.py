"""What people see of new texts: old words beside new ones, and lines that run to the left."""

from __future__ import annotations

from pathlib import Path

from helpers import augment, run, write
from PIL import ImageFont

from augcli.text.preview import _lacking, _placed

CAPTION = "    random_swap+random_delete: "


def test_explain_tells_what_went_and_what_came(tmp_path: Path) -> None:
    source = write(tmp_path / "t.csv", "text,y\nbig old dogs run,a\nno cats sleep here,b\n")
    told = {"kind": "text", "text": "text"}
    steps = [{"case": {"form": "upper"}}]
    run(source, tmp_path / "out", dataset=told, copies=1, steps=steps)
    shown = augment("explain", tmp_path / "out/t.csv", 2).stdout
    assert "  text: [-big-]{+BIG+} [-old-]{+OLD+} [-dogs-]{+DOGS+} [-run-]{+RUN+}" in shown
    assert "text:" not in augment("explain", tmp_path / "out/t.csv", 0).stdout
    (tmp_path / "out/run.json").unlink()
    assert augment("explain", tmp_path / "out/t.csv", 2).returncode == 0


def test_explain_tells_it_of_a_text_in_its_own_file(tmp_path: Path) -> None:
    write(tmp_path / "in/a/1.txt", "big old dogs run")
    told = {"kind": "text", "format": "folders"}
    run(
        tmp_path / "in",
        tmp_path / "out",
        dataset=told,
        copies=1,
        steps=[{"case": {"form": "upper"}}],
    )
    (made,) = (tmp_path / "out").rglob("*.aug-000.txt")
    assert "[-big-]{+BIG+}" in augment("explain", made).stdout


def test_hebrew_and_arabic_run_to_the_left() -> None:
    font = ImageFont.load_default(size=15)
    for line, leftward in (("זה סרט טוב", True), ("هذا فيلم جيد", True), ("a good film", False)):
        places = [x for _, _, x, _ in _placed([(CAPTION, "faint"), (line, "same")], font)]
        assert (places == sorted(places, reverse=True)) == leftward
        assert (places == sorted(places)) != leftward


def test_scripts_that_the_font_has_no_signs_for_are_told() -> None:
    font = ImageFont.load_default(size=15)
    assert list(_lacking([[("plain words", "same")]], font)) == []
    ((text, fate),) = next(_lacking([[("好 film", "same"), ("ไทย", "gone")]], font))
    assert "THAI, CJK" in text
    assert fate == "same"


def test_a_word_wider_than_a_sheet_is_broken() -> None:
    font, url = ImageFont.load_default(size=15), f"https://example.org/{'path' * 50}"
    line = [(CAPTION, "faint"), (f"see {url} there", "same")]
    places = list(_placed(line, font))
    assert "".join(word for word, *_ in places) == f"{CAPTION}see {url} there"
    assert all(x + font.getlength(word.strip()) <= 1000 for word, _, x, _ in places)
