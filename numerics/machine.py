"""What the machine has for us: cores, and memory in bytes, as the kernel and a container limit them."""

import gc
import os
import sys
from contextlib import suppress
from pathlib import Path


def cores() -> int:
    """The cores that this process may use, which may be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def collect_seldom() -> None:
    """Lets Python look for cyclic garbage a hundred times less often, and never among what is there now.

    SymPy makes millions of small objects and next to no cycles: the search takes its time and finds nothing.
    """
    gc.freeze()
    gc.set_threshold(100 * gc.get_threshold()[0], *gc.get_threshold()[1:])


def memory_left() -> int:
    """What the kernel calls available (all there is, without /proc), or a narrower limit of a group."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([free, *group_limits()])


def group_limits(
    mounted: Path = Path("/sys/fs/cgroup"), groups: Path = Path("/proc/self/cgroup")
) -> list[int]:
    """The memory limits of the control groups, of either version, that this process is in."""
    limits: list[int] = []
    with suppress(OSError):
        for line in groups.read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if kinds and "memory" not in kinds.split(","):
                continue
            top, name = (mounted / "memory", "memory.limit_in_bytes") if kinds else (mounted, "memory.max")
            inner = top / path.lstrip("/")
            for group in (inner, *inner.parents):
                if group.is_relative_to(top):
                    with suppress(OSError, ValueError):  # no such file, or the word max
                        limits.append(int((group / name).read_text()))
    return limits


def resident(pid: int) -> int:
    """What a process holds; 0 once it is gone, and where there is no /proc."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
