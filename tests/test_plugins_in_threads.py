"""Steps of one's own in a program with threads: read by one at a time, and asked apart."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import environment, failures, forget_plugins, write, write_recipe

import augcli
from augcli.engines.cpus import available_cpus
from augcli.foreign import load_packages

SHOUT = '''
import os, time
from augcli.text.transform import TextTransform
from augcli.transform import register

@register
class Shout(TextTransform):
    """Shout, die of one text and hang on another."""

    def edits(self, draws, document):
        if document.text == "die":
            os.kill(os.getpid(), 9)
        if document.text == "hang":
            time.sleep(1000)
        return [[0, 0, "HEY "]]
'''
READ_MEANWHILE = """
from pathlib import Path
from threading import Thread
import augcli

known = []

def load():
    recipe = augcli.load_recipe(Path(__file__).with_name("out.yaml"))
    known.extend(step.name for step in recipe.steps)

other = Thread(target=load)
other.start()
other.join(0.3)  # of a build that does not wait for this file it is done by then
"""
IN_A_THREAD = """
import sys, threading, augcli, augcli.api

def work():
    recipe = augcli.load_recipe(sys.argv[1])
    engine = augcli.api.local_engine(recipe, 2) if sys.argv[2:] else None
    told = []
    done = augcli.run(recipe, 2, progress=lambda *numbers: told.append(numbers), engine=engine)
    print(done.exit_code, done.made, told)

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Iterator[Path]:
    write(tmp_path / "shout.py", SHOUT)
    texts = write(
        tmp_path / "texts.csv", "text,label\n" + "fine,a\n" * 5 + "die,b\nhang,b\nwell,b\n"
    )
    told = {"plugins": ["shout.py"], "steps": ["shout"], "copies": 1, "timeout": 1}
    dataset = {"kind": "text", "label": "label"}
    yield write_recipe(texts, tmp_path / "out", dataset=dataset, **told)
    forget_plugins()


def test_a_thread_that_reads_a_file_while_another_does_knows_its_steps(recipe: Path) -> None:
    write(recipe.with_name("shout.py"), READ_MEANWHILE + SHOUT)
    load_packages()  # where an unknown name is looked for last, which takes its time once
    (step,) = augcli.load_recipe(recipe).steps
    module = sys.modules[type(step).__module__]
    module.other.join()
    assert module.known == [step.name] == ["shout"]


def in_a_thread(recipe: Path, threads: int, *told: str) -> subprocess.CompletedProcess[str]:
    """Run a recipe in a thread of a program whose BLAS has so many threads."""
    command = [sys.executable, "-c", IN_A_THREAD, str(recipe), *told]
    known = environment(OPENBLAS_NUM_THREADS=str(threads))
    return subprocess.run(command, env=known, capture_output=True, text=True, check=False)


WITH_FORKS = pytest.mark.skipif(sys.platform != "linux", reason="forks")
MANY = pytest.param(2, marks=pytest.mark.skipif(available_cpus() < 2, reason="BLAS has one thread"))


@WITH_FORKS
@pytest.mark.parametrize("threads", [1, MANY])
def test_a_step_that_dies_or_hangs_in_a_thread_costs_one_sample(recipe: Path, threads: int) -> None:
    done = in_a_thread(recipe, threads)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3 2 [(1, 1)]\n", "")
    lost = failures(recipe.with_name("out"))
    assert [*lost] == ["texts.csv#5", "texts.csv#6"]
    assert lost["texts.csv#6"] == "took longer than 1 s"


@WITH_FORKS
@pytest.mark.parametrize("threads", [MANY])
def test_that_a_step_is_asked_in_the_program_itself_is_told_before(
    recipe: Path, threads: int
) -> None:
    done = in_a_thread(recipe, threads, "an engine of its own")
    assert done.returncode == -9
    assert "not augment's own are asked in this very process" in done.stderr
