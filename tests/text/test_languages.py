"""English synonyms stay out of texts of other languages, which are found out by a vote."""

import re
from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, run, write, write_recipe

from augcli.commands.init import starter
from augcli.errors import RecipeError
from augcli.text.language.languages import is_foreign, language_of
from augcli.text.language.lexicon import bundled

TEXTS = {
    "English": "the film was not as good as the book, but the end of it is what you want to see",
    "German": "der Film war nicht so gut wie das Buch, aber das Ende ist sehr schön und auch lang",
    "French": "le film n'est pas aussi bon que le livre, mais la fin est très belle et dans le ton",
    "Spanish": "la película no es tan buena como el libro, pero el final es muy bonito y también",
    "Dutch": "de film was niet zo goed als het boek, maar het einde is heel mooi en ook wel lang",
    "Indonesian": "film ini tidak sebagus buku itu, tetapi akhir yang sangat indah dan juga ada",
    "Swedish": "filmen är inte så bra som boken, men slutet är mycket fint och det är också långt",
    "Polish": "film nie jest tak dobry jak książka, ale koniec jest bardzo ładny i nie za długi",
    "Slovak": "tento film nie je taký dobrý ako kniha, ale koniec bol veľmi pekný a už sa mi páči",
    "Swahili": "chakula hiki ni kizuri sana na huduma ni nzuri lakini sipendi filamu hii pia",
    "Estonian": "see film ei ole nii hea kui raamat, aga lõpp on väga ilus ja ta on ka juba pikk",
    "Latvian": "šī filma nav tik laba kā grāmata, bet beigas ir ļoti skaistas un arī jau ir garas",
    "Lithuanian": "šis filmas nėra toks geras kaip knyga, bet pabaiga yra labai graži ir jau ilga",
}


def table(tmp_path, text):
    rows = [f'"{text} {n}",{"ab"[n % 2]}' for n in range(12)]
    return write(tmp_path / "in/reviews.csv", "text,label\n" + "\n".join(rows) + "\n")


@pytest.mark.parametrize("language", TEXTS)
def test_a_language_is_found_out(language):
    assert language_of([TEXTS[language]] * 3) == language


@pytest.mark.parametrize("texts", [[], ["red shoe 42 EU"] * 40, ["Guten Tag"], ["你好 世界"] * 40])
def test_nothing_is_said_of_too_little(texts):
    assert language_of(texts) is None


UNKNOWN = {
    "Latin": "cibus bonus erat et homines amici erant sed hunc librum non amo quia longus est",
    "Basque": "janaria oso ona zen eta jendea atsegina baina ez zait film hau gustatzen dago",
    "Zulu": "ukudla bekumnandi kakhulu nabantu bebenomusa kodwa angiyithandi lefilimu ende",
    "Welsh": "roedd y bwyd yn dda iawn ac roedd y bobl yn garedig mae y tywydd yn braf heddiw",
    "Hinglish": "yaar ye movie bahut achi thi aur gaane bhi mast the kal hum log park gaye the",
    "Russian": "фильм был хороший, но книга лучше и конец очень красивый и длинный тоже",
}


@pytest.mark.parametrize("language", UNKNOWN)
def test_english_words_are_refused_where_hardly_a_word_is_english(tmp_path, language):
    source = table(tmp_path, UNKNOWN[language])
    assert language_of([UNKNOWN[language]] * 12) is None
    with pytest.raises(RecipeError, match=r"have few words of English.*`lexicon: english`"):
        run(source, tmp_path / "out", dataset=told(), steps=["synonym_replace"])
    assert "eda" not in starter(source, tmp_path).text
    summary = run(source, tmp_path / "out", dataset=told(), steps=["random_swap"])
    assert summary.exit_code == 0
    for number, text in enumerate(UNKNOWN.values()):
        write(tmp_path / f"files/train/a/{number}.txt", text)
    folders = {"kind": "text", "format": "folders"}
    run(tmp_path / "files", tmp_path / "all", dataset=folders, steps=["synonym_replace"])
    assert len(failures(tmp_path / "all")) == len(UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "red wireless bluetooth headphones, size 42 EU",
        "Play jazz or rock music later",
        "omg lol gonna be late",
    ],
)
def test_english_without_small_words_is_taken_for_it_and_plan_says_so(tmp_path, text):
    source = table(tmp_path, text)
    recipe = write_recipe(source, tmp_path / "out", dataset=told(), steps=["synonym_replace"])
    assert "the texts are taken for English" in augment("plan", recipe).stdout
    assert "- eda" in starter(source, tmp_path).text


