"""Memory and processor time of a process and of all that it has started, from Linux's /proc."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    """Of one process; 0 where it has ended."""
    return _field(pid, "status", "VmRSS:")


def family_megabytes(pid: int) -> float:
    """Of a process with its descendants: pages that several of them share count once."""
    return sum(_field(member, "smaps_rollup", "Pss:") for member in _family(pid))


@dataclass(frozen=True)
class ProcessorTime:
    """Seconds of processor time: for the bot with its descendants, for this process, and for everything."""

    bot_alone: float
    bot: float
    here: float
    anything: float

    @classmethod
    def so_far(cls, pid: int) -> "ProcessorTime":
        """Up to now, for the bot with that process id."""
        user, nice, system, _, _, irq, soft_irq, *_ = map(int, (PROC / "stat").read_text().splitlines()[0].split()[1:])
        anything = (user + nice + system + irq + soft_irq) / TICKS_A_SECOND
        family = sum(map(_processor_seconds, _family(pid)))
        return cls(_processor_seconds(pid), family, time.process_time(), anything)

    def cores_since(self, earlier: "ProcessorTime", seconds: float) -> str:
        """How many cores the bot, this process and others kept busy during that many seconds."""
        bot, here = self.bot - earlier.bot, self.here - earlier.here
        others = self.anything - earlier.anything - bot - here
        return ", ".join(f"{max(0.0, taken) / seconds:.1f}" for taken in (bot, here, others))


def _processor_seconds(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND if fields else 0.0


def _family(pid: int) -> set[int]:
    parents = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            parents[int(folder.name)] = int(fields[1])
    family, found = {pid}, True
    while found:
        found = {child for child, parent in parents.items() if parent in family} - family
        family |= found
    return family


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on, which is the first; none where the process has ended."""
    try:
        # "pid (name) state parent …": the name may hold anything, brackets too.
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _field(pid: int, file: str, name: str) -> float:
    try:
        lines = (PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)
