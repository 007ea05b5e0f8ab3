"""CPUs that a process may use, read from folders that look like /proc and /sys."""

import os

import pytest

from augcli.engines.cpus import available_cpus

CPUS = len(os.sched_getaffinity(0))
V2 = {"proc/self/cgroup": "0::/a/b\n"}
V1 = {"proc/self/cgroup": "9:memory:/x\n4:cpu,cpuacct:/a\n0::/a\n"}
CPU = "sys/fs/cgroup/cpu,cpuacct"


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({}, CPUS),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "max 100000\n"}, CPUS),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "190000 100000\n"}, 1),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "50000 100000\n"}, 1),
        (V2 | {"sys/fs/cgroup/a/cpu.max": "100000 100000\n"}, 1),
        (V2 | {"sys/fs/cgroup/cpu.max": "100000 100000\n"}, 1),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "99900000 100000\n"}, CPUS),
        (V2 | {"sys/fs/cgroup/a/b/cpu.max": "nonsense\n"}, CPUS),
        (V1 | {f"{CPU}/a/cpu.cfs_quota_us": "100000\n", f"{CPU}/a/cpu.cfs_period_us": "90000"}, 1),
        (V1 | {f"{CPU}/cpu.cfs_quota_us": "100000\n", f"{CPU}/cpu.cfs_period_us": "90000"}, 1),
        (V1 | {f"{CPU}/a/cpu.cfs_quota_us": "-1\n", f"{CPU}/a/cpu.cfs_period_us": "90000"}, CPUS),
    ],
)
def test_available_cpus(tmp_path, files, cpus):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available_cpus(tmp_path) == cpus