def told(**dataset):
    return {"kind": "text", "text": "text", "label": "label", **dataset}


@pytest.mark.parametrize("step", ["synonym_replace", "random_insert", "eda"])
def test_english_words_are_refused_in_german_texts(tmp_path, step):
    source = table(tmp_path, TEXTS["German"])
    with pytest.raises(RecipeError) as caught:
        run(source, tmp_path / "out", dataset=told(), steps=["random_swap", step])
    (problem,) = caught.value.problems
    assert f"the texts look German, and the synonyms of {step} are English" in problem.message
    line = (tmp_path / "out.yaml").read_text().splitlines()[problem.line - 1]
    assert step in line
    assert not (tmp_path / "out/reviews.csv").exists()


@pytest.mark.parametrize("words", [{"lexicon": "english"}, {"lexicon": "words.tsv"}])
def test_what_is_told_is_believed(tmp_path, words):
    source = table(tmp_path, TEXTS["German"])
    write(tmp_path / "in/words.tsv", "gut\tfein\n")
    summary = run(source, tmp_path / "out", dataset=told(**words), steps=["synonym_replace"])
    assert summary.exit_code == 0
    new = (tmp_path / "out/reviews.csv").read_text().splitlines()[13:]
    assert any("fein" in line for line in new) is (words["lexicon"] == "words.tsv")


def test_steps_without_words_and_english_texts_are_as_before(tmp_path):
    for name, language, step in [("a", "German", "random_swap"), ("b", "English", "eda")]:
        source = table(tmp_path / name, TEXTS[language])
        assert run(source, tmp_path / name / "out", dataset=told(), steps=[step]).exit_code == 0


def test_a_text_in_a_file_of_its_own_is_the_only_failure(tmp_path):
    for language in ("German", "English"):
        write(tmp_path / f"in/train/a/{language}.txt", f"{TEXTS[language]} and. " * 3)
    dataset = {"kind": "text", "format": "folders"}
    run(tmp_path / "in", tmp_path / "out", dataset=dataset, steps=["synonym_replace"])
    (name, reason), *others = failures(tmp_path / "out").items()
    assert name == "train/a/German.txt"
    assert "the texts look German" in reason
    assert not others


def test_plan_says_it_and_init_heeds_it(tmp_path):
    source = table(tmp_path, TEXTS["German"])
    recipe = write_recipe(source, tmp_path / "out", dataset=told(), steps=["random_swap"])
    assert "the texts are German, as their small words say" in augment("plan", recipe).stdout
    assert "eda" not in starter(source, tmp_path).text
    assert "- eda" in starter(table(tmp_path / "other", TEXTS["English"]), tmp_path).text


def test_a_language_of_ones_own_is_one_folder(tmp_path: Path) -> None:
    texts = ["mi lika la hundo nol en domo,a", "tu vida la kato nol nun,b"]
    write(tmp_path / "in/t.csv", "\n".join(["text,y", *texts]) + "\n")
    write(tmp_path / "in/own/synonyms.tsv", "hundo\tkanino\nla\tli\nkato\tfelo\nnol\tjes\n")
    write(tmp_path / "in/own/negations.txt", "nol\n")
    write(tmp_path / "in/own/stopwords.txt", "la nol\nmi tu\n")
    write(tmp_path / "in/own/keyboard.txt", "hk\nau\n")
    told = {"kind": "text", "text": "text", "label": "y", "lexicon": "own"}

    def made(steps: list[Any]) -> list[str]:
        run(tmp_path / "in", tmp_path / "out", dataset=told, copies=6, steps=steps)
        return (tmp_path / "out/t.csv").read_text().splitlines()[3:]

    replaced = "\n".join(made([{"synonym_replace": {"alpha": 1}}]))
    assert "kanino" in replaced
    assert "felo" in replaced
    assert not {"li", "jes"} & set(replaced.split())
    assert all("nol" in line for line in made([{"random_delete": {"alpha": 0.9}}]))
    typed = made([{"keyboard_typos": {"fraction": 1}}])
    for old, new in zip([texts[0]] * 6 + [texts[1]] * 6, typed, strict=True):
        pairs = {pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]}
        assert pairs
        assert set("".join(map("".join, pairs))) <= set("hkau")
    (tmp_path / "in/own/synonyms.tsv").unlink()
    with pytest.raises(RecipeError, match=r"has no synonyms\.tsv"):
        made([{"synonym_replace": {"alpha": 1}}])


