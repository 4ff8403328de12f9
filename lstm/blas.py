"""The BLAS that NumPy multiplies with: its threads and its kernels, set before NumPy is imported."""

import os
from collections.abc import MutableMapping
from pathlib import Path

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_KERNELS = "OPENBLAS_CORETYPE"
_SKYLAKE_X = frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"})
"""What OpenBLAS's SkylakeX kernels need."""
_ZEN_5 = 26
"""AMD's number for the family of Zen 5."""


def configure(
    threads: int = 1,
    *,
    keep_threads: bool = False,
    environment: MutableMapping[str, str] = os.environ,
    cpu_info: Path = Path("/proc/cpuinfo"),
) -> None:
    """Set the environment variables that OpenBLAS reads when NumPy is imported.

    One thread by default: on a busy machine, two are ten times as slow.

    OpenBLAS (up to 0.3.31 at least) does not know AMD's Zen 5 and runs its AVX2 kernels there. Its AVX-512 kernels
    for SkylakeX run on it as well and compose a song in half the time, so they are chosen, unless the user's
    environment names others.

    Args:
        threads: how many threads multiply.
        keep_threads: whether a number that the environment has already stays.
        environment: where the variables are set.
        cpu_info: what Linux tells about the processor; another system has no such file, and nothing is chosen.
    """
    for name in _THREADS:
        if not (keep_threads and environment.get(name)):
            environment[name] = str(threads)
    if not environment.get(_KERNELS) and _is_unknown_avx512(cpu_info):
        environment[_KERNELS] = "SkylakeX"


def _is_unknown_avx512(cpu_info: Path) -> bool:
    """Whether this is a processor with AVX-512 that OpenBLAS takes for an older one."""
    try:
        first = cpu_info.read_text("utf-8", "replace").partition("\n\n")[0]
    except OSError:
        return False
    told = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in first.splitlines())}
    family = told.get("cpu family", "")
    is_new_amd = told.get("vendor_id") == "AuthenticAMD" and family.isdecimal() and int(family) >= _ZEN_5
    return is_new_amd and _SKYLAKE_X.issubset(told.get("flags", "").split())
