"""Runs a command as an ordinary user, for tests that run as root: `ordinary.py UID WORD...`.

An interpreter below root's closed home is shown to everybody first, in a mount namespace of its own.
"""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "sandbox"))
from readable import make_environment_readable


def main():
    uid, words = int(sys.argv[1]), sys.argv[2:]
    import kit
    from kit.sandbox.layout import find_environment

    # The package too: a clone below root's own home is as closed as an interpreter there.
    make_environment_readable([*find_environment(sys.executable), str(Path(kit.__file__).parent)])
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.execv(words[0], words)


main()
