"""Where an action leads: relative addresses are relative to the present document."""

from __future__ import annotations

from urllib.parse import urljoin

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.codes import BAD_URL
from callsvc.simulator.twiml.errors import DocumentError


def source_at(leg: Leg, address: str | None, method: str | None, **extra: str) -> Source:
    """The document at `address` (absent: the present one again), with extra parameters."""
    url = urljoin(leg.document_url, address) if address else leg.document_url
    if not url.startswith(("http://", "https://")):
        raise DocumentError(BAD_URL, repr(url))
    return Source(url, (method or "POST").upper(), extra=extra)
