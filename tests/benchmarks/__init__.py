"""Benchmarks, run by `make bench`, `make load` and `make quality`. They measure; they are not tests."""
