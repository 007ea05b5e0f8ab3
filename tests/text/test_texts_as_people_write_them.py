"""Texts as people write them: placeholders, links, tags and negations stay; articles follow."""

from __future__ import annotations

import re

import pytest

import augcli.text.transforms  # noqa: F401  (fills the registry)
from augcli.draws import Draws
from augcli.steps.recorded import step_named
from augcli.text.language.folders import ENGLISH, articles_of
from augcli.text.language.lexicon import bundled
from augcli.text.transform import TextTransform
from augcli.text.words import Document, Reading

READING = Reading(bundled())
KEPT = [
    *("[id]", "[MASK]", "[COL]", "%s", "%(count)d", "%1$s", "$user", "${amount}", "{0}"),
    *("{{ first name }}", "{% if paid %}", ":smile:", ":thumbs_up:", "`sum(x)`"),
    *("[a nice old film](https://example.org/a_b)", "![the big house](house.png)"),
    *("report_v2.pdf", "my-thesis.tar.gz", "отчёт.docx", "IMG_0042.JPG", "my_module.load"),
    *(r"C:\Users\ann", r"D:\My Old Files\film.txt", r"\\server\share\film", "C:/tmp/film"),
    *("/usr/local/bin", "~/film/notes", "./run.sh", "src/lib/main.cpp"),
    *(
        "v1.2.3-beta",
        "2.0.0-rc.1",
        "1.2.x",
        "ann@localhost",
        "ann (at) film.com",
        "@ann@big.social",
    ),
    *("ann [at] film [dot] com", "git@film.com:ann/great.git", "s3://great/film", "U.S.", "e. g."),
    *("<%= story %>", "__great_film__", "tel:+491234", "doi:10.1000/film"),
    *("<|im_start|>user", "[url=http://film.com]", "[/url]", "[quote=ann]", "Dr.", "Prof."),
    *(
        "&lt;b&gt;",
        "&lt;br /&gt;",
        "bit.ly/xY12",
        "t.co/film",
        "#电影节",
        "#หนังดี",
        "@映画",
        "＃映画",
        "r/film",
        "w/o",
    ),
]
STEPS = {
    "aeda": {},
    "char_drop": {},
    "random_delete": {"alpha": 0.5},
    "random_swap": {"alpha": 0.9},
    "synonym_replace": {"alpha": 1},
}


def copies(
    text: str, name: str, reading: Reading = READING, count: int = 12, **told: object
) -> list[str]:
    step = step_named(TextTransform, name).model_validate(told)
    document = Document(text, reading)
    draws = (Draws(3).at("a text", copy) for copy in range(count))
    return [step.apply(document, step.make_params(each, document)).text for each in draws]


@pytest.mark.parametrize("step", STEPS)
def test_what_stands_for_something_else_is_kept(step: str) -> None:
    for kept in KEPT:
        text = f"the good film {kept} was a great big story for me"
        made = copies(text, step, **STEPS[step])
        assert any(each != text for each in made)
        assert all(kept in each for each in made)


def test_plain_text_beside_such_marks_is_changed() -> None:
    text = "a price of 5 % is small : so it is [good and cheap] for a dollar $ or two"
    found = {word.text for word in Document(text, READING).words if word.free}
    assert {"price", "small", "so", "good", "cheap", "dollar"} <= found


@pytest.mark.parametrize("step", STEPS)
def test_abbreviations_of_several_words_stay_whole(step: str) -> None:
    for kept in ("z. B.", "d. h.", "i. d. R.", "v. Chr.", "p. ex.", "bl. a.", "EE. UU.", "т. е."):
        made = copies(f"das Buch ist {kept} ein gutes altes Werk", step, **STEPS[step])
        assert all(kept in each for each in made)


def test_sentences_without_a_space_between_are_words() -> None:
    text = "good.The end and/or he/she said so.then left, ok.Wait"
    found = {word.text for word in Document(text, READING).words if word.free}
    assert {"good", "The", "and", "or", "he", "she", "so", "then", "ok", "Wait"} <= found


def test_abbreviations_of_ones_own_language_may_have_blanks() -> None:
    reading = Reading(bundled(), own_abbreviations=frozenset(["gr.~film"]))
    made = copies("it is gr. film. a big good story", "random_swap", reading, alpha=0.9)
    assert all("gr. film." in each for each in made)


