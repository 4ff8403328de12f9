"""Benchmarks: run by `make bench` and `make quality`, beside rivals in the same run; never timed tests."""
