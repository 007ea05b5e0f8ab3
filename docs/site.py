"""The site: pages of the repository's top are pages too; links to other files lead to its host."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

_TOP = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
}
_ROOT = Path(__file__).parents[1]
_LINK = r"(?<!!)\[([^\]]*)\]\({}\)"
_OUT = re.compile(_LINK.format(r"\.\./([^)]+)"))
"""A link out of docs."""
_OF_TOP = re.compile(_LINK.format(r"(?!https?:|#|docs/)([^)]*/[^)]*|[A-Z]+\.md)"))
"""A link of a page of the top to another, or to a file that is not in docs."""


def on_files(files: Files, config: Any) -> Files:
    """Add the pages of the repository's top."""
    for name, page in _TOP.items():
        text = _led(_OF_TOP, (_ROOT / name).read_text("utf-8"), config.repo_url)
        files.append(File.generated(config, page, content=text.replace("](docs/", "](")))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, **_told: Any) -> str:
    """Lead links out of docs to the page that is made of a file there, or to the host."""
    is_in_folder = "/" in page.file.src_uri  # from where `..` is docs itself
    return markdown if is_in_folder else _led(_OUT, markdown, config.repo_url)


def _led(links: re.Pattern[str], text: str, url: str | None) -> str:
    """Return a page whose links lead somewhere; without a host, those to files are words."""

    def link(found: re.Match[str]) -> str:
        words, target = found.groups()
        if target in _TOP:
            return f"[{words}]({_TOP[target]})"
        if not (_ROOT / target.partition("#")[0]).exists():
            raise PluginError(f"a link leads to {target}, which is not there")
        return f"[{words}]({url}/blob/main/{target})" if url else words

    return links.sub(link, text)
