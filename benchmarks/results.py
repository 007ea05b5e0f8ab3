"""Pages of results: a section for each part; a part that is run again replaces its own."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from benchmarks import environment

_HEAD = """# Measured

Written by `make bench`; both sides of every comparison ran in turn on the same machine, round
after round. Numbers are medians, with the smallest and largest in brackets. CPU is user and
system time of a command and all its descendants, its start included; ratios are of CPU, round by
round. Wall times also tell of what else the machine did: see its load. Targets are those of the
project's contract.
"""
_TABLES_HEAD = """# Tables: measured

Written by `python -m benchmarks tables` and the other parts that begin with `tables`. Both sides of
every comparison ran in turn on the same machine, round after round. Numbers are medians, with the
smallest and largest in brackets; ratios are taken round by round. CPU is user and system time of a
command, its start included; wall times also tell of what else the machine did: see its load.
"""
_TEXTS_HEAD = """# Texts: measured

Written by `python -m benchmarks text` and the other parts that begin with `text`. Both sides of
every comparison ran in turn on the same machine, round after round. Numbers are medians, with the
smallest and largest in brackets; ratios are taken round by round. CPU is user and system time of a
command and all its descendants; wall times also tell of what else the machine did: see its load.
"""
_SERIES_HEAD = """# Series: measured

Written by `python -m benchmarks series` and `series-effect`. Both sides of every comparison ran in
turn on the same machine, round after round. Numbers are medians, with the smallest and largest in
brackets; ratios are taken round by round. CPU is user and system time of a command and all its
descendants, its start included; wall times also tell of what else the machine did: see its load.
"""
_LEARNED_HEAD = """# Learned transforms: measured

By `python -m benchmarks learned-effect` and the other parts that begin with `learned`, under load;
rows of thirty a class are of runs of their own. Accuracies are of held-out pictures.
"""
_EFFECTS_HEAD = """# Does it help: measured

Written by `python -m benchmarks effects-photos` and the other parts that begin with `effects`, all
by `augment evaluate` itself. Differences are in points of accuracy, with 95 % intervals (Nadeau &
Bengio 2003) over all folds of all repeats. All rows are told, whatever they say.
"""
_OPERATIONS_HEAD = """# Operations: measured

Written by `make bench ROW=operations`. Both sides of every comparison ran in turn on the same
machine.
"""
_SCALE_HEAD = """# Beyond one machine: measured

Written by `python -m benchmarks scale-places scale-ray scale-many scale-rows scale-million
scale-records scale-cache`. All sides of a comparison ran in turn on the same machine. Numbers are
medians, with the smallest and largest in brackets; CPU is user and system time of a command and
all its descendants, its start included.
"""
_SECTION = re.compile(r"^## (.+?)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Page(Struct, frozen=True):
    """A file of results."""

    file: Path
    head: str
    versions: Sequence[str]
    """The packages whose versions its sections tell."""


PICTURES = Page(environment.HERE / "RESULTS.md", _HEAD, environment.OF_PICTURES)
TABLES = Page(environment.HERE / "TABLES.md", _TABLES_HEAD, environment.OF_TABLES)
TEXTS = Page(environment.HERE / "TEXT.md", _TEXTS_HEAD, environment.OF_TEXTS)
SERIES = Page(environment.HERE / "SERIES.md", _SERIES_HEAD, environment.OF_SERIES)
LEARNED = Page(environment.HERE / "LEARNED.md", _LEARNED_HEAD, environment.OF_LEARNED)
EFFECTS = Page(environment.HERE / "EFFECTS.md", _EFFECTS_HEAD, environment.OF_EFFECTS)
OPERATIONS = Page(environment.HERE / "OPERATIONS.md", _OPERATIONS_HEAD, environment.OF_OPERATIONS)
SCALE = Page(environment.HERE / "SCALE.md", _SCALE_HEAD, environment.OF_SCALE)


class Target(Struct, frozen=True):
    """A promise and what became of it."""

    what: str
    wanted: str
    measured: str
    met: bool

    def row(self) -> tuple[str, ...]:
        return self.what, self.wanted, self.measured, "yes" if self.met else "**no**"


class Section(Struct, frozen=True):
    """What one part found."""

    title: str
    text: str
    table: Sequence[Sequence[str]]
    """The first row is the head."""
    targets: Sequence[Target] = ()
    page: Page = PICTURES

    def markdown(self) -> str:
        """Return the section, dated, with what it ran on."""
        parts = [f"## {self.title}", self.text, markdown_table(self.table)]
        if self.targets:
            rows = [
                (t.what, t.wanted, t.measured, "yes" if t.met else "**no**") for t in self.targets
            ]
            parts.append(markdown_table([("target", "wanted", "measured", "met"), *rows]))
        found = environment.versions(self.page.versions)
        versions = ", ".join(f"{name} {number}" for name, number in found.items())
        day = time.strftime("%Y-%m-%d")
        parts.append(f"*{day}; {environment.machine()}, {environment.load()}; {versions}.*")
        return "\n\n".join(parts) + "\n"


def markdown_table(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a table; the first is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(section: Section, order: Sequence[str]) -> None:
    """Put a section into its page, in the order of titles; other sections stay."""
    page = section.page
    known = _sections(page.file) | {section.title: section.markdown()}
    titles = [title for title in order if title in known]
    titles += [title for title in known if title not in order]
    page.file.write_text("\n".join([page.head, *(known[title] for title in titles)]))


def _sections(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    found = _SECTION.finditer(file.read_text())
    return {match[1]: match[0].rstrip("\n") + "\n" for match in found}
