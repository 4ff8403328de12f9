"""`make bench`: speed beside PyTorch, then cold start, memory and growth."""

import sys

from tests.benchmarks import footprint, speed

if __name__ == "__main__":
    sys.exit(speed.main() or footprint.main())
