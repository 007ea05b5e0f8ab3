"""What people see of new texts: old words beside new ones, and lines that run to the left."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import augment, run, write
from PIL import ImageFont

from augcli.figures.scripts import from_left, runs_left, stood_in
from augcli.text.preview import _lacking, _placed


class EverySign:
    """A font that has a sign for everything, all of them of one width."""

    def getlength(self, text: str) -> float:
        return 8.0 * len(text)

    def getmask(self, text: str) -> bytes:
        return text.encode()


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


@pytest.mark.parametrize(
    ("line", "from_the_left"),
    [
        ("a good film", "a good film"),
        ("זה סרט טוב", "טוב סרט זה"),
        ("هذا فيلم جيد", "جيد فيلم هذا"),
        ("זה סרט טוב the new film מאוד טוב", "טוב מאוד the new film טוב סרט זה"),
        ("he said שלום עולם twice", "he said עולם שלום twice"),
        ("שנת 1999 סרט", "סרט 1999 שנת"),
    ],
)
def test_words_stand_as_their_scripts_run(line: str, from_the_left: str) -> None:
    words = line.split()
    order = from_left(words, leftward=bool(runs_left(line)))
    assert " ".join(words[number] for number in order) == from_the_left


def test_lines_of_a_script_that_runs_to_the_left_begin_at_the_right() -> None:
    font = EverySign()
    for line, leftward in (("זה סרט טוב", True), ("هذا فيلم جيد", True), ("a good film", False)):
        places = [x for _, _, x, _ in _placed([(CAPTION, "faint"), (line, "same")], font)]
        assert (places == sorted(places, reverse=True)) == leftward
        assert (places == sorted(places)) != leftward


def test_letters_that_join_stay_together() -> None:
    placed = _placed([("فيلم กรุงเทพ हिन्दी 手机", "same")], EverySign())
    drawn = [word.strip() for word, *_ in placed if word.strip()]
    assert drawn == ["فيلم", "กรุงเทพ", "हिन्दी", "手", "机"]


def test_a_word_names_the_script_of_what_cannot_be_drawn() -> None:
    font = ImageFont.load_default(size=15)
    assert stood_in("see 好 手机 and ไทย, I 😀", font) == "see [cjk] and [thai] I [emoji]"
    assert stood_in("train/手机/1.png", font) == "train/[cjk]/1.png"
    assert stood_in("plain [words] [words]", font) == "plain [words] [words]"


def test_letters_that_are_decomposed_or_lack_a_sign_are_plain_ones() -> None:
    font = ImageFont.load_default(size=15)
    assert stood_in("cafe\u0301 ö", font) == "cafe o"
    assert stood_in("e\u0301t\u0301", EverySign()) == "ét\u0301"


def test_scripts_that_the_font_has_no_signs_for_are_told() -> None:
    font = ImageFont.load_default(size=15)
    assert list(_lacking([[("plain words", "same")]], font)) == []
    ((text, fate),) = next(_lacking([[("好 film", "same"), ("ไทย", "gone")]], font))
    assert "THAI, CJK" in text
    assert fate == "same"
    many = "ไทย سلام שלום привет हिन्दी γειά 好 안녕 😀"
    ((text, _),) = next(_lacking([[(many, "same")]], font))
    assert "CJK, HANGUL, EMOJI: install" in text


def test_a_word_wider_than_a_sheet_is_broken() -> None:
    font, url = ImageFont.load_default(size=15), f"https://example.org/{'path' * 50}"
    line = [(CAPTION, "faint"), (f"see {url} there", "same")]
    places = list(_placed(line, font))
    assert "".join(word for word, *_ in places) == f"{CAPTION}see {url} there"
    assert all(x + font.getlength(word.strip()) <= 1000 for word, _, x, _ in places)
