"""Commands as processes: started, awaited, stopped and killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from lstm.model.model_file import load_model

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8"}
QUICK_CHECKPOINTS = "import sys, lstm.{0} as m; m.CHECKPOINT_SECONDS = 0; sys.exit(m.main(sys.argv[1:]))"
"""A command that saves a checkpoint whenever it may, instead of every 15 or 60 seconds."""


def start(module, *arguments, quick_checkpoints=False, **environment):
    """A running command, in some folder."""
    how = ["-c", QUICK_CHECKPOINTS.format(module)] if quick_checkpoints else ["-m", f"lstm.{module}"]
    return subprocess.Popen(
        [sys.executable, *how, *map(os.fsencode, map(str, arguments))],
        cwd="/",
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background may have made them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def run(module, *arguments, **environment):
    """Exit status, standard output and standard error of a command."""
    process = start(module, *arguments, **environment)
    out, err = process.communicate(timeout=120)
    return process.returncode, out.decode(), err.decode()


def succeed(module, *arguments, **environment):
    """Standard output of a command that must succeed."""
    status, out, err = run(module, *arguments, **environment)
    assert status == 0, err
    return out


def stop(process, number):
    """Send a signal and wait; exit status and standard error."""
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    return process.returncode, err.decode()


def wait_for(condition, process):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def weights(path):
    return load_model(path).parameters.flat.tobytes()
