"""Resident memory of a process and of all that it has started, from Linux's /proc."""

from pathlib import Path

PROC = Path("/proc")


def resident_megabytes(pid: int) -> float:
    """Of one process; 0 where it has ended."""
    return _field(pid, "status", "VmRSS:")


def family_megabytes(pid: int) -> float:
    """Of a process with its descendants: pages that several of them share count once."""
    return sum(_field(member, "smaps_rollup", "Pss:") for member in _family(pid))


def _family(pid: int) -> set[int]:
    parents = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                # "pid (name) state parent": the name may hold anything, brackets too.
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended
    family, found = {pid}, True
    while found:
        found = {child for child, parent in parents.items() if parent in family} - family
        family |= found
    return family


def _field(pid: int, file: str, name: str) -> float:
    try:
        lines = (PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)
