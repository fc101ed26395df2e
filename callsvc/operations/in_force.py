"""The settings in force, with their secrets covered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from callsvc.core.settings import Settings
from callsvc.core.settings_page import in_order

# Covered by its name, so that a setting added tomorrow is covered before anybody thinks of it.
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|_KEYS?$")
_ADDRESS = re.compile(r"_URL$")
COVERED = "••••"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """``changed`` is True where the value is not the default."""

    name: str
    value: str
    changed: bool
    meaning: str


def settings_in_force(settings: Settings) -> Sequence[Setting]:
    """Every setting in the order of docs/settings.md."""
    return [
        Setting(
            name=name.upper(),
            value=shown(name.upper(), str(getattr(settings, name))),
            changed=field.is_required() or getattr(settings, name) != field.default,
            meaning=field.description or "",
        )
        for name, field in in_order().items()
    ]


def shown(name: str, value: str) -> str:
    """What may be shown of a setting.

    >>> shown("TWILIO_AUTH_TOKEN", "0123"), shown("DATABASE_URL", "postgresql://us:pw@db.example/calls")
    ('••••', 'postgresql://us:***@db.example/calls')
    """
    if not value:
        return ""
    if _SECRET.search(name):
        return COVERED
    if _ADDRESS.search(name):
        try:
            address = sa.make_url(value)
            query = f"?{COVERED}" if address.query else ""  # drivers take a password there, too
            return address.set(query={}).render_as_string(hide_password=True) + query
        except sa.exc.ArgumentError:
            return value if "@" not in value else COVERED
    return value
