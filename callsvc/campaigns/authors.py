"""Who stands beside a change: an account, a command typed in a shell, or the service itself."""

import os
import pwd
from typing import Literal

AuthorKind = Literal["account", "command-line", "service"]

COMMAND_LINE = "command line"  # rows of old have no more than this
_LONGEST = 80
_ACCOUNT = "acc"  # how the ids of accounts begin


def by_command_line() -> str:
    """The author of a command without an account: the user the system runs it as, which proves no person.

    Never from the environment, where anybody writes what they like. ``command line, root``
    """
    uid = os.getuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:  # a container runs as whatever number it was given
        user = f"uid {uid}"
    return f"{COMMAND_LINE}, {user}"[:_LONGEST]


def kind_of(author: str) -> AuthorKind:
    """What kind of author this is.

    >>> kind_of("command line, root"), kind_of("schedule")
    ('command-line', 'service')
    """
    if author == COMMAND_LINE or author.startswith(f"{COMMAND_LINE}, "):
        return "command-line"
    return "account" if author.startswith(_ACCOUNT) else "service"
