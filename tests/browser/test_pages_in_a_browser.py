"""The pages in a real browser: no errors, filters and sliders work, nothing scrolls sideways."""

from __future__ import annotations

import shutil

import pytest
from helpers import augment, make_photos, write, write_recipe

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore")]
sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
"""Where it is installed; elsewhere Playwright may have one of its own."""
PAGES = [
    "report.html",
    "preview.html",
    "rows.html",
    "rows_preview.html",
    "texts.html",
    "series.html",
]
SIZES = [(1280, 900), (360, 780)]
STEPS = [
    "horizontal_flip",
    {"rotate": {"degrees": [-20, 20]}},
    {"jpeg": {"p": 0.5}},
    {"scale": {"factor": {"normal": [1, 0.05]}}},
    {"gamma": {"gamma": 1.5}},
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    make_photos(folder / "ds", {"train/cat": 3, f"train/a {'long ' * 14}name": 2, "test/cat": 2})
    recipe = write_recipe(folder / "ds", folder / "out", steps=STEPS)
    rows = "".join(f"{n * 7 % 31}.5,{n * 3 % 17},{'ab'[n % 4 == 0]}\n" for n in range(40))
    table = write(folder / "t.csv", f"a_column_of_numbers,v,y\n{rows}")
    told = {"kind": "tabular", "label": "y", "path": str(table)}
    more = {"balance": {"method": "smote", "target": "max"}, "copies": 0, "steps": []}
    rows_of = write_recipe(table, folder / "rows", dataset=told, **more)
    texts = write(
        folder / "s.tsv", "".join(f"{n % 2}\tthe {n} old houses by the sea\n" for n in range(9))
    )
    told = {"kind": "text", "label": 0, "text": 1, "path": str(texts)}
    texts_of = write_recipe(
        texts, folder / "texts", dataset=told, steps=[{"eda": {"alpha": [0.1, 0.5]}}]
    )
    values = "".join(f"{n % 2},{n},{n * n % 7},{n * 3 % 5}\n" for n in range(8))
    series = write(folder / "series.csv", f"y,t0,t1,t2\n{values}")
    told = {"kind": "timeseries", "label": "y", "path": str(series)}
    series_of = write_recipe(series, folder / "series", dataset=told, steps=["jitter"])
    for words in (
        ("run", series_of),
        ("report", folder / "series", "-o", folder / "series.html"),
        ("run", rows_of),
        ("report", folder / "rows", "-o", folder / "rows.html"),
        ("preview", rows_of, "-o", folder / "rows_preview.html"),
        ("preview", texts_of, "-o", folder / "texts.html"),
        ("run", recipe),
        ("report", folder / "out", "-o", folder / "report.html"),
        ("preview", recipe, "-o", folder / "preview.html"),
    ):
        assert augment(*words).returncode == 0
    return folder


@pytest.fixture(scope="module")
def browser():
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_api.sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        except sync_api.Error:
            if CHROMIUM:
                raise
            pytest.skip("no Chromium is installed, and Playwright has none that starts")
        yield opened
        opened.close()


@pytest.fixture
def opened(browser, pages):
    contexts, said = [], []

    def go(name, size=SIZES[0], scheme="light"):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.extend(asked(request.url)))
        page.goto((pages / name).as_uri())
        return page

    yield go
    for context in contexts:
        context.close()
    assert said == []


def asked(url):
    """Return what a page asked for beyond itself and what is in it."""
    return [] if url.startswith(("data:", "file:")) else [url]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways(opened, name, size, scheme):
    page = opened(name, size, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    assert ink != paper


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened, name, size, scheme):
    found = axe.Axe().run(opened(name, size, scheme)).response["violations"]
    assert {each["id"]: [node["html"] for node in each["nodes"]] for each in found} == {}


def test_on_a_phone_the_whole_table_is_seen(opened):
    page = opened("report.html", SIZES[1])
    table = page.get_by_role("group", name="Classes before and after")
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth")


def shown(page):
    return page.locator(".group:visible").count()


def test_filters_narrow_the_gallery(opened):
    page = opened("report.html")
    every = shown(page)
    page.locator("[data-filter=class]").select_option("cat")
    of_class = shown(page)
    assert 0 < of_class < every
    page.locator("[data-filter=split]").select_option("test")
    assert 0 < shown(page) < of_class
    assert page.locator(".filters output").text_content() == f"{shown(page)} of {every} shown"
    page.locator("[data-filter=split]").select_option("")
    page.locator("[data-filter=step]").select_option("jpeg")
    assert shown(page) <= of_class


def test_a_picture_is_enlarged_and_let_go_by_keys(opened):
    page = opened("report.html")
    page.locator(".zoom").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("dialog img").is_visible()
    assert "train/" in page.locator("dialog figcaption").text_content()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


@pytest.mark.parametrize("size", [(1280, 420), (360, 780)])
def test_an_enlarged_picture_fits_the_window(opened, size):
    page = opened("report.html", size)
    page.locator(".zoom").first.click()
    whole = page.locator("dialog").bounding_box()
    assert whole["y"] >= 0
    assert whole["y"] + whole["height"] <= size[1]
    assert page.locator("dialog").evaluate("each => each.scrollHeight <= each.clientHeight")


def test_a_slider_moves_along_the_range_and_narrows_it(opened):
    page = opened("preview.html")
    card = page.locator("[data-step=rotate]")
    assert card.locator("pre").text_content() == "- rotate: {degrees: [-20, 20]}"
    assert card.locator("output").text_content() == "0"
    before = card.locator(".frame:visible img").get_attribute("src")
    card.locator("input").focus()
    page.keyboard.press("ArrowRight")
    assert card.locator(".frame:visible").count() == 1
    assert card.locator(".frame:visible img").get_attribute("src") != before
    card.get_by_text("to here").click()
    assert card.locator("pre").text_content() == "- rotate: {degrees: [-20, 6.667]}"


def test_a_slider_goes_along_most_of_a_normal_distribution(opened):
    page = opened("preview.html")
    card = page.locator("[data-step=scale]")
    assert card.locator("output").text_content() == "1"
    card.locator("input").press("End")
    assert card.locator("output").text_content() == "1.15"
    card.locator("input").press("ArrowLeft")
    card.get_by_text("to here").click()
    assert card.locator("pre").text_content() == "- scale: {factor: [0.85, 1.1]}"


def test_the_slider_of_a_fixed_value_sets_it(opened):
    page = opened("preview.html")
    card = page.locator("[data-step=gamma]")
    assert card.locator("pre").text_content() == "- gamma: {gamma: 1.5}"
    assert card.locator("output").text_content() == "1.5"
    before = card.locator(".frame:visible img").get_attribute("src")
    card.locator("input").press("Home")
    lowest = card.locator("output").text_content()
    assert card.locator("pre").text_content() == f"- gamma: {{gamma: {lowest}}}"
    assert card.locator(".frame:visible img").get_attribute("src") != before


def test_a_click_copies_the_step(opened):
    page = opened("preview.html")
    page.locator("[data-step=rotate] [data-copy]").click()
    page.get_by_text("Copied").wait_for()
    whole = page.locator("section:has(h3:text('As it is written'))")
    assert "degrees" in whole.locator("code").text_content()
    whole.locator("[data-copy]").click()
    whole.get_by_text("Copied").wait_for()
