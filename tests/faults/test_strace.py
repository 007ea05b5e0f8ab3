"""System calls that fail or never return, one after the other, by `strace -e inject`."""

import re
import shutil
import sys
import tempfile
from itertools import count
from pathlib import Path

import pytest
from helpers import (
    COMMAND,
    environment,
    failures,
    finished,
    leftovers,
    make_photos,
    run,
    tree,
    write_recipe,
)
from seeds import EXAMPLES, MANY_FILES, SEEDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is for Linux")

MEMORY = Path("/dev/shm")
SAME_ORDER = environment(AUGMENT_JOBS="1", PYTHONHASHSEED="0")
"""For runs whose calls are counted: sets of names in one order, and so imports and syncs, too."""


@pytest.fixture(scope="module")
def strace():
    if not shutil.which("strace"):
        pytest.skip("there is no strace")
    strace = ["strace", "-f", "-qq", "-o", "/dev/null"]
    if finished([*strace, "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "true"]).returncode:
        pytest.skip("strace may not trace here")
    return strace


@pytest.fixture
def work(tmp_path):
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        work = Path(folder)
        make_photos(work / "in", {"cat": 1})
        run(work / "in", work / "expected", copies=1)
        write_recipe(work / "in", work / "out", copies=1)
        yield work


def injected(strace, work, calls, what, path=None, *, command=COMMAND):
    """Run with system calls that fail; `path` limits them to calls about it."""
    where = ["-P", str(path)] if path else []
    options = [*where, "-e", f"trace={calls}", "-e", f"inject={calls}:{what}"]
    if "KILL" not in what:  # strace 6.1 then does not
        options.append("--seccomp-bpf")
    words = [*strace, *options, *command, "run", str(work / "out.yaml"), "-j", "1"]
    return finished(words, env=SAME_ORDER)


def finish(work):
    assert run(work / "in", work / "out", copies=1).exit_code == 0
    assert tree(work / "out") == tree(work / "expected")
    assert leftovers(work / "out") == []


RARELY = pytest.mark.faults
RENAMES, SYNCS = "rename,renameat,renameat2", "fsync,syncfs,fdatasync"
APART = [3, pytest.param(1, marks=RARELY)]
"""Which calls are tried: every third, or every one."""


@pytest.mark.parametrize("apart", APART)
@pytest.mark.parametrize("calls", [RENAMES, pytest.param(SYNCS, marks=RARELY)])
def test_death_in_system_calls_of_a_kind(strace, work, calls, apart):
    for number in count(1, apart):
        done = injected(strace, work, calls, f"signal=KILL:when={number}")
        if done.returncode == 0:
            break
        assert done.returncode in {-9, 137}
        finish(work)
        shutil.rmtree(work / "out")
    assert number > 4


@pytest.mark.parametrize("apart", APART)
def test_a_sync_that_fails_is_told_and_nothing_marked_done(strace, work, apart):
    for number in count(1, apart):
        done = injected(strace, work, SYNCS, f"error=EIO:when={number}")
        if done.returncode == 0:
            break
        assert done.returncode == 4, done.stderr
        assert "Input/output error" in done.stderr
        marked = (work / "out/run.json").exists()
        assert not marked or tree(work / "out") == tree(work / "expected"), "only the last may"
        finish(work)
        shutil.rmtree(work / "out")
    assert number > 6


@pytest.mark.parametrize("calls", [RENAMES, "mkdir,mkdirat"])
@pytest.mark.parametrize("error", ["EIO", pytest.param("ENOSPC", marks=RARELY)])
def test_changes_that_fail_are_told(strace, work, calls, error):
    for number in (1, 2, 3):
        done = injected(strace, work, calls, f"error={error}:when={number}")
        assert done.returncode == 4, done.stderr
        assert "Traceback" not in done.stderr
        finish(work)
        shutil.rmtree(work / "out")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("EIO", 4),
        ("EACCES", 3),
        *(pytest.param(error, 4, marks=RARELY) for error in ("EMFILE", "ENFILE", "ENOMEM")),
    ],
)
def test_a_source_that_cannot_be_opened(strace, work, error, code):
    """Some errors are the file's, others are the machine's and must not be blamed on it."""
    source = work / "in/cat/00.png"
    done = injected(strace, work, "openat,open", f"error={error}", source)
    assert done.returncode == code, done.stderr
    assert bool(failures(work / "out")) == (code == 3)


@pytest.mark.parametrize(
    "call",
    ["read", *(pytest.param(c, marks=RARELY) for c in ("pread64", "fstat,newfstatat,statx"))],
)
def test_a_source_that_cannot_be_read(strace, work, call):
    done = injected(strace, work, call, "error=EIO", work / "in/cat/00.png")
    assert done.returncode in {0, 3, 4}, done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(params=[*EXAMPLES, *MANY_FILES])
def seeded(request, memory):
    """Return a folder with a recipe for a seed, and what the seed gives undisturbed."""
    seed = SEEDS[request.param]
    dataset = seed.written(memory / "in")
    run(dataset, memory / "expected", **seed.recipe)
    write_recipe(dataset, memory / "out", **seed.recipe)
    return memory, seed


