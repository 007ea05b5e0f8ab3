"""The reference and its pictures are those of the code; the terminal tells the same."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
import yaml
from together import together

from augcli.commands.catalogue import describe, example, listing, reference_page
from augcli.commands.reference import recipe_page
from augcli.errors import AugmentError
from augcli.image.kernels import opencv as cv2
from augcli.records.forms import manifest_schema
from augcli.records.row_records import MARKS, ROW
from augcli.transform import REGISTRY, Compound, own_fields

DOCS = Path(__file__).parent.parent / "docs"
PICTURES = ["original", *(name for kind, name in REGISTRY if kind == "image")]

every = together(("kind", "name"), REGISTRY)


@pytest.fixture(scope="module")
def page() -> str:
    return reference_page()


@pytest.fixture(scope="module")
def listed() -> str:
    return listing()


def test_reference_page_is_up_to_date(page: str) -> None:
    assert page == (DOCS / "transforms.md").read_text("utf-8"), "run: make docs"


def test_recipe_page_is_up_to_date() -> None:
    assert (DOCS / "recipe.md").read_text("utf-8") == recipe_page(), "run: make docs"


@every
def test_listed_and_described(kind: str, name: str, page: str, listed: str) -> None:
    cls = REGISTRY[kind, name]
    assert f"  {name} " in listed
    text = describe(name)
    assert (cls.__doc__ or "").splitlines()[0] in text
    for field in own_fields(cls):
        assert f"  {field} " in text
    assert example(cls) in page


@every
def test_examples_are_steps(kind: str, name: str) -> None:
    cls = REGISTRY[kind, name]
    (step,) = yaml.safe_load(example(cls))
    if issubclass(cls, Compound):
        assert list(step) == [name]
        return
    params = {} if step == name else step[name]
    required = {
        field: value for field, value in params.items() if cls.model_fields[field].is_required()
    }
    assert cls.model_validate(params) == cls.model_validate(required), "shows the defaults"


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(AugmentError, match="there is no transform 'rotat'; did you mean 'rotate'"):
        describe("rotat")


def test_every_link_has_its_picture(page: str) -> None:
    linked = {line.split("(")[1].rstrip(")") for line in page.splitlines() if line[:2] == "!["}
    assert linked == {f"pictures/{name}.jpg" for name in PICTURES[1:]}
    assert {path.stem for path in (DOCS / "pictures").iterdir()} == set(PICTURES)


@together("name", PICTURES)
def test_pictures_are_small(name: str) -> None:
    data = (DOCS / "pictures" / f"{name}.jpg").read_bytes()
    assert len(data) <= 12_000
    pixels = cv2.imread(str(DOCS / "pictures" / f"{name}.jpg"))
    assert max(pixels.shape) <= 160


def test_pictures_show_an_effect() -> None:
    spec = importlib.util.spec_from_file_location("make_pictures", DOCS / "make_pictures.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    original = script.shrunk(cv2.imread(str(script.PHOTO)))
    others = script.others()
    for name in PICTURES[1:]:
        step = REGISTRY["image", name](**script.SHOWN.get(name, {}))
        seen = script.shown(step, original, others)
        same = seen.shape == original.shape and abs(seen.astype(int) - original).mean() < 1
        assert same == (name == "identity"), name


def first_cells(page: str) -> list[str]:
    """Return the names in the first column of a page's tables."""
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    return [name for line in lines for name in re.findall(r"`(\w+)`", line.split("|")[1])]


def test_every_field_of_a_record_is_described() -> None:
    page = (DOCS / "output.md").read_text("utf-8")
    of_lines, of_rows = page.split("provenance.parquet one for each new sample")
    forms = manifest_schema()["$defs"].values()
    told = {name for form in forms for name in form["properties"]} - {
        "name",
        "key",
        "params",
        "plugin",
    }
    assert sorted(first_cells(of_lines)) == sorted(told)
    assert sorted(first_cells(of_rows)) == sorted({*ROW, *MARKS})


def test_the_site_leads_to_every_page() -> None:
    nav = re.search(r"(?s)\nnav:\n(.*)", (DOCS.parent / "mkdocs.yml").read_text("utf-8"))
    assert nav
    assert {page.name for page in DOCS.glob("*.md")} - {*re.findall(r"\S+\.md", nav[1])} == set()
