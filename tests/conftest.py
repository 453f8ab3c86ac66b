"""What all tests share: fork servers of their own, which end with the run."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Sockets need a short path, so this is not below pytest's own folders. Workers of one run share the servers.
# The first process of the run chooses the folder and hands it to the workers through the environment.
SERVERS = Path(os.environ.get("KIT_TEST_SERVERS") or tempfile.mkdtemp(prefix="kit-test-"))


def pytest_configure():
    """Point every kernel of this run to the run's own servers, before anything starts one."""
    os.environ["KIT_TEST_SERVERS"] = str(SERVERS)
    os.environ["KIT_KERNELS_DIR"] = str(SERVERS)
    os.environ["KIT_KERNELS_IDLE"] = "120"
    os.environ["OMP_NUM_THREADS"] = "1"
    # A learner's language must not change what a test reads.
    os.environ["KIT_LANG"] = "en"


def pytest_sessionfinish(session):
    """Let the servers go when the last test of the run is done (a worker's end is not the run's)."""
    if not hasattr(session.config, "workerinput"):
        command = [sys.executable, "-m", "kit", "kernels", "stop"]
        subprocess.run(command, check=False, capture_output=True)
        shutil.rmtree(SERVERS, ignore_errors=True)