def test_articles_follow_where_no_step_takes_synonyms(tmp_path: Path) -> None:
    """Those of English in English texts alone: `a` is another word in Portuguese."""
    english = "it was an old house in the city and a film about an idea of a man with an umbrella"
    other = "a casa era antiga e a escola não era a única da cidade, mas a água é muito boa para"
    for name, text in (("en", english), ("pt", other)):
        source = table(tmp_path / name, text)
        steps = [{"random_swap": {"alpha": 0.7}}]
        run(source, tmp_path / name / "out", dataset=told(), steps=steps, copies=4)
        new = (tmp_path / name / "out/reviews.csv").read_text().splitlines()[13:]
        pairs = re.findall(r"\b(an?) ([a-z])", "\n".join(new))
        assert len(pairs) > 20
        assert all((form == "an") == (name == "en" and then in "aeiou") for form, then in pairs)


MIXED = [
    "Das Hotel war gut und der Strand ist nah",
    "sol y mar, pero el final era muy natural",
    "O gato dorme no sofá e a comida não estava boa",
    "कल हम grocery store जाएंगे और film देखेंगे",
    "Книга была good, но service был slow",
]


def test_english_words_stay_out_of_the_texts_of_others_in_a_mixed_set(tmp_path: Path) -> None:
    """They are left as they are, and plan, check and run say how many."""
    own = [f"{TEXTS['English']} {n}" for n in range(12)]
    rows = [f'"{text}",{"ab"[n % 2]}' for n, text in enumerate([*own, *MIXED])]
    source = write(tmp_path / "in/reviews.csv", "text,label\n" + "\n".join(rows) + "\n")
    steps = [{"synonym_replace": {"alpha": 0.5}}]
    recipe = write_recipe(source, tmp_path / "out", dataset=told(), steps=steps)
    for command in ("plan", "check", "run"):
        shown = augment(command, recipe)
        assert "5 texts look to be of another language" in shown.stdout + shown.stderr
    new = (tmp_path / "out/reviews.csv").read_text("utf-8").splitlines()[len(rows) + 1 :]
    assert not {*new} & {*rows[:12]}
    assert {*rows[12:]} <= {*new}
    run(source, tmp_path / "all", dataset=told(lexicon="english"), steps=steps)
    assert not {*rows[12:]} <= {*(tmp_path / "all/reviews.csv").read_text().splitlines()[18:]}


@pytest.mark.parametrize(
    "text", ["viva la resistance", "Ha ha ha good joke", "a café déjà vu, le chic"]
)
def test_a_foreign_word_does_not_make_a_text_foreign(text: str) -> None:
    assert not is_foreign(bundled(), text)


def test_texts_in_another_script_are_not_taken_for_english(tmp_path: Path) -> None:
    source = table(tmp_path, "मैंने कल किताब देखी वह बहुत अच्छी थी")
    with pytest.raises(RecipeError, match="have few words of English"):
        run(source, tmp_path / "out", dataset=told(), steps=["eda"])
    assert "eda" not in starter(source, tmp_path).text


def test_a_language_of_ones_own_is_not_called_english(tmp_path: Path) -> None:
    source = table(tmp_path, TEXTS["English"])
    write(tmp_path / "in/words.tsv", "film\tmovie\n")
    dataset = told(lexicon="words.tsv")
    recipe = write_recipe(source, tmp_path / "out", dataset=dataset, steps=["synonym_replace"])
    assert "English" not in augment("plan", recipe).stdout
