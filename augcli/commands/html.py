"""Pages from templates: one self-contained file each, whose only scripts are those of ours."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augcli.system.terminal import escaped, escaped_text

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"


def rendered(name: str, **values: Any) -> bytes:
    """Return a page; all that comes from data is escaped, and no script but ours can run."""
    from markupsafe import Markup

    script, style = (_read(f"{name.removesuffix('.html')}.js"), _read("page.css"))
    page = (
        _environment()
        .get_template(name)
        .render(
            script=Markup(script),  # noqa: S704 – a file of ours
            style=Markup(style),  # noqa: S704 – a file of ours
            policy=f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'",
            **values,
        )
    )
    return escaped_text(page).encode()


@cache
def _environment() -> Environment:
    """Return what makes pages of templates, each of which is read once."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup, escape

    environment = Environment(
        loader=PackageLoader("augcli.commands"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else escaped(value),
    )
    environment.filters["lines"] = lambda text: Markup(escape(escaped_text(text)))  # noqa: S704
    return environment


@cache
def _read(name: str) -> str:
    """Return a file of ours; a page without a script has none."""
    path = _TEMPLATES / name
    return path.read_text("utf-8") if path.exists() else ""
