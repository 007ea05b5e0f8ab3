"""No dataset of any kind makes augment read what lies outside its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import augment, failures, picture, run, write

TABLE = "a,b,label\n" + "".join(f"{i}.5,{i % 7},{'xy'[i % 2]}\n" for i in range(20))
TEXTS = "text,label\n" + "".join(f"a good film number {i} it was,{i % 2}\n" for i in range(6))
SERIES = "a,b,c,label\n" + "".join(f"{i},{i % 7}.5,{i % 3},x\n" for i in range(8))
KINDS: list[tuple[str, str, bytes | str, dict[str, Any]]] = [
    ("image", "x/s.png", picture(1), {}),
    ("tabular", "s.csv", TABLE, {"dataset": {"label": "label"}, "steps": ["swap"]}),
    ("text", "s.csv", TEXTS, {"dataset": {"label": "label"}, "steps": ["random_swap"]}),
    (
        "text",
        "x/s.txt",
        "the film was very good",
        {"dataset": {"format": "folders"}, "steps": ["random_swap"]},
    ),
    ("timeseries", "s.csv", SERIES, {"dataset": {"label": "label"}, "steps": ["jitter"]}),
]


@pytest.mark.parametrize(("kind", "name", "data", "changes"), KINDS)
def test_a_link_that_leads_outside_is_listed_and_not_read(
    tmp_path: Path, kind: str, name: str, data: bytes | str, changes: dict[str, Any]
) -> None:
    secret = write(tmp_path / f"secret{Path(name).suffix}", data)
    own = write(tmp_path / "in" / name, data)
    out, link = tmp_path / "out", own.with_name(f"a{own.suffix}")
    link.symlink_to(secret)
    own.with_name(f"b{own.suffix}").symlink_to("nowhere")
    told = changes | {"dataset": {"kind": kind, **changes.get("dataset", {})}}
    summary = run(tmp_path / "in", out, **told | {"copies": 1})
    assert summary.exit_code == 3
    found = failures(out)
    folder = Path(name).parent
    assert set(found) == {(folder / f"{stem}{own.suffix}").as_posix() for stem in "ab"}
    assert "outside" in found[(folder / link.name).as_posix()]
    assert not [path for path in out.rglob(f"a*{own.suffix}") if path.name == link.name]


@pytest.mark.parametrize(("kind", "name", "data", "changes"), KINDS)
def test_links_alone_are_no_dataset(
    tmp_path: Path, kind: str, name: str, data: bytes | str, changes: dict[str, Any]
) -> None:
    link = tmp_path / "in" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(write(tmp_path / f"secret{link.suffix}", data))
    done = augment("init", tmp_path / "in")
    asked = "# question:" in done.stdout
    assert done.returncode == (0 if asked else 2), done.stdout
    assert "label" not in done.stdout + done.stderr
