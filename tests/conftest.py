"""One BLAS thread and one layout of products, set before NumPy is imported; Hypothesis without a deadline."""

import os

import hypothesis

from lstm import blas

blas.use_threads()
# Which layout of matrix products is faster depends on the machine and the moment; pinned, runs agree to the bit.
os.environ.setdefault("LSTM_GEMM", "whole")

# A deadline would measure how busy the machine is; derandomized examples are the same in every run.
hypothesis.settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tests")
