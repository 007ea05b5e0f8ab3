"""The site: pages of the repository's top are pages too, and links out of docs lead to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

_TOP = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
}


def on_files(files: Files, config: Any) -> Files:
    """Add the pages of the repository's top."""
    root = Path(config.config_file_path).parent
    for name, page in _TOP.items():
        text = (root / name).read_text("utf-8")
        files.append(File.generated(config, page, content=_inside(text, config.repo_url)))
    return files


def on_page_markdown(markdown: str, config: Any, **_told: Any) -> str:
    """Lead links out of docs to the repository, or to the page that is made of a file there."""
    return re.sub(r"\]\(\.\./([^)]+)\)", lambda link: _link(link[1], config.repo_url), markdown)


def _inside(text: str, url: str) -> str:
    """Return a page of the top as one of docs."""
    text = text.replace("](docs/", "](")
    return re.sub(
        r"\]\((?!https?:|#)([^)]*/[^)]*|[A-Z]+\.md)\)", lambda link: _link(link[1], url), text
    )


def _link(target: str, url: str) -> str:
    return f"]({_TOP[target]})" if target in _TOP else f"]({url}/blob/main/{target})"
