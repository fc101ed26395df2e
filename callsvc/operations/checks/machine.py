"""Checks of the machine and of what was configured: nothing is connected to."""

import os
import shutil
import sys
from pathlib import Path

import sqlalchemy as sa

from callsvc.carrier.profiles import require_capable
from callsvc.core.errors import CallsvcError
from callsvc.core.keyring import Keyring
from callsvc.core.settings import Settings
from callsvc.operations.checks.finding import Finding, ok, wrong

LEAST_FREE_BYTES = 1024**3
OLDEST_PYTHON = (3, 11)


def check_python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return ok("python", f"Python {version}.")
    return wrong("python", f"Python {version} is too old.", "Install Python 3.11 or later.")


def missing_settings() -> list[str]:
    """Names of the settings without a default that nobody set."""
    return [
        name.upper()
        for name, field in Settings.model_fields.items()
        if field.is_required() and not os.environ.get(name.upper())
    ]


def check_settings() -> Finding:
    """All set, all readable, and the encryption keys usable."""
    missing = missing_settings()
    if missing:
        return wrong(
            "settings",
            f"Not set: {', '.join(missing)}.",
            "Set them in the environment or in .env (docs/settings.md), or run `callsvc up` once to have "
            "embedded defaults made.",
        )
    try:
        settings = Settings.from_environment()
        Keyring.parse(settings.callsvc_data_keys, settings.callsvc_lookup_key)
        require_capable(settings)
    except CallsvcError as error:
        return wrong("settings", error.message, "Correct it; docs/settings.md says what it holds.")
    if not settings.carrier_is_loopback and not settings.public_base_url.startswith("https://"):
        return wrong(
            "settings",
            f"The carrier is real and PUBLIC_BASE_URL is {settings.public_base_url}.",
            "Set PUBLIC_BASE_URL to an https address that the carrier can reach from outside.",
        )
    return ok("settings", "All required settings are set and readable.")


def check_disk(settings: Settings) -> Finding:
    """Room where the embedded parts write, or here when nothing is embedded."""
    database = sa.make_url(settings.database_url)
    folder = Path()
    if database.get_backend_name() == "sqlite" and database.database:
        folder = Path(database.database).parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{free / 1024**3:.1f} GiB free at {folder.resolve()}."
    if free >= LEAST_FREE_BYTES:
        return ok("disk", says)
    return wrong("disk", says, "Free some space: without it no call is placed, as none could be recorded.")
