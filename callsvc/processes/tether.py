"""Ends a process when its parent ends, however the parent ended.

Run as a script it ties itself to its parent and becomes the command it is given:

    python tether.py <parent pid> <command> [<argument>...]

It runs before anything of ours is imported, with ``python -I -S``, and so uses the standard library alone.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>; kept across execve


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent dies (Linux; elsewhere nothing happens).

    The signal is SIGKILL: a parent that stops in good order has stopped its children first, so whoever still
    lives at its death is an orphan, and everything here survives being killed.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command comes from our own table
