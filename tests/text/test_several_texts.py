"""Samples of several texts: pairs, chats, words with tags; what is not to be edited stays."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from helpers import augment, run, write
from hypothesis import given
from hypothesis import strategies as st

from augcli.draws import Draws
from augcli.errors import RecipeError
from augcli.text.formats.tagged import aligned, runs, spans_of_runs
from augcli.text.language.lexicon import Lexicon
from augcli.text.transforms.words import RandomDelete, RandomSwap
from augcli.text.words import Document, Reading

CHAT = (
    '{"id": 7, "messages": [ {"role":"system","content":"Be brief \\u2013 please do be brief."},\n'
    ' {"content": "who wrote the third of these letters", "role": "user"},'
    '{"role": "assistant", "content": "Ada wrote it in the year of the flood", "weight": 0.50}, '
    '{"role": "user", "content": [{"type": "image", "url": "a.png"},'
    ' {"type": "text", "text": "and when did she send it out"}]}]}'
).replace("\n", "")
STEPS: list[Any] = [{"random_swap": {"alpha": 0.3}}]


def made(folder: Path, source: Path, steps: list[Any] = STEPS, **dataset: Any) -> Path:
    """Run, see that a replay and a verification agree, and return the output."""
    told = {"kind": "text", **dataset}
    run(source, folder / "out", dataset=told, copies=2, steps=steps)
    done = augment("replay", folder / "out", "-o", folder / "again")
    assert done.returncode == 0, done.stderr
    for path in (folder / "again").glob("*.*"):
        assert path.read_bytes() == (folder / "out" / path.name).read_bytes()
    return folder / "out" / source.name


def test_only_turns_of_named_roles_are_edited(tmp_path: Path) -> None:
    source = write(tmp_path / "t.jsonl", CHAT + "\n")
    first, *new = made(tmp_path, source, roles=["user"]).read_text().splitlines()
    assert first == CHAT
    assert len(new) == 2
    for line in new:
        undone = line
        chat = json.loads(line)["messages"]
        said = [chat[1]["content"], chat[3]["content"][1]["text"]]
        was = ["who wrote the third of these letters", "and when did she send it out"]
        assert said[0] != was[0] and said[1] != was[1]
        for after, before in zip(said, was, strict=True):
            assert sorted(after.split()) == sorted(before.split())
            undone = undone.replace(json.dumps(after), json.dumps(before))
        assert undone == CHAT


def test_chats_in_parquet_and_by_other_names(tmp_path: Path) -> None:
    turns = [{"from": "human", "value": "tell me of the old town"}, {"from": "gpt", "value": "no"}]
    source = tmp_path / "t.parquet"
    frame = pl.DataFrame({"n": [1], "conversations": [turns]})
    frame.write_parquet(source)
    after = pl.read_parquet(made(tmp_path, source, roles=["human"]))
    assert after.schema == frame.schema
    assert after[:1].equals(frame)
    for _, chat in after[1:].iter_rows():
        assert chat[1] == turns[1]
        assert sorted(chat[0]["value"].split()) == sorted(turns[0]["value"].split())
        assert chat[0]["value"] != turns[0]["value"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "say whose turns are edited"),
        ({"roles": ["usr"]}, "did you mean 'user'"),
        ({"roles": ["user"], "spans": "id"}, "`spans` means nothing where the text is a list"),
        ({"text": "id", "roles": ["user"]}, "`roles` means nothing where the text is no list"),
    ],
)
def test_a_chat_that_is_not_told_right(tmp_path: Path, told: dict[str, Any], why: str) -> None:
    source = write(tmp_path / "t.jsonl", CHAT + "\n")
    with pytest.raises(RecipeError, match=why):
        run(source, tmp_path / "out", dataset={"kind": "text", **told}, copies=1, steps=STEPS)


PAIRS = {
    "premise": ["a man plays the old guitar at night", "two dogs run over the green hill"],
    "hypothesis": ["someone makes music in the dark", "some animals are asleep in a house"],
}


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_pairs_are_edited_each_by_itself(tmp_path: Path, form: str) -> None:
    frame = pl.DataFrame({"n": [1, 2], **PAIRS, "label": ["neutral", "no"]})
    data = io.BytesIO()
    {"csv": frame.write_csv, "jsonl": frame.write_ndjson, "parquet": frame.write_parquet}[form](
        data
    )
    source = write(tmp_path / f"t.{form}", data.getvalue())
    path = made(tmp_path, source, text=["hypothesis", "premise"], label="label")
    read = {"csv": pl.read_csv, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}[form]
    after = read(path)
    assert after[:2].equals(frame)
    for number, premise, hypothesis, label in after[2:].iter_rows():
        assert label == ["neutral", "no"][number - 1]
        for key, text in (("premise", premise), ("hypothesis", hypothesis)):
            was = PAIRS[key][number - 1]
            assert sorted(text.split()) == sorted(was.split())
        assert [premise, hypothesis] != [PAIRS[key][number - 1] for key in PAIRS]


SENTENCE = "Ada Lovelace wrote a long letter to Mary in London , and sent it late"
WORDS = SENTENCE.split()
TAGS = ["B-PER", "I-PER", *"OOOOO", "B-PER", "O", "B-LOC", *"OOOOO"]
PARTS = [f"p{number}" for number in range(len(WORDS))]
HEAVY: list[Any] = [
    {"synonym_replace": {"alpha": 0.5}},
    {"random_delete": {"alpha": 0.3}},
    {"random_swap": {"alpha": 0.3}},
    {"aeda": {}},
    {"char_drop": {"fraction": 0.2}},
]


def held(words: list[str], tags: list[Any], parts: list[Any]) -> None:
    """See that each word with a tag still has it, and each that stayed what is told of it."""
    assert len(words) == len(tags) == len(parts)
    assert [(w, t) for w, t in zip(words, tags, strict=True) if t != "O"] == [
        (w, t) for w, t in zip(WORDS, TAGS, strict=True) if t != "O"
    ]
    of = dict(zip(WORDS, PARTS, strict=True))
    assert {part: word for word, part in zip(words, parts, strict=True) if part not in (None, "_")}
    for word, part in zip(words, parts, strict=True):
        assert part in (of.get(word), None, "_")


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_words_stay_beside_their_tags(tmp_path: Path, form: str) -> None:
    frame = pl.DataFrame({"tokens": [WORDS], "ner": [TAGS], "pos": [PARTS]})
    data = io.BytesIO()
    {"jsonl": frame.write_ndjson, "parquet": frame.write_parquet}[form](data)
    source = write(tmp_path / f"t.{form}", data.getvalue())
    path = made(tmp_path, source, HEAVY, tags="ner")
    after = {"jsonl": pl.read_ndjson, "parquet": pl.read_parquet}[form](path)
    assert after[:1].equals(frame)
    for words, tags, parts in after[1:].iter_rows():
        assert words != WORDS
        held(words, tags, parts)


def test_tags_may_be_numbers_of_which_0_is_none(tmp_path: Path) -> None:
    codes = [0 if tag == "O" else 1 + "BI".index(tag[0]) for tag in TAGS]
    source = write(tmp_path / "t.json", json.dumps([{"tokens": WORDS, "ner_tags": codes}]))
    for line in json.loads(made(tmp_path, source, HEAVY, tags="ner_tags").read_text())[1:]:
        pairs = zip(line["tokens"], line["ner_tags"], strict=True)
        assert [pair for pair in pairs if pair[1]] == [
            pair for pair in zip(WORDS, codes, strict=True) if pair[1]
        ]


@pytest.mark.parametrize("gap", ["\t", " "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["train.txt", "train.tsv", "train.conll"])
def test_a_word_a_line(tmp_path: Path, name: str, gap: str, end: str) -> None:
    lines = [gap.join(each) for each in zip(WORDS, PARTS, TAGS, strict=True)]
    block = end.join(lines) + end
    source = write(tmp_path / name, f"-DOCSTART- -X- O{end}{end}{block}{end}{block}".encode())
    text = made(tmp_path, source, HEAVY).read_bytes().decode()
    assert text.startswith(source.read_bytes().decode())
    document, *sentences = text.rstrip().split(end + end)
    assert document == "-DOCSTART- -X- O"
    assert len(sentences) == 6
    for each in sentences[2:]:
        words, parts, tags = zip(*(line.split(gap) for line in each.split(end)), strict=True)
        held(list(words), list(tags), list(parts))


def test_numbers_of_words_are_counted_anew(tmp_path: Path) -> None:
    lines = [
        "# source 12",
        *(f"{n}\tword{n}\tO\tO" for n in range(1, 5)),
    ]
    source = write(tmp_path / "t.tsv", ("\n".join(lines) + "\n\n") * 3)
    text = made(tmp_path, source, [{"aeda": {}}], text=1, format="conll").read_text()
    for each in text.removeprefix(source.read_text()).rstrip().split("\n\n"):
        rows = [line.split("\t") for line in each.split("\n")]
        assert [int(row[0]) for row in rows] == [*range(1, len(rows) + 1)]
        assert len(rows) > 4


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1\tdogs\tdog\tNOUN\tNNS\t_\t2\tnsubj\t_\t_", "which other one it hangs on"),
        ("dogs\tNOUN", "no word of t.conll has the tag O"),
    ],
)
def test_words_that_may_not_be_edited_are_refused(tmp_path: Path, line: str, why: str) -> None:
    source = write(tmp_path / "t.conll", (f"{line}\n" * 3 + "\n") * 3)
    with pytest.raises(RecipeError, match=why):
        run(source, tmp_path / "out", dataset={"kind": "text"}, copies=1, steps=STEPS)


@pytest.mark.parametrize("unit", ["characters", "utf16", "bytes"])
def test_offsets_count_what_is_told(tmp_path: Path, unit: str) -> None:
    text = "naïve 😀 people of Zürich like very long letters"
    size = {"characters": len, "utf16": lambda t: len(t.encode("utf-16-le")) // 2}.get(
        unit, lambda t: len(t.encode())
    )
    start = size(text[: text.index("Zürich")])
    told = {"text": text, "ents": [[start, start + size("Zürich"), "LOC"]]}
    source = write(tmp_path / "t.jsonl", json.dumps(told, ensure_ascii=False) + "\n")
    path = made(tmp_path, source, HEAVY, text="text", spans="ents", offsets=unit)
    _, *new = map(json.loads, path.read_text().splitlines())
    for each in new:
        ((start, end, label),) = each["ents"]
        before = each["text"].partition("Zürich")[0]
        assert (start, end, label) == (size(before), size(before + "Zürich"), "LOC")


def test_offsets_in_a_character_are_told(tmp_path: Path) -> None:
    lines = [{"text": "ü b c d", "ents": [[1, 3]]}, {"text": "a b c d", "ents": [[0, 1]]}]
    source = write(tmp_path / "t.jsonl", "".join(json.dumps(each) + "\n" for each in lines))
    told = {"kind": "text", "text": "text", "spans": "ents", "offsets": "bytes"}
    run(source, tmp_path / "out", dataset=told, copies=1, steps=STEPS, max_failures=1)
    assert "begins or ends in a character: 1" in (tmp_path / "out/failures.jsonl").read_text()


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("OOB")), min_size=1), st.integers()
)
def test_no_edit_parts_a_word_from_its_tag(pairs: list[tuple[str, str]], seed: int) -> None:
    words, tags = [w for w, _ in pairs], [t for _, t in pairs]
    bound = runs(words, tags)
    document = Document(" ".join(words), Reading(Lexicon(())), spans_of_runs(words, bound))
    for step in (RandomSwap(), RandomDelete.model_validate({"alpha": 0.5})):
        params = step.make_params(Draws(seed).at(step.name), document)
        made = step.apply(document, params)
        found = aligned(words, bound, made.text, made.spans)
        assert found is not None
        assert [word for word, _ in found] == made.text.split()
        tied = [n for run in bound for n in run]
        assert [n for _, n in found if n is not None and tags[n] == "B"] == tied


ANSWERS = {
    "context": ["the old man saw a big red house near the town", "two small dogs run up a hill"],
    "question": ["what did the old man see near the town", "which of them run up a hill today"],
    "answer": ["red house", "small dogs"],
}


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("texts", ["context", ["context", "question"]])
def test_words_of_the_text_stay_whole_and_are_asked_about(
    tmp_path: Path, form: str, texts: str | list[str]
) -> None:
    frame = pl.DataFrame({key: 3 * cells for key, cells in ANSWERS.items()}).with_row_index("n")
    source = tmp_path / f"t.{form}"
    {"csv": frame.write_csv, "jsonl": frame.write_ndjson, "parquet": frame.write_parquet}[form](
        source
    )
    with pytest.raises(RecipeError, match=r"each 'answer' of t\.\w+ is a part of its text"):
        made(tmp_path, source, text=texts)
    steps = [{"random_swap": {"alpha": 0.5}}, {"random_delete": {"alpha": 0.5}}]
    told = {"kind": "text", "text": texts, "spans": "answer", "leaks": "allow"}
    run(source, tmp_path / "out", dataset=told, copies=8, steps=steps)
    read = {"csv": pl.read_csv, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}[form]
    after = read(tmp_path / "out" / source.name)
    assert len(after) == 9 * len(frame)
    told = augment("explain", tmp_path / "out" / source.name, 7).stdout
    assert "made by copies\n" in told, "there are no classes"
    assert "\ufdd0" not in told
    assert (" | " in told) == isinstance(texts, list)
    assert all(row["answer"] in row["context"] for row in after.iter_rows(named=True))


def test_a_preview_has_a_bar_between_texts(tmp_path: Path) -> None:
    several = write(tmp_path / "several/t.csv", "a,b\nold man,big house\nsmall dog,red hill\n")
    one = write(tmp_path / "one/t.csv", "a\nold man | big house\nsmall dog | red hill\n")
    sheets = []
    for source, text in ((several, ["a", "b"]), (one, "a")):
        recipe = {
            **{"version": 1, "dataset": {"path": "t.csv", "kind": "text", "text": text}},
            **{"output": {"path": "out"}, "steps": [{"random_swap": {"alpha": 0.3, "p": 0}}]},
        }
        write(source.parent / "r.yaml", json.dumps(recipe))
        sheet = source.parent / "sheet.png"
        augment("preview", source.parent / "r.yaml", "-o", sheet)
        sheets.append(sheet.read_bytes())
    assert sheets[0] == sheets[1]


def test_words_that_the_text_does_not_have_are_told(tmp_path: Path) -> None:
    source = write(tmp_path / "t.csv", "text,aspect\nthe soup was cold,soup\nno fish here,meat\n")
    made(tmp_path, source, text="text", spans="aspect")
    (failure,) = (tmp_path / "out/failures.jsonl").read_text().splitlines()
    assert "line 3: its text does not have 'meat'" in failure


def test_a_column_with_the_text_once_more_is_told(tmp_path: Path) -> None:
    rows = "".join(
        f"The {n} dogs ran home!,the {n} dogs ran home,b{n}\n" for n in ["two", "big", "old"]
    )
    source = write(tmp_path / "t.csv", f"text,clean,by\n{rows}")
    done = run(
        source, tmp_path / "out", dataset={"kind": "text", "text": "text"}, copies=1, steps=STEPS
    )
    assert any("'clean' of t.csv has the words of the text" in note for note in done.notes)
