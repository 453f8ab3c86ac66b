"""Runs otter-grader on one submission, in a fork each, so that importing it is paid once.

Started with otter's Python. Reads one JSON object a line: {"do", "submission", "autograder", "out", "log"}.
"""

import json
import os
import signal
import sys
import tempfile

import otter
from otter.generate import main as generate
from otter.run import main as run


def main():
    # Children are reaped by the kernel; whoever asked for one looks whether it is still there.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "version":
            print(json.dumps(otter.__version__), flush=True)
            continue
        child = os.fork()
        if child == 0:
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            descriptor = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
            try:
                os.chdir(tempfile.mkdtemp())
                if request["do"] == "release":
                    generate(
                        tests_dir=request["tests"],
                        output_path=request["autograder"],
                        no_environment=True,
                    )
                else:
                    run(
                        request["submission"],
                        autograder=request["autograder"],
                        output_dir=request["out"],
                        no_logo=True,
                    )
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        print(json.dumps(child), flush=True)


main()
