"""Runs on a cluster of Ray on this machine: sites, nodes and commands are lost, files are not."""

import json
import os
import select
import signal
import sys
from pathlib import Path

import pytest
from clusters import begun
from helpers import (
    environment,
    failures,
    finished,
    group_members,
    leftovers,
    picture,
    start,
    tree,
    write,
    write_recipe,
)
from watched import gone, group_gone

from augcli.system.machine import instruction_sets

pytestmark = pytest.mark.cluster
cluster_utils = pytest.importorskip("ray.cluster_utils", reason="pip install 'augcli[ray]'")

DEADLINE = 300
"""Seconds after which a command, or a worker of it, comes no more."""
ODD = 61
"""The width of the one picture on which workers meet the test."""
STEP = f'''"""A step that waits for somebody, or dies, where a picture is {ODD} wide."""
import os
import signal
from contextlib import suppress
from pathlib import Path

from augcli.image.transform import Geometry
from augcli.transform import register

HERE = Path(__file__).parent


@register
class Meet(Geometry):
    """Change nothing."""

    @classmethod
    def lower(cls, params, facts):
        if facts.width == {ODD}:
            if (HERE / "poison").exists():
                os.kill(os.getpid(), signal.SIGKILL)
            with suppress(FileNotFoundError):
                with open(os.open(HERE / "started", os.O_WRONLY), "w") as started:
                    started.write(str(os.getpid()))
                (HERE / "go").open().read()
        return []
'''
STEPS = ["meet", {"rotate": {"degrees": [-20, 20]}}]
SMALL = {"object_store_memory": 80 << 20, "include_dashboard": False}


@pytest.fixture(scope="module")
def cluster():
    """Return a cluster of a head without CPUs, and two nodes of one CPU each."""
    head = {"num_cpus": 0, **SMALL}
    made = begun(lambda: cluster_utils.Cluster(initialize_head=True, head_node_args=head))
    for _ in range(2):
        add_node(made)
    yield made
    made.shutdown()


def add_node(cluster, **options):
    told = {"num_cpus": 1, "object_store_memory": 80 << 20, **options}
    return begun(lambda: cluster.add_node(wait=True, **told))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for number in range(60):
        size = (50, ODD if number == 20 else 60)
        write(folder / f"train/{number % 3}/{number:02d}.png", picture(number, size=size))
    return folder


@pytest.fixture(scope="module")
def expected(dataset, tmp_path_factory):
    """Return what a run on this machine makes."""
    return Case(dataset, tmp_path_factory.mktemp("here")).finish()


@pytest.fixture
def case(dataset, tmp_path, expected):
    case = Case(dataset, tmp_path)
    yield case
    case.end()


def node_of(cluster, raylet):
    """Return the node whose process this is."""
    return next(
        node
        for node in cluster.worker_nodes
        if node.all_processes["raylet"][0].process.pid == raylet
    )


class Case:
    """One output, and the commands that work on it."""

    def __init__(self, dataset, folder):
        self.folder, self.output = folder, folder / "out"
        write(folder / "meet.py", STEP)
        told = {"plugins": ["meet.py"], "steps": STEPS, "copies": 4}
        self.recipe = write_recipe(dataset, self.output, **told)
        self._started = []

    def start(self, cluster, *words):
        words = ("run", self.recipe, "--engine", f"ray:{cluster.address}", *words)
        process = start(*words, env=environment())
        self._started.append(process)
        return process

    def meeting(self):
        """Have the next worker that comes to the odd picture wait; return its process."""
        for name in ("started", "go"):
            os.mkfifo(self.folder / name)
        return Meeting(self.folder)

    def finish(self):
        """Run here, to the end; return what there is then."""
        done = finished([sys.executable, "-m", "augcli", "run", str(self.recipe), "-j", "2"])
        assert done.returncode == 0, done.stderr
        assert leftovers(self.output) == []
        return tree(self.output)

    def end(self):
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


class Meeting:
    """A worker that waits, and those around it."""

    def __init__(self, folder):
        self._folder = folder

    def held(self):
        """Wait until a worker waits; whoever comes after it does not."""
        with (self._folder / "started").open("r+b", buffering=0) as started:  # waits for nobody
            assert select.select([started], [], [], DEADLINE)[0], "no worker came"
            self.worker = int(started.read(20))
        (self._folder / "started").unlink()
        return self

    def let_go(self):
        (self._folder / "go").write_text("")

    @property
    def site(self):
        return above(above(self.worker))

    @property
    def node(self):
        return above(self.site)