def check_goes_on(work, seed):
    """See that the same command ends as if nothing had happened."""
    assert run(work / "in" / (seed.listing or ""), work / "out", **seed.recipe).exit_code == 0
    assert tree(work / "out") == tree(work / "expected")
    assert leftovers(work / "out") == []


@pytest.mark.faults
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("calls", [SYNCS, RENAMES, "mkdir,mkdirat"])
def test_changes_that_fail_are_told_for_every_kind(strace, seeded, calls, error):
    work, seed = seeded
    for number in (1, 3):
        done = injected(strace, work, calls, f"error={error}:when={number}")
        assert done.returncode in {0, 4}, done.stderr
        assert done.returncode == 4 or number > 1
        assert "Traceback" not in done.stderr
        check_goes_on(work, seed)
        shutil.rmtree(work / "out")


@pytest.mark.faults
@pytest.mark.parametrize("error", ["EIO", "ESTALE", "EMFILE", "ENOMEM"])
def test_an_ill_system_is_not_blamed_on_a_source(strace, seeded, error):
    """What was made before stays, and the same command then ends as if nothing had happened."""
    work, seed = seeded
    check_goes_on(work, seed)
    before = tree(work / "out")
    victim = work / "in" / seed.victim
    victim.touch()
    done = injected(strace, work, "openat,open", f"error={error}", victim)
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert tree(work / "out") == before
    check_goes_on(work, seed)


@pytest.mark.faults
@pytest.mark.parametrize("call", ["read", "pread64", "fstat,newfstatat,statx"])
def test_a_source_of_any_kind_that_cannot_be_read(strace, seeded, call):
    work, seed = seeded
    done = injected(strace, work, call, "error=EIO", work / "in" / seed.victim)
    assert done.returncode in {0, 3, 4}, done.stderr
    assert "Traceback" not in done.stderr
    check_goes_on(work, seed)


_PARTS = "from augcli.cli import main as cli\nfrom augcli.disk import disk, reading"


def worse(line):
    """Return a command of a build with a defence less."""
    return [sys.executable, "-c", f"{_PARTS}\n{line}\ncli.main()"]


def test_a_build_that_blames_a_source_is_noticed(strace, work):
    """The negative control."""
    command = worse("reading._SYSTEM_IS_ILL = frozenset()")
    done = injected(
        strace, work, "openat,open", "error=EIO", work / "in/cat/00.png", command=command
    )
    assert done.returncode == 3


CALL = re.compile(r"(\d+) +(\w+)\(\d+<([^>]+)>(.*)")


def numbered(strace, work, call):
    """Yield the number of each call of a run's own thread that is about a file being written."""
    trace = work / "trace"
    options = ["-y", "--seccomp-bpf", "-e", f"trace={call},write", "-o", str(trace)]
    words = [*strace, *options, *COMMAND, "run", str(work / "out.yaml"), "-j", "1"]
    done = finished(words, env=SAME_ORDER)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(work / "out")
    lines = trace.read_text().splitlines()
    main = lines[0].split()[0]
    told = [found.groups() for line in lines if (found := CALL.match(line))]
    written = {path for _, name, path, _ in told if name == "write" and f"{work}/out" in path}
    number = 0
    for line in lines:
        if re.match(f"{main} +{call}\\(", line):  # numbers of processes are padded
            number += 1
            _, _, path, rest = CALL.match(line).groups() if CALL.match(line) else ("",) * 4
            if path in written or (f"{work}/out" in path and "O_WRONLY" in rest):
                yield number


def check_told(strace, work, seed, call, error, *, command=COMMAND):
    """See that the first, the middle and the last of such calls that fails is told.

    Threads of libraries wake each other by calls of the same name, which no disk makes fail: they
    are not followed.
    """
    numbers = list(numbered(strace, work, call))
    strace = [word for word in strace if word != "-f"]
    for number in (numbers[0], numbers[len(numbers) // 2], numbers[-1]):
        done = injected(strace, work, call, f"error={error}:when={number}", command=command)
        assert done.returncode == 4, done.stderr
        assert "Traceback" not in done.stderr
        check_goes_on(work, seed)
        shutil.rmtree(work / "out")


@pytest.mark.faults
@pytest.mark.parametrize(
    ("call", "error"),
    [("write", "EIO"), ("write", "ENOSPC"), ("close", "EIO"), ("openat", "EMFILE")],
)
def test_outputs_of_any_kind_that_cannot_be_written(strace, seeded, call, error):
    check_told(strace, *seeded, call, error)


@pytest.mark.parametrize("seeded", ["text csv"], indirect=True)
def test_a_build_that_does_not_know_an_error_is_noticed(strace, seeded):
    """The negative control."""
    command = worse("disk._STORAGE_ERRNOS = frozenset()")
    with pytest.raises(AssertionError, match="Traceback"):
        check_told(strace, *seeded, "write", "EIO", command=command)