NEGATED = {
    "Greek": ("δεν είναι πολύ καλό", "δεν"),
    "Hebrew": ("זה לא סרט טוב", "לא"),
    "Korean": ("이 영화는 좋지 않다 정말", "않다"),
    "Indonesian": ("film ini tidak bagus sekali", "tidak"),
    "Chinese": ("這部電影沒有意思", "沒"),
    "English": ("it is n 't a good film", "n 't"),
    "Russian": ("это не хороший фильм", "не"),
    "Hindi": ("यह फिल्म अच्छी नहीं है", "नहीं"),
    "Finnish": ("En halua tätä punaista omenaa", "En"),
    "French": ("je ne vois ici que personne", "personne"),
    "French, cut short": ("ce n'est guère un bon film", "n'est|guère"),
    "Hungarian": ("mert senki jön ide ma", "senki"),
    "Vietnamese": ("phim này không hay và chưa xong", "không|chưa"),
    "Swahili": ("kwa sababu hakuna mtu hapa", "hakuna"),
    "Catalan": ("perquè ningú ve avui aquí", "ningú"),
    "Bengali": ("আমি এই আপেল খেতে চাই না", "না"),
    "Tamil": ("இந்த படம் நல்லது இல்லை", "இல்லை"),
    "Tamil, at the end": ("நான் இந்த ஆப்பிளை விரும்பவில்லை", "விரும்பவில்லை"),
    "Persian": ("من این سیب را نمی‌خواهم", "نمی‌خواهم"),
    "Norwegian": ("jeg liker ikke denne boka", "ikke"),
    "Bulgarian": ("филмът няма добър край", "няма"),
    "Estonian": ("see film pole hea lugu", "pole"),
    "Urdu": ("یہ فلم اچھی نہیں ہے", "نہیں"),
    "Tagalog": ("hindi maganda ang pelikulang ito", "hindi"),
    "Telugu": ("ఈ సినిమా బాగా లేదు", "లేదు"),
    "Basque": ("film hau ez da ona", "ez"),
    "Turkish": ("film iyi değildi ve salonda kimse yoktu", "değildi|yoktu"),
    "Turkish, an answer": ("hayır biz evde değiliz", "hayır|değiliz"),
    "Czech": ("ten film nebyl dobrý a konec nebylo vidět", "nebyl|nebylo"),
    "Slovak": ("ten film nebol veľmi dobrý", "nebol"),
    "Estonian, past": ("see film polnud hea lugu", "polnud"),
    "Latvian": ("filma nebija ļoti laba", "nebija"),
    "Lithuanian": ("filmas nebuvo geras be muzikos", "nebuvo|be"),
    "Persian, to have": ("من امروز وقت ندارم دوست من", "ندارم"),
    "German, two words": ("das ist weder ein gutes noch ein altes Buch", "weder|noch"),
    "Luxembourgish": ("de Film war net gutt a keen huet gelaacht", "net|keen"),
    "Maltese": ("il-film mhux tajjeb ħafna", "mhux"),
    "Mongolian": ("энэ кино сайн биш бас сонирхолгүй байсан", "биш|сонирхолгүй"),
    "Somali": ("filimku ma fiicna maanta", "ma"),
    "Hausa": ("fim din ba shi da kyau", "ba"),
    "Yoruba": ("fíìmù náà kò dára rárá", "kò|rárá"),
    "Zulu": ("akukho muntu lapha ekhaya", "akukho"),
    "Arabic, and": ("قرأت الكتاب ولم يعجبني ولا أريد العودة وليس ممتعا", "ولم|ولا|وليس"),
    "Arabic, so": ("فلا وقت لي أليس كذلك بلا شك", "فلا|أليس|بلا"),
    "Hebrew, and": ("הסרט ארוך ולא מעניין ואין לי כסף שאינו שלי", "ולא|ואין|שאינו"),
    "Persian, verbs": ("این کتاب را نخواندم و او آن را ندید پس نرو", "نخواندم|ندید|نرو"),
    "English, short": ("he came w/o a good reason", "w/o"),
    "Uzbek": ("bu yerda hech narsa yoq edi", "yoq"),
}


@pytest.mark.parametrize("language", NEGATED)
def test_negations_are_not_deleted(language: str) -> None:
    text, negation = NEGATED[language]
    made = copies(text, "random_delete", alpha=0.7)
    assert all(part in each for part in negation.split("|") for each in made)


@pytest.mark.parametrize(
    "negation",
    [
        "couldn't've",
        "cant've",
        "don‘t",
        "don`t",
        "wouldnt",
        "no-one",
        "nah",
        "nay",
        "naught",
        "dunno",
    ],
)
def test_negations_as_people_write_them_are_not_deleted(negation: str) -> None:
    made = copies(f"the old film {negation} a great story", "random_delete", alpha=0.9)
    assert all(negation in each for each in made)


