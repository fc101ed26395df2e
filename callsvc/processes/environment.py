"""Where settings come from when nobody exported them.

In this order, the first that has a value wins: the environment, a file ``.env`` beside us, and
``var/embedded.env``, which ``callsvc up`` fills once with keys of its own making and, at each start, with the
addresses of the embedded parts, so that every other command finds the running stack.
"""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from callsvc.core.keyring import Keyring
from callsvc.processes.table import DIRECTORY

EMBEDDED = "embedded.env"


def read_env_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines of a file; nothing when there is no such file. Nothing is expanded."""
    from dotenv import dotenv_values

    if not path.is_file():
        return {}
    return {
        name: value for name, value in dotenv_values(path, interpolate=False).items() if value is not None
    }


def given_environment(home: Path = Path()) -> dict[str, str]:
    """What an operator set: the environment, and ``.env`` behind it. Empty values count as not set."""
    return {name: value for name, value in {**read_env_file(home / ".env"), **os.environ}.items() if value}


def adopt_environment(directory: Path = DIRECTORY) -> None:
    """Let a command see what ``.env`` and the embedded stack say; what is exported stays."""
    for name, value in {**read_env_file(directory / EMBEDDED), **read_env_file(Path(".env"))}.items():
        os.environ.setdefault(name, value)


def new_secrets() -> dict[str, str]:
    """Keys for a first start. Losing them loses the personal data encrypted with them: back them up."""
    return {
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "CALLSVC_SECRET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "CALLSVC_DATA_KEYS": f"1:{Keyring.new_key()}",
        "CALLSVC_LOOKUP_KEY": Keyring.new_key(),
    }


def embedded_environment(
    directory: Path, given: Mapping[str, str], addresses: Mapping[str, str]
) -> dict[str, str]:
    """What the embedded parts add to what is given; kept in ``embedded.env``, readable by its owner alone.

    Keys are made once and then kept, as data is encrypted with them; addresses are those of this start.
    """
    path = directory / EMBEDDED
    kept = {name: value for name, value in read_env_file(path).items() if name in new_secrets()}
    values = {**new_secrets(), **kept, **addresses}
    directory.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("# Written by `callsvc up`. Keep it with your backups: the keys decrypt what is stored.\n")
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    draft.replace(path)
    return {name: value for name, value in values.items() if name not in given}
