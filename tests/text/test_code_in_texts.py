"""Code and marks of prompts in texts of several lines stay as they are, whatever a step does."""

from __future__ import annotations

import pytest
from test_texts_as_people_write_them import STEPS, copies
from text_samples import document

from augcli.text.markdown import code_in

ABOUT, MORE = "the good teacher showed the class this code", "the class was happy about a big story"
CODE = [
    '```python\nprint("good film")\n\nfor big in list:\n    watch(big)\n```\n',
    "  ~~~\n  good film in a big house\n  ~~~\n",
    "> ```\n> good film\n> ```\n",
    "````md\n```\ngood film\n```\n````\n",
    "    a good film and a big house\n\n    return the small story\n",
    "\tgood film = big story\n",
    '[good film]: http://example.org/y "big house"\n[1]: <story.html>\n',
    "<pre class=big>\ngood film\n\nbig story</pre>\n",
]
INLINE = [
    *(
        "``good film with ` tick``",
        "```good film```",
        "[the big film][good story]",
        "[[good film]]",
    ),
    *('[a good film](film.html "big house")', "#{order_id}", "%{good_film}", "@@user@@", "%GOOD%"),
    *("<|im_start|>user\n", "<|endoftext|>", "<|start_header_id|>user<|end_header_id|>", "<<SYS>>"),
    *("<start_of_turn>model\n", "<code>good film</code>", "<｜User｜>", "$$big$$", "[/INST]"),
    *("{{{big}}}", "{{{{raw}}}}", "${{ good.house }}", "{big good}", "{0, number, big}"),
    "{count, plural, one {big house} other {# {size, select, great {big} other {good}} houses}}",
    *("$t(good.house)", "$(good house)", "%-10s", "%05.2f", "%ld", "[^1]", "[^big]"),
    *(r"\frac{big}{good}", r"\(big + good\)", r"\[big film\]", "$x + big$", "$$big + film$$"),
    *("<?php good film ?>", "<#if big>", "[% big film %]", "*|BIG FILM|*", "<<big film>>"),
    *("{{ big\n good }}", "{{cite web|title=" + "A very big house " * 9 + "}}", "$[[ big film ]]"),
    *(r"\n", r"\nbig", r"\textbf", r"\u00e9", "```python\ngood film\n\nbig story\n```"),
]


@pytest.mark.parametrize("step", [*STEPS, "sentence_shuffle", "random_insert", "keyboard_typos"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_code_of_several_lines_stays(step: str, end: str) -> None:
    told = STEPS.get(step, {})
    for code in CODE:
        for text in (
            f"{ABOUT}. It is.\n\n{code}\n{MORE}. It is good.",
            f"{ABOUT}. It is.\n\n{code}",
        ):
            whole = text.replace("\n", end)
            made = copies(whole, step, **told)
            assert any(each != whole for each in made)
            for each in made:
                lines = f"\n{each}\n".replace("\r\n", "\n")
                assert f"\n{code}" in lines, f"{each!r} of {whole!r}"


@pytest.mark.parametrize("step", [*STEPS, "random_insert"])
def test_code_and_marks_within_a_line_stay(step: str) -> None:
    for kept in INLINE:
        made = copies(
            f"the good film {kept} was a great big story for me", step, **STEPS.get(step, {})
        )
        assert all(kept in each for each in made), kept


@pytest.mark.parametrize("end", ["", "\n```\nand a big film", "\n```"])
def test_code_that_begins_within_a_line_may_stay_open(end: str) -> None:
    text = f"see the film: ```python\ngood big story{end}"
    free = {word.text for word in document(text).words if word.free}
    assert free == {"see", "the", "film", *(["and", "a", "big"] if "and" in end else [])}


def test_a_name_that_a_link_leads_to_stays() -> None:
    text = f"{ABOUT} of [Good film] and so on\n\n[good film]: http://example.org\n"
    assert "film" not in {word.text for word in document(text.replace("Good", "good")).words}


@pytest.mark.parametrize(
    "text",
    [
        "the good film\nwas a big story\n\nand the house was small",
        "1. a good film\n\n    and more of the same point",
        "    a poem of which\n    all lines are indented",
        "`` a good film '' was `` big ''",
        "see [a good film] here: it is",
        "a good film for $5 and all the same for $6, or $7-$8, or 9$ and 10$",
        "a ```film``` is good\nand the same ```story``` was good",
        "{ a good film\n and more of the same }",
    ],
)
def test_plain_lines_are_no_code(text: str) -> None:
    assert not list(code_in(text))
    assert {"good", "film", "all", "same"} & {w.text for w in document(text).words if w.free}
