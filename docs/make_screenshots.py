"""Draw the screenshots in docs/screenshots: `make screenshots`, with a Chromium installed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from augcli.api import load_recipe, run
from augcli.commands.page import page
from augcli.commands.preview import preview_page

DOCS = Path(__file__).parent
RECIPES = DOCS.parent / "recipes"
SHOTS = [
    ("report", "desktop", "light", 1280, 900),
    ("report", "phone", "dark", 360, 900),
    ("preview", "desktop", "dark", 1280, 900),
    ("preview", "phone", "light", 360, 900),
    ("rows", "desktop", "light", 1280, 900),
    ("series", "desktop", "dark", 1280, 760),
]


def make_pages(folder: Path) -> None:
    """Write the pages of sample datasets into a folder."""
    for name, recipe in (("report", "photos"), ("rows", "table_mixed")):
        out = folder / recipe
        run(load_recipe(RECIPES / f"{recipe}.yaml", output=out), jobs=1)
        (folder / f"{name}.html").write_text(page(out))
    for name, recipe in (("preview", "photos"), ("series", "series")):
        told = load_recipe(RECIPES / f"{recipe}.yaml")
        (folder / f"{name}.html").write_bytes(preview_page(told, 5, 4))


def shoot(browser: Browser, folder: Path) -> None:
    """Draw each page in its sizes and schemes."""
    for name, size, scheme, width, height in SHOTS:
        opened = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        opened.goto((folder / f"{name}.html").as_uri())
        target = DOCS / "screenshots" / f"{name}-{size}.jpg"
        opened.screenshot(path=target, type="jpeg", quality=70)
        opened.close()


if __name__ == "__main__":
    (DOCS / "screenshots").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        make_pages(Path(name))
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        shoot(chromium, Path(name))
