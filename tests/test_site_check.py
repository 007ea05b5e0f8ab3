"""Which engine is asked for, and which machines may take part."""

import sys

import pytest
from helpers import augment, make_photos, run, write, write_recipe

from augcli.engines.named import chosen
from augcli.errors import EngineError, UsageError
from augcli.recipe import read_recipe
from augcli.work.site_check import SiteCheck, witness


@pytest.fixture
def recipe(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/cat": 2})
    run(photos, tmp_path / "out")
    return read_recipe(str(write_recipe(photos, tmp_path / "out")))


def answered(site_check, recipe, change=lambda: None):
    """Return what a worker says of this machine after a change."""
    with site_check.question({"output": str(recipe.output_folder)}) as question:
        change()
        return witness(question.context)([None], None)


def test_a_machine_that_is_like_this_one_takes_part(recipe):
    site_check = SiteCheck(recipe)
    site_check.refuse("node-7", answered(site_check, recipe))
    assert not list((recipe.output_folder / ".augment/scratch").iterdir())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"machine": "riscv64"}, "it is riscv64, this machine "),
        ({"versions": {}}, "it has .* absent, this machine .*; install the same on both"),
        ({"sets": {"instruction_sets": "AVX9"}}, r"AVX9 only there.*`isa: avx2` in the recipe"),
    ],
)
def test_a_machine_that_would_make_other_bytes_is_refused_by_name(recipe, changes, told):
    site_check = SiteCheck(recipe)
    with pytest.raises(EngineError, match=f"node-7 cannot take part: .*{told}") as caught:
        site_check.refuse("node-7", answered(site_check, recipe) | changes)
    assert caught.value.exit_code == 4


def test_a_machine_that_does_not_see_the_output_is_refused(recipe):
    site_check = SiteCheck(recipe)
    with site_check.question({"output": str(recipe.output_folder)}) as question:
        pass  # the file that was to be seen is gone
    answer = witness(question.context)([None], None)
    with pytest.raises(EngineError, match=r"does not see the output .* that all nodes share"):
        site_check.refuse("node-7", answer)


def test_a_part_of_a_run_has_a_folder_of_its_own_that_is_looked_for(recipe, tmp_path):
    own = recipe.output_folder.rename(tmp_path / "stands-in")
    with SiteCheck(recipe).question({"output": str(own)}) as question:
        assert witness(question.context)([None], None)["unseen"] == {}
        (told,) = (what for what in question.context["files"] if what.startswith("output"))
    assert told == f"output {own}"


def test_a_machine_that_sees_another_dataset_is_refused(recipe):
    site_check = SiteCheck(recipe)
    file = write(recipe.input / "notes.txt", "as it is here")
    answer = answered(site_check, recipe, lambda: file.write_text("older"))
    with pytest.raises(EngineError, match=r"does not see the dataset .*notes\.txt"):
        site_check.refuse("node-7", answer)


def test_a_machine_that_lacks_a_package_of_steps_is_refused(recipe):
    site_check = SiteCheck(recipe, ["json.decoder", "no_such_steps.of_mine"])
    with pytest.raises(EngineError, match=r"node-7 .* it lacks no_such_steps\.of_mine, which has"):
        site_check.refuse("node-7", answered(site_check, recipe))


@pytest.mark.parametrize(
    ("name", "cpus", "told"),
    [
        ("rya", None, "'rya' is no engine; .*; did you mean 'ray'"),
        ("ray:", None, "expected local, ray or ray:ADDRESS"),
        ("local:2", None, "expected local, ray or ray:ADDRESS"),
        ("ray:http://head:8265", None, "expected HOST:PORT of its head"),
        ("local", 2, "--site-cpus is for --engine ray"),
    ],
)
def test_what_is_no_engine(name, cpus, told):
    with pytest.raises(UsageError, match=told):
        chosen(name, 2, cpus)


def test_without_ray_it_says_how_to_get_it(recipe, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EngineError, match=r"pip install 'augcli\[ray\]'"):
        chosen("ray")


def test_the_command_line_says_so_too(recipe):
    done = augment("run", recipe.output_folder.with_name("out.yaml"), "--engine", "slurm")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'slurm' is no engine" in done.stderr
