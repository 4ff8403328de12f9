"""Which kernels and threads NumPy's BLAS is asked to use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lstm import blas

FLAGS = "fpu sse2 avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl"


def cpu_info(folder: Path, vendor: str = "AuthenticAMD", family: str = "26", flags: str = FLAGS) -> Path:
    path = folder / "cpuinfo"
    core = f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nflags\t\t: {flags}\n\n"
    path.write_text(core + core)
    return path


def test_threads_are_set_or_kept(tmp_path):
    environment = {"OPENBLAS_NUM_THREADS": "2"}
    blas.configure(3, keep_threads=True, environment=environment, cpu_info=tmp_path / "none")
    assert environment["OPENBLAS_NUM_THREADS"] == "2"
    assert environment["OMP_NUM_THREADS"] == "3"
    blas.configure(environment=environment, cpu_info=tmp_path / "none")
    assert environment["OPENBLAS_NUM_THREADS"] == "1"
    assert "OPENBLAS_CORETYPE" not in environment


def test_a_new_amd_processor_with_avx512_gets_its_kernels(tmp_path):
    environment: dict[str, str] = {}
    blas.configure(environment=environment, cpu_info=cpu_info(tmp_path))
    assert environment["OPENBLAS_CORETYPE"] == "SkylakeX"


@pytest.mark.parametrize(
    "other",
    [
        {"vendor": "GenuineIntel", "family": "6"},
        {"family": "25"},  # Zen 4: OpenBLAS knows it
        {"family": "unknown"},
        {"flags": FLAGS.replace(" avx512bw", "")},
        {"flags": ""},
    ],
)
def test_others_are_left_to_openblas(tmp_path, other):
    environment: dict[str, str] = {}
    blas.configure(environment=environment, cpu_info=cpu_info(tmp_path, **other))
    assert "OPENBLAS_CORETYPE" not in environment


def test_the_kernels_that_the_user_names_stay(tmp_path):
    environment = {"OPENBLAS_CORETYPE": "Haswell"}
    blas.configure(environment=environment, cpu_info=cpu_info(tmp_path))
    assert environment["OPENBLAS_CORETYPE"] == "Haswell"


def test_numpy_hears_of_it():
    script = (
        "import sys; from lstm import blas; assert 'numpy' not in sys.modules; blas.configure(); import numpy, os;"
        "from threadpoolctl import threadpool_info as info; [found] = [i for i in info() if i['user_api'] == 'blas'];"
        "wanted = os.environ.get('OPENBLAS_CORETYPE');"
        "assert found['num_threads'] == 1; assert wanted in (None, found['architecture']), found"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS")}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