def above(process):
    """Return the parent of a process."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def ended(process):
    """Return the exit code, and what was said on stdout and stderr."""
    said, errors = process.communicate(timeout=DEADLINE)
    return process.returncode, said, errors


def test_the_same_bytes_and_nothing_of_ray_on_stdout(cluster, case, expected):
    code, said, errors = ended(case.start(cluster, "--json"))
    assert (code, errors) == (0, "")
    assert json.loads(said)["outputs"] == 300
    assert tree(case.output) == expected
    assert leftovers(case.output) == []


def test_a_killed_site_costs_a_retry(cluster, case, expected):
    meeting = case.meeting()
    process = case.start(cluster)
    worker = meeting.held()
    os.kill(worker.site, signal.SIGKILL)
    code, _, errors = ended(process)
    assert (code, errors) == (0, "")
    assert tree(case.output) == expected


def test_a_killed_node_costs_a_retry(cluster, case, expected):
    meeting = case.meeting()
    process = case.start(cluster)
    worker = meeting.held()
    site = worker.site
    cluster.remove_node(node_of(cluster, worker.node), allow_graceful=False)
    code, said, _ = ended(process)
    gone(worker.worker, site)
    add_node(cluster)
    assert code == 0
    assert "(raylet)" not in said
    assert tree(case.output) == expected


def test_a_killed_command_goes_on_where_it_was(cluster, case, expected):
    meeting = case.meeting()
    process = case.start(cluster)
    worker = meeting.held()
    site = worker.site
    process.kill()
    process.communicate(timeout=DEADLINE)
    gone(worker.worker, site)
    assert ended(case.start(cluster))[0] == 0
    assert tree(case.output) == expected


@pytest.mark.parametrize(("number", "expected_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_good_order(cluster, case, expected, number, expected_code):
    meeting = case.meeting()
    process = case.start(cluster)
    worker = meeting.held()
    os.killpg(process.pid, number)
    assert "finishing what is in hand" in process.stderr.readline()
    worker.let_go()
    code, _, errors = ended(process)
    assert code == expected_code
    assert "stopped after" in errors
    assert not list((case.output / ".augment/batches").iterdir())
    assert not group_members(process.pid)
    assert case.finish() == expected


def test_a_poisonous_picture_costs_itself(cluster, case, expected):
    write(case.folder / "poison", "")
    assert ended(case.start(cluster))[0] == 3
    (name, reason), *others = failures(case.output).items()
    assert (name, others) == ("train/2/20.png", [])
    assert "SIGKILL" in reason
    (case.folder / "poison").unlink()
    assert case.finish() == expected


@pytest.fixture
def odd_node(cluster):
    """Have a third node, on which OpenCV does not use all that it has."""
    if "AVX512-SKX" not in instruction_sets(["opencv-python-headless"])["instruction_sets"]:
        pytest.skip("OpenCV uses nothing beyond AVX2 here")
    node = add_node(cluster, env_vars={"OPENCV_CPU_DISABLE": "AVX512-SKX"})
    yield
    cluster.remove_node(node)


def test_unlike_processors_are_refused_by_name_or_pinned(cluster, case, odd_node):
    case.meeting()  # so that the others are not done before it is asked
    code, said, errors = ended(case.start(cluster))
    assert (code, said) == (4, "")
    assert f"{os.uname().nodename} cannot take part" in errors
    assert "AVX512-SKX only here" in errors
    assert "isa: avx2" in errors
    (case.folder / "started").unlink()
    code, said, errors = ended(case.start(cluster, "--set", "isa=avx2", "--json"))
    assert (code, errors) == (0, "")
    assert json.loads(said)["outputs"] == 300


def test_a_cluster_that_is_not_there(case):
    process = start("run", case.recipe, "--engine", "ray:127.0.0.1:9", env=environment())
    code, said, errors = ended(process)
    assert (code, said) == (4, "")
    assert errors.startswith("augment: no cluster of Ray at 127.0.0.1:9: ")


def test_a_cluster_of_ones_own_leaves_nothing_running(case, expected):
    process = start("run", case.recipe, "--engine", "ray", "-j", 2, env=environment())
    assert ended(process)[0] == 0
    group_gone(process.pid)
    assert tree(case.output) == expected
