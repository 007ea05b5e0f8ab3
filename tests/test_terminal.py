"""What a person sees at a terminal while a run is under way."""

from __future__ import annotations

import os
import pty
import re
import sys
import termios
import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest
from helpers import COMMAND, environment, finished, make_photos, write, write_recipe


def test_a_bar_tells_rate_time_left_and_failures(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/a": 4})
    write(tmp_path / "in/train/a/broken.png", "no picture")
    recipe = write_recipe(tmp_path / "in", tmp_path / "out")
    code, shown = at_a_terminal("run", str(recipe), "-j", "1")
    assert code == 3
    bars = [each for each in shown.split("\r") if "1 failed" in each]
    assert any("/5" in each and "sources/s" in each and "<" in each for each in bars), shown
    assert "1 input failed" in shown


def test_what_is_said_fits_80_columns(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/a": 2})
    for number in range(3):
        write(tmp_path / f"in/train/a/{number}.heic", "no picture")
    write_recipe(tmp_path / "in", tmp_path / "out")
    code, shown = at_a_terminal("check", "out.yaml", cwd=tmp_path)
    lines = [re.sub(r"\x1b\[\d+m", "", line) for line in shown.splitlines()]
    lines = [line for line in lines if not line.startswith(str(tmp_path))]  # a word of any length
    assert (code, max(map(len, lines)) <= 80) == (0, True), shown
    assert "convert them to JPEG or PNG first" in " ".join(line.strip() for line in lines)
    piped = finished([*COMMAND, "check", "out.yaml"], cwd=tmp_path).stdout
    assert max(map(len, piped.splitlines())) > 80, "one finding a line, for programs"


def test_wide_letters_count_twice(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/类别甲乙丙": 2, "train/plain": 2})
    (first, *_) = (tmp_path / "in/train/plain").iterdir()
    write(tmp_path / f"in/train/类别甲乙丙/{'类' * 20}.png", first.read_bytes())
    write_recipe(tmp_path / "in", tmp_path / "out")
    _, shown = at_a_terminal("check", "out.yaml", cwd=tmp_path)
    lines = [re.sub(r"\x1b\[\d+m", "", line) for line in shown.splitlines()]
    assert any("类" in line for line in lines), shown
    assert max(map(width, lines)) <= 80, shown
    _, shown = at_a_terminal("plan", "out.yaml", cwd=tmp_path)
    assert len({width(row) for row in shown.splitlines()[:4]}) == 1, shown


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) == "W" else 1 for mark in line)


def test_a_preview_shows_its_progress(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/a": 3})
    recipe = write_recipe(tmp_path / "in", tmp_path / "out")
    code, shown = at_a_terminal("preview", str(recipe), "-o", str(tmp_path / "p.png"))
    assert (code, "3/3" in shown) == (0, True), shown


CTRL_C = "os.kill(os.getpid(), 2)"
INTERRUPTED = {
    "in imports": ("click", "raise KeyboardInterrupt"),
    "in imports by a signal": ("click", CTRL_C),
    "in a command": ("yaml", CTRL_C),
    "twice": ("yaml", f"try:\n {CTRL_C}\nfinally:\n {CTRL_C}"),
    "and at the end": ("yaml", f"import atexit\natexit.register(lambda: {CTRL_C})\n{CTRL_C}"),
}
"""Where → a module that is imported there, and what is in its place."""


@pytest.mark.parametrize(("module", "text"), INTERRUPTED.values(), ids=INTERRUPTED)
def test_an_interrupted_start_is_answered_in_one_line(
    tmp_path: Path, module: str, text: str
) -> None:
    write(tmp_path / f"{module}.py", f"import os\n{text}")
    recipe = write_recipe(make_photos(tmp_path / "in", {"train/a": 1}), tmp_path / "out")
    here = environment(PYTHONPATH=str(tmp_path))
    told = finished([sys.executable, "-m", "augcli", "plan", str(recipe)], env=here)
    assert (told.returncode, told.stdout) == (130, "")
    assert told.stderr.strip() == "augment: interrupted"


@pytest.mark.parametrize("module", ["click", "yaml"])
def test_what_is_started_to_heed_no_interrupt_heeds_none(tmp_path: Path, module: str) -> None:
    """As `nohup`, and shells in the background, have it."""
    write(tmp_path / f"{module}.py", f"import os\n{CTRL_C}\nraise SystemExit(3)")
    recipe = write_recipe(make_photos(tmp_path / "in", {"train/a": 1}), tmp_path / "out")
    here = environment(PYTHONPATH=str(tmp_path))
    command = ["sh", "-c", f"trap '' INT; {sys.executable} -m augcli plan {recipe}"]
    assert finished(command, env=here).returncode == 3


def at_a_terminal(*words: str, cwd: Path | None = None) -> tuple[int, str]:
    """Run the command line at a terminal of its own; return its exit code and what it shows."""
    child, terminal = pty.fork()
    if not child:
        termios.tcsetwinsize(0, (24, 80))
        os.chdir(cwd or ".")
        os.execvpe(COMMAND[0], [*COMMAND, *words], environment())
    shown = b""
    with suppress(OSError):  # which is how a terminal ends
        while piece := os.read(terminal, 1 << 16):
            shown += piece
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()
