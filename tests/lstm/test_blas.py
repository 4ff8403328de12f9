"""How many threads NumPy's BLAS is asked to use."""

import os
import subprocess
import sys

from lstm import blas


def test_threads_are_set_or_kept():
    environment = {"OPENBLAS_NUM_THREADS": "2"}
    blas.use_threads(3, keep=True, environment=environment)
    assert environment["OPENBLAS_NUM_THREADS"] == "2"
    assert environment["OMP_NUM_THREADS"] == "3"
    blas.use_threads(environment=environment)
    assert environment["OPENBLAS_NUM_THREADS"] == "1"


def test_numpy_hears_of_it():
    script = (
        "import sys; from lstm import blas; assert 'numpy' not in sys.modules; blas.use_threads(); import numpy;"
        "from threadpoolctl import threadpool_info as info; [found] = [i for i in info() if i['user_api'] == 'blas'];"
        "assert found['num_threads'] == 1, found"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "2"})
