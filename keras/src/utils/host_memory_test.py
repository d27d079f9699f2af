import pytest

from keras.src.utils import host_memory

MACHINE = {"/proc/meminfo": "MemTotal: 100 kB\nMemAvailable:  50 kB\n"}
SECOND = {
    "/proc/self/cgroup": "0::/a/b\n",
    "/sys/fs/cgroup/a/memory.max": "3000\n",
    "/sys/fs/cgroup/a/memory.current": "1000\n",
    "/sys/fs/cgroup/a/b/memory.max": "max\n",
    "/sys/fs/cgroup/a/b/memory.current": "10\n",
}
FIRST = {
    "/proc/self/cgroup": "5:devices:/\n4:memory:/a\n",
    "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "900\n",
    "/sys/fs/cgroup/memory/a/memory.usage_in_bytes": "700\n",
}
FULL = {**FIRST, "/sys/fs/cgroup/memory/a/memory.usage_in_bytes": "1000\n"}


@pytest.mark.parametrize(
    ("files", "free"),
    [
        (MACHINE, 50 * 1024),
        ({**MACHINE, **SECOND}, 2000),
        ({**MACHINE, **FIRST}, 200),
        ({**MACHINE, **FULL}, 0),
        (SECOND, 0),
        ({}, 0),
    ],
    ids=["machine", "group", "group of the first version", "full group", "machine that does not say", "nothing"],
)
def test_the_least_that_the_system_says(files, free, monkeypatch):
    monkeypatch.setattr(host_memory, "_lines", lambda path: files.get(path, "").splitlines())
    assert host_memory.free_memory() == free


def test_this_machine_says_it_where_it_is_linux(tmp_path):
    assert host_memory.free_memory() >= 0
    assert host_memory._lines(str(tmp_path / "none")) == []
