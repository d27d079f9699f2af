"""How much memory of this machine a process may still take."""

import contextlib
import os

_OF_CONTROL_GROUPS = (
    ("/sys/fs/cgroup", "memory.max", "memory.current"),
    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
)


def free_memory():
    """Bytes that are free now, within the limits of the container; 0 where the system does not say."""
    found = [_free_on_machine(), *_free_in_groups()]
    return max(0, min(found))


def _free_on_machine():
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _free_in_groups():
    """What each control group around this process leaves it, as Linux has them in either version."""
    places = {line.split(":", 2)[-1].strip("/") for line in _lines("/proc/self/cgroup")}
    for root, limit, used in _OF_CONTROL_GROUPS:
        for place in places | {""}:
            while True:
                numbers = [_number(os.path.join(root, place, name)) for name in (limit, used)]
                if None not in numbers:
                    yield numbers[0] - numbers[1]
                if not place:
                    break
                place = os.path.dirname(place)


def _number(path):
    text = "".join(_lines(path))
    return int(text) if text.isdecimal() else None


def _lines(path):
    with contextlib.suppress(OSError, UnicodeDecodeError), open(path) as file:
        return file.read().splitlines()
    return []
