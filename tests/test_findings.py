"""Every finding has a code that is declared once; comments silence it; CI can read the verdict."""

from __future__ import annotations

import ast
import json
import os
import pty
import subprocess
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from helpers import COMMAND, augment, environment, make_photos, write

import augcli
from augcli.checks.findings import FINDINGS, SECTIONS, UNSILENCED, explained
from augcli.commands.codes import checks_page
from augcli.errors import UsageError

CODE = Path(augcli.__file__).parent
SEVERITIES = {"error", "warning", "note"}


def codes_in(tree):
    """Yield the codes that are given beside a severity in the arguments of a call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
            for severity, code in pairwise(texts):
                if severity in SEVERITIES:
                    yield code


def test_every_code_is_declared_and_every_declaration_used():
    texts = {path: path.read_text() for path in CODE.rglob("*.py")}
    saying = (text for text in texts.values() if any(f'"{each}"' in text for each in SEVERITIES))
    found = {code for text in saying for code in codes_in(ast.parse(text))}
    assert found - FINDINGS.keys() == set()
    others = "".join(text for path, text in texts.items() if path.stem != "findings")
    assert [code for code in FINDINGS if f'"{code}"' not in others] == []


def test_codes_are_declared_once():
    codes = [each.code for section in SECTIONS.values() for each in section]
    assert len(codes) == len(set(codes))
    assert set(codes) > UNSILENCED


def test_the_page_is_up_to_date():
    page = Path(__file__).parent.parent / "docs" / "checks.md"
    assert page.read_text("utf-8") == checks_page(), "run: make docs"


@pytest.mark.parametrize("code", FINDINGS)
def test_a_code_is_explained_within_80_columns(code):
    done = augment("check", "--explain", code)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"{code}: ")
    assert max(map(len, lines)) < 80
    assert FINDINGS[code].remedy.split()[0] in done.stdout
    assert ("To silence it" in done.stdout) == (code not in UNSILENCED)


def test_a_code_that_is_none_has_a_nearest():
    with pytest.raises(UsageError, match="no finding 'lek'; did you mean 'leak'"):
        explained("lek")


@pytest.fixture
def recipe(tmp_path):
    make_photos(tmp_path / "ds", {"cat": 2})

    def written(comment="", alone="", copies=1):
        text = f"{alone}\nversion: 1\ndataset:\n  path: ds  {comment}\n"
        return write(tmp_path / "r.yaml", f"{text}output: {{path: out}}\ncopies: {copies}\n")

    return written


@pytest.mark.parametrize(
    "comments",
    [
        {"comment": "# augment: ignore nothing-held-out"},
        {
            "comment": "# small; augment: none",
            "alone": "# augment: ignore growth, nothing-held-out",
        },
        {"alone": "#augment:ignore nothing-held-out"},
    ],
)
def test_a_comment_silences_a_finding(recipe, comments):
    assert "nothing-held-out" in augment("check", recipe()).stdout
    assert "warning" not in augment("check", recipe(**comments)).stdout


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("growth", "5:12: note: idle-ignore: nothing was found that `ignore growth`"),
        ("nothing-held-ot", "warning: idle-ignore: there is no finding 'nothing-held-ot'; did you"),
    ],
)
def test_a_comment_that_silences_nothing_is_told(recipe, code, said):
    path = recipe(f"# augment: ignore {code}")
    path.write_text(path.read_text().replace("  path: ds  #", "  path: ds\n  kind: image #"))
    stdout = augment("check", path).stdout
    assert said.replace("5:12", f"{path}:5:15") in stdout
    assert "nothing-held-out" in stdout


def test_what_a_run_refuses_is_not_silenced(tmp_path, recipe):
    write(tmp_path / "ds/cat/broken.png", b"\x89PNG\r\n\x1a\nnothing")
    done = augment("check", recipe(alone="# augment: ignore sample, nothing-held-out"))
    assert (done.returncode, done.stdout.count(": error: sample: ")) == (1, 1)


def test_warnings_fail_where_asked(recipe):
    assert augment("check", recipe()).returncode == 0
    strict = augment("check", "--strict", recipe())
    assert strict.returncode == 1
    assert strict.stderr == (
        "0 errors, 1 warning, 0 notes; `augment check --explain nothing-held-out` says more\n"
    )


def test_the_verdict_in_json(recipe):
    told = json.loads(augment("check", "--json", recipe()).stdout)
    assert (told["errors"], told["warnings"], told["notes"], told["exit_code"]) == (0, 1, 0, 0)
    (finding,) = told["findings"]
    place = {key: finding[key] for key in ("line", "column", "severity", "code")}
    assert place == {"line": 4, "column": 9, "severity": "warning", "code": "nothing-held-out"}


def test_a_recipe_that_cannot_be_run_in_json(recipe):
    done = augment("check", "--json", recipe(copies="-1"))
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"], told["errors"], done.stderr) == (2, 2, 1, "")
    assert told["findings"][0]["code"] == "recipe"


def test_an_error_shows_its_line_with_a_caret(recipe):
    done = augment("check", recipe("# höher; 高い", copies=" -1"))
    line, source, caret = done.stderr.splitlines()
    assert ":6:10: error: recipe: " in line
    assert source == "    6 | copies:  -1"
    assert caret.index("^") == source.index("-1")


def test_a_caret_stays_under_wide_letters_and_in_long_lines(recipe):
    path = recipe()
    path.write_text('{"version": 1, "高い": 2, ' + " " * 200 + '"unknown": 3}')
    lines = augment("check", path).stderr.splitlines()
    shown = {source.strip(): caret for source, caret in zip(lines[1::3], lines[2::3], strict=False)}
    (wide,) = (caret for source, caret in shown.items() if "高" in source)
    assert wide.index("^") == '    1 | {"version": 1, '.__len__()
    (far,) = (source for source in shown if "unknown" in source)
    assert len(far) < 80


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_severities_have_colours_on_a_terminal_alone(recipe, no_color, coloured):
    ours, theirs = pty.openpty()
    command = [*COMMAND, "check", str(recipe())]
    with subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.PIPE, env=environment(NO_COLOR=no_color)
    ):
        os.close(theirs)
        told = b""
        with suppress(OSError):  # the terminal is gone when the command is
            while part := os.read(ours, 1000):
                told += part
    os.close(ours)
    assert (b"\x1b[33mwarning\x1b[0m: nothing-held-out" in told) == coloured
    assert b"nothing-held-out" in told
    assert "\x1b" not in augment("check", recipe()).stdout


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("steps: [rotate]", "say `copies: 1`"),
        ("steps: [rotate]\nviews: 2", "for a group of 2 of each sample"),
        ("branches: {weak: [rotate], strong: [hue]}", "for a group of 2 of each sample"),
        ("steps: [rotate]\ncopies: 0", None),
    ],
)
def test_steps_without_an_amount_are_told(tmp_path, more, told):
    make_photos(tmp_path / "in", {"train/a": 1, "test/a": 1})
    text = f"version: 1\nseed: 1\ndataset: {{path: in}}\noutput: {{path: out}}\n{more}\n"
    done = augment("check", write(tmp_path / "r.yaml", text))
    assert done.returncode == 0
    assert (told is None) == ("no-copies" not in done.stdout)
    assert told is None or told in done.stdout
