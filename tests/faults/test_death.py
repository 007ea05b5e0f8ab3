"""kill -9 of everything, of the parent, and of workers: nothing lost, nothing double."""

import os
import random
import signal
import sys
from pathlib import Path

import pytest
from helpers import (
    children,
    environment,
    failures,
    finished,
    group_members,
    leftovers,
    make_photos,
    manifest,
    run,
    tree,
    write_recipe,
)
from watched import ALL, group_gone, kill_group

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

DYING = Path(__file__).with_name("dying")


def rarely(*values):
    """Have a test with these values in the long part alone."""
    return pytest.param(*values, marks=pytest.mark.faults)


@pytest.mark.parametrize("deaths", [3, rarely(20)])
def test_deaths_at_random_moments(watched, deaths):
    """The same output dies again and again, further and further on."""
    moments = sorted(random.Random(20).sample(range(ALL), deaths))
    caught = 0
    for moment in moments:
        process = watched.start()
        caught += watched.catch(process, moment)
        kill_group(process)
        watched.check_whole()
    assert caught >= deaths // 2
    watched.finish()


def test_the_checks_would_notice(watched):
    """The negative control: half a file, and a file too many."""
    process = watched.start()
    assert watched.catch(process, 1)
    kill_group(process)
    name = next(watched.output.rglob("*.png"))
    whole = name.read_bytes()
    name.write_bytes(whole[:-1])
    with pytest.raises(AssertionError):
        watched.check_whole()
    name.write_bytes(whole)
    (name.parent / "extra.png").write_bytes(whole)
    with pytest.raises(AssertionError):
        watched.finish()


def test_workers_go_with_their_parent(watched):
    process = watched.start()
    assert watched.catch(process, 1)
    assert len(group_members(process.pid)) > 1  # the first worker may have all to itself yet
    process.kill()
    process.communicate(timeout=60)
    group_gone(process.pid)
    watched.check_whole()
    watched.finish()


@pytest.mark.parametrize("moment", [60, *map(rarely, (1, 120))])
def test_a_worker_that_is_killed_costs_nothing(watched, moment):
    """One death only: a source that is in hand at two is taken for their cause."""
    process = watched.start()
    assert watched.catch(process, moment)
    os.kill(children(process.pid)[0], signal.SIGKILL)
    told, errors = process.communicate(timeout=120)
    assert process.returncode == 0, told + errors
    assert tree(watched.output) == watched.expected
    assert leftovers(watched.output) == []


MOMENTS = {
    "before the batch": ("os.mkdir", "/batches/"),
    "the first temporary": ("open", "['0', None"),
    "before the first rename": ("os.rename", "/batches/"),
    "before a later rename": ("os.rename", "00.aug-001.png"),
    "before the shard": ("os.rename", "/shards/"),
    "after the shard": ("os.remove", "names.json"),
    "after all of it": ("os.rmdir", "/batches/"),
}


def dying_run(tmp_path, moment, times, count=9):
    """Run with a worker that dies at a moment, so many times; return what became of it."""
    photos = make_photos(tmp_path / "in", {"cat": count})
    recipe = write_recipe(photos, tmp_path / "out")
    run(photos, tmp_path / "expected")
    death = "|".join([*MOMENTS[moment], str(tmp_path / "death"), str(times)])
    done = finished(
        [sys.executable, "-m", "augcli", "run", str(recipe), "-j", "2"],
        env=environment(PYTHONPATH=str(DYING), AUGMENT_TEST_DEATH=death),
    )
    assert len(list(tmp_path.glob("death.*"))) == times
    return done


ALWAYS = ("before a later rename", "before the shard", "after the shard")


@pytest.mark.parametrize("moment", [each if each in ALWAYS else rarely(each) for each in MOMENTS])
def test_a_worker_that_dies_while_it_publishes(tmp_path, moment):
    done = dying_run(tmp_path, moment, times=1)
    assert (done.returncode, done.stderr) == (0, "")
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")
    assert leftovers(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("moment", "photos"),
    [("before a later rename", 9), rarely("before the shard", 1), rarely("after the shard", 1)],
)
def test_a_sample_on_which_workers_die_twice_is_listed_and_tried_again(tmp_path, moment, photos):
    done = dying_run(tmp_path, moment, 2, photos)
    lost = failures(tmp_path / "out")
    assert (done.returncode, len(lost)) == (3, 1), done.stderr
    (source,) = lost
    assert "killed by signal 9" in lost[source]
    told = {each["output"] for each in manifest(tmp_path / "out")}
    files = {n for n, d in tree(tmp_path / "out").items() if d != "folder"}
    assert files == told | {"manifest.jsonl", "failures.jsonl"}
    assert len(told) == 3 * (photos - 1) + 1, "the original of the one that is lost stays"
    assert ["train", "cat", str(photos), str(len(told))] in map(str.split, done.stdout.splitlines())
    recipe = tmp_path / "out.yaml"
    assert finished([sys.executable, "-m", "augcli", "run", str(recipe)]).returncode == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "expected")
    assert leftovers(tmp_path / "out") == []


def test_no_pickle_is_read_from_disk(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 3})
    program = (
        "import sys, pickle, _pickle\n"
        "def no(*_): raise AssertionError('a pickle')\n"
        "pickle.load = pickle.loads = pickle.Unpickler = _pickle.load = _pickle.loads = no\n"
        "sys.addaudithook(lambda event, _: event.startswith('pickle.') and no())\n"
        "from augcli.cli.main import main; main()"
    )
    recipe = write_recipe(photos, tmp_path / "out")
    for _ in range(2):
        done = finished([sys.executable, "-c", program, "run", str(recipe), "-j", "1"])
        assert done.returncode == 0, done.stderr