def test_small_words_of_a_known_language_are_no_negations_of_another() -> None:
    """Finnish `en` is Spanish for in, and `si` of Swahili is if."""
    reading = Reading(bundled(), language="spanish")
    made = copies("no estaba en casa si ellos querían", "random_delete", reading, alpha=0.9)
    assert not all("en" in each.split() for each in made)
    assert not all("si" in each.split() for each in made)
    assert all("no" in each.split() for each in made)


NEGATED_WITHIN = {
    "czech": ("film se nelíbil a nebo herci nehráli", "nelíbil|nehráli", "nebo"),
    "slovak": ("v nedeľu sme nevideli film lebo nechápem", "nevideli|nechápem", "nedeľu"),
    "turkish": (
        "tamam bu filmi beğenmedim o gelmiyor gitmez",
        "beğenmedim|gelmiyor|gitmez",
        "tamam",
    ),
    "swahili": ("hapa watu hawajui siku hiyo sitaki usiende", "hawajui|sitaki|usiende", "siku"),
    "finnish": ("eilen hän lähti syömättä eikö niin ellei", "syömättä|eikö|ellei", "eilen"),
    "estonian": ("nad lahkusid kodust söömata ja tomata", "söömata", "kodust"),
    "latvian": ("nedēļa bija gara es nezinu viņš nenāca", "nezinu|nenāca", "nedēļa"),
    "lithuanian": ("nes aš nežinau ir jis neatėjo namo", "nežinau|neatėjo", "nes"),
    "persian": ("نزدیک خانه او را نپرسیدم و نمی‌دانم", "نپرسیدم|نمی‌دانم", "نزدیک"),
    "armenian": ("չորս մարդ չգիտեմ ինչու չեկավ այստեղ", "չգիտեմ|չեկավ", "չորս"),
    "amharic": ("እኔ ወደ ቤት አልሄድኩም እሱ አይመጣም", "አልሄድኩም|አይመጣም", "ቤት"),
    "bengali": ("আপনি কাল বাড়ি যাননি আমি করিনি", "যাননি|করিনি", "আপনি"),
    "tamil": ("அவன் நேற்று வரவில்லை நான் செய்யமாட்டேன்", "வரவில்லை|செய்யமாட்டேன்", "நேற்று"),
}
"""Language → a text, words in it that negate within, and one that begins so and does not."""


@pytest.mark.parametrize("language", NEGATED_WITHIN)
def test_words_that_negate_within_are_not_deleted(language: str) -> None:
    text, negating, other = NEGATED_WITHIN[language]
    made = copies(text, "random_delete", Reading(bundled(), language=language), alpha=0.8)
    assert all(word in each.split() for word in negating.split("|") for each in made)
    assert not all(other in each.split() for each in made)


def test_what_negates_within_is_told_by_the_texts_own_language() -> None:
    """`ne` begins many words of English, and of texts whose language nobody knows."""
    for language in ("english", None):
        reading = Reading(bundled(), language=language)
        made = copies(
            "new needs next to nearly nervous nephews", "random_delete", reading, alpha=0.7
        )
        assert not any(all(word in each for each in made) for word in ("new", "needs", "nearly"))


def test_negations_within_words_of_ones_own_are_not_deleted() -> None:
    reading = Reading(bundled(), negations=frozenset(["zu*", "*ng?", "!zura"]))
    made = copies("ka zura zumika li tango bingo lap", "random_delete", reading, alpha=0.8)
    assert all({"zumika", "tango", "bingo"} <= {*each.split()} for each in made)
    assert not all("zura" in each.split() for each in made)


def test_what_negates_has_no_synonyms_and_is_none() -> None:
    """WordNet has `cant` for slang, `wont` for habit, and `just` for hardly."""
    english = bundled()
    for word in ("cant", "wont", "hardly", "barely", "seldom", "nada"):
        assert not english.synonyms(word)
    assert "wont" not in english.synonyms("habit")
    assert "cant" not in english.synonyms("slang")
    made = copies("i cant say he is just a big man but i didnt go", "synonym_replace", alpha=0.9)
    assert all({"cant", "didnt"} <= {*each.split()} for each in made)
    made = copies("i cant say he is just a big man but i didnt go", "random_delete", alpha=0.9)
    assert all({"cant", "didnt"} <= {*each.split()} for each in made)


def test_negations_of_ones_own_are_not_deleted() -> None:
    reading = Reading(bundled(), negations=frozenset(["nary"]))
    made = copies("a film with nary a dull moment", "random_delete", reading, alpha=0.9)
    assert all("nary" in each for each in made)


ARTICLES = {
    "a": ["film", "union", "European", "one-off", "user", "useful", "BBC", "house", "hotel"],
    "an": ["idea", "hour", "honest", "umbrella", "FBI", "unimportant", "heir", "Ounce"],
}


