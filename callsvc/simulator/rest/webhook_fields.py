"""The webhook parameters that numbers and applications share, as fields of their records."""

from __future__ import annotations

import re
from typing import Any

from callsvc.simulator.rest.forms import Form

_INVALID_URL, _INVALID_METHOD = 21402, 21403
_WORDS = re.compile(r"(?<!^)(?=[A-Z])")


def given_fields(
    form: Form,
    *,
    urls: tuple[str, ...] = (),
    methods: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
    sids: tuple[tuple[str, str], ...] = (),
    texts: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What the form gives, under the names of the fields; what it leaves out stays as it was.

    21402 "Invalid Url", 21403 "Invalid Method".
    """
    fields: dict[str, Any] = {}
    for names, read in (
        (urls, lambda name: form.url(name, _INVALID_URL)),
        (methods, lambda name: form.method(name, _INVALID_METHOD)),
        (flags, form.flag),
        (texts, form.get),
    ):
        fields |= {_field(name): read(name) for name in names if form.all(name)}
    fields |= {_field(name): form.sid(name, prefix) for name, prefix in sids if form.all(name)}
    return fields


def _field(name: str) -> str:
    """VoiceUrl is voice_url."""
    return _WORDS.sub("_", name).lower()
