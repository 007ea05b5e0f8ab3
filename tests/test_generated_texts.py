"""New texts by programs of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from helpers import (
    augment,
    failures,
    manifest,
    run,
    tree,
    write,
)
from test_generate import ROOT, texts, told_of

PHRASES = "python phrases.py phrases.tsv"

FALLS = """
import json, os, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked["text"] == "deadly" and not os.path.exists("well"):
        sys.exit("the end")
    answer = {"id": asked["id"], "text": f"{asked['text']} {asked['seed']}"}
    print(json.dumps(answer), flush=True)
"""


def new_texts(output: Path) -> list[str]:
    return [line.split(",")[0] for line in (output / "train.csv").read_text().splitlines()[1:]]


def test_back_translation_by_a_table_of_phrases(tmp_path: Path) -> None:
    lines = ["a very funny movie with 3 actors", "not so good but never dull"]
    data, out = texts(tmp_path, lines), tmp_path / "out"
    run(data.parent, out, **told_of(PHRASES))
    made = new_texts(out)
    assert made[:2] == lines
    assert len({*made}) == 6
    assert all("3" in text and text.endswith(("actors", "performers")) for text in made[2:4])
    before = tree(out)
    answers = {each.name for each in (out / ".augment/generated").iterdir()}
    write(tmp_path / "phrases.py", "")  # who asks it gets no answer
    assert augment("replay", out, "-o", tmp_path / "again").returncode == 0
    shutil.copy(ROOT / "recipes/phrases.py", tmp_path)
    run(data.parent, out, force=True, **told_of(PHRASES))
    assert tree(out) == before
    assert {each.name for each in (out / ".augment/generated").iterdir()} == answers


REASONS = [
    "`python odd.py`: no words for that",
    "`python odd.py` answers no text, or one that is empty or too long",
    """said '{"id": "of another", """,
    "said 'loading the model', which is no answer to",
    "`python odd.py` lost '17', which must stay",
    "`python odd.py` ended (exit code 1): the end",
    "`python odd.py` took longer than 0.45 s",
]


def test_what_is_no_answer_costs_its_text(tmp_path: Path) -> None:
    odd = ["unable", "empty", "other", "chatty", "lossy 17", "deadly", "slow"]
    data = texts(tmp_path, ["a fine text", *odd, "another fine text"])
    run(data.parent, tmp_path / "out", **told_of("python odd.py", timeout=0.5, copies=1))
    new = [text for text in new_texts(tmp_path / "out") if text.startswith("said")]
    assert new == ["said a fine text", "said another fine text"]
    told = list(failures(tmp_path / "out").values())
    assert len(told) == len(odd)
    for reason, part in zip(told, REASONS, strict=True):
        assert part in reason


def test_texts_that_a_program_was_lost_on_are_tried_again(tmp_path: Path) -> None:
    data, out = texts(tmp_path, ["a fine text", "deadly", "another"]), tmp_path / "out"
    write(tmp_path / "falls.py", FALLS)
    told = told_of("python falls.py")
    run(data.parent, out, **told)
    assert len(new_texts(out)) == 3 + 4
    (reason,) = failures(out).values()
    assert "ended (exit code 1): the end" in reason
    write(tmp_path / "well", "")
    run(data.parent, out, **told)
    run(data.parent, tmp_path / "whole", **told)
    assert len(new_texts(out)) == 3 + 6
    assert failures(out) == {}
    assert tree(out) == tree(tmp_path / "whole")


def test_a_file_that_a_program_was_lost_on_keeps_its_text(tmp_path: Path) -> None:
    for name, text in (("fine", "a fine text"), ("last", "deadly")):
        write(tmp_path / f"in/train/a/{name}.txt", text)
    write(tmp_path / "falls.py", FALLS)
    dataset = {"kind": "text", "format": "folders"}
    told = told_of("python falls.py") | {"dataset": dataset}
    run(tmp_path / "in", tmp_path / "out", **told)
    names = [each["output"] for each in manifest(tmp_path / "out")]
    assert names == [f"train/a/{e}.txt" for e in ("fine", "fine.aug-000", "fine.aug-001", "last")]
    assert "the end" in failures(tmp_path / "out")["train/a/last.txt"]
    write(tmp_path / "well", "")
    run(tmp_path / "in", tmp_path / "out", **told)
    assert len(manifest(tmp_path / "out")) == 6
    assert failures(tmp_path / "out") == {}
