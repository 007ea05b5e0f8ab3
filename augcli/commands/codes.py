"""docs/checks.md, from what is declared of findings: python -m augcli.commands.codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from augcli.checks.findings import SECTIONS, UNSILENCED, Finding

_HEAD = """\
# What `augment check` finds

Each finding is a line, `file:line:column: severity: code: message`, or `--json`. An error ends with
exit code 1, with `--strict` a warning, too; a recipe that cannot be run ends with 2. `augment check
--explain CODE` says what is written here.

A comment silences a finding: `# augment: ignore CODE` beside a line of the recipe those of this
line, on a line of its own those of the whole dataset; several codes are separated by commas. What
a run refuses or leaves out is not silenced.
"""


def checks_page() -> str:
    """Return the page of all findings."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for title, findings in SECTIONS.items():
        yield f"## {title}\n"
        for each in findings:
            yield from _entry(each)


def _entry(finding: Finding) -> Iterator[str]:
    yield f"### `{finding.code}`\n\n{finding.title}.\n\n{finding.why}\n"
    never = " It cannot be silenced." if finding.code in UNSILENCED else ""
    yield f"What to do: {finding.remedy}{never}\n"


if __name__ == "__main__":
    sys.stdout.write(checks_page())