def article_for(word: str) -> str:
    return articles_of(ENGLISH).instead("a", "film", word) or "a"


@pytest.mark.parametrize(
    ("article", "word"), [(a, w) for a, words in ARTICLES.items() for w in words]
)
def test_an_article_says_how_a_word_begins(article: str, word: str) -> None:
    assert article_for(word) == article


@pytest.mark.parametrize(
    "step", ["synonym_replace", "random_insert", "random_swap", "random_delete", "eda"]
)
def test_articles_follow_the_words_behind_them(step: str) -> None:
    text = "It was an old house , a film about an error and an honest idea in a big hotel ."
    made = copies(text, step, count=60, alpha=0.7)
    assert len(set(made)) > 40
    pairs = [pair for each in made for pair in re.findall(r"\b(an?) ([A-Za-z]+)", each, re.I)]
    assert all(article_for(word) == article.lower() for article, word in pairs)


@pytest.mark.parametrize(
    "step", ["synonym_replace", "random_insert", "random_swap", "random_delete"]
)
def test_articles_follow_words_behind_quotes_and_markup_and_what_is_spelt(step: str) -> None:
    text = (
        'It is an "awful" movie , an <b>awful</b> actor , a *great* [old] house , a (tiny) hotel '
        "on an X-ray , an 8-year-old boy with an F and a 7 in an SUV near an 11 and a B ."
    )
    made = copies(text, step, count=60, alpha=0.7)
    assert len(set(made)) > 40
    pattern = r"""\b(an?) +(?:["(*\[]|<b>)*([A-Za-z]+|\d+)"""
    pairs = [pair for each in made for pair in re.findall(pattern, each, re.I)]
    assert len(pairs) > 90
    assert {p for p in pairs if article_for(p[1]) != p[0].lower()} == set()


@pytest.mark.parametrize(
    "step", ["synonym_replace", "random_insert", "random_swap", "random_delete"]
)
def test_articles_follow_words_in_capitals(step: str) -> None:
    text = "THE MAN SAW A BIG HOUSE , AN OLD HOTEL AND A LARGE URBAN FLAT AS A FRIEND DID ."
    made = copies(text, step, count=60, alpha=0.5)
    pairs = [pair for each in made for pair in re.findall(r"\b(an?) ([A-Z]+)", each, re.I)]
    assert len(pairs) > 60
    assert all(article_for(word.lower()).upper() == article for article, word in pairs)


@pytest.mark.parametrize("step", ["random_swap", "random_delete"])
def test_what_is_wrong_before_an_edit_stays_so_and_spans_stay(step: str) -> None:
    document = Document("we had a hour in a old house near a big lake", READING, spans=((34, 39),))
    chosen = step_named(TextTransform, step).model_validate({"alpha": 0.2})
    made = [chosen.apply(document, chosen.make_params(Draws(7).at(n), document)) for n in range(60)]
    assert any("a hour" in each.text for each in made)
    assert all(each.text[slice(*each.spans[0])] == "a big" for each in made)


def test_an_article_that_is_protected_stays() -> None:
    document = Document("we saw a film here", READING, spans=((7, 8),))
    step = step_named(TextTransform, "random_insert").model_validate({"alpha": 1})
    for copy in range(30):
        made = step.apply(document, step.make_params(Draws(5).at(copy), document))
        (start, end) = made.spans[0]
        assert made.text[start:end] == "a"


@pytest.mark.parametrize(
    ("step", "told"), [("random_insert", {"alpha": 1}), ("aeda", {"ratio": 1})]
)
def test_nothing_is_put_into_what_stands_together(step: str, told: dict[str, object]) -> None:
    held = ["</i>friend", "10×20", "km/h", "<3", "and/or", "word(s)", "--help", "x=y"]
    text = f"an <b>awful</b> film for a <i>good{' here '.join(held)} was _great_ fun"
    for made in copies(text, step, **told):
        assert all(each in made for each in held), made
    (first, *_) = copies("(great) “film”", step, **told)
    assert len(first) > len("(great) “film”")


@pytest.mark.parametrize("step", ["aeda", "random_swap", "random_delete"])
def test_signs_of_one_cluster_stay_together(step: str) -> None:
    for text, torn in {
        "ខ្សែភាពយន្តនេះមិនល្អទេប៉ុន្តែតួសម្តែងល្អណាស់": r"\u17d2(?![\u1780-\u17b3])",
        "ภาพยนตร์เรื่องนี้ดีแต่นักแสดงแย่และไกลโรงเรียน": r"[\u0e40-\u0e44](?![\u0e01-\u0e2e])",
    }.items():
        assert not re.search(torn, text)
        for made in copies(text, step, **STEPS[step]):
            assert not re.search(torn, made), made
