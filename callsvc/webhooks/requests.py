"""A request of the carrier: proven genuine on its raw URI, read once into a small record."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from flask import Request

from callsvc.carrier.profiles import profile_of
from callsvc.carrier.signature import is_signed
from callsvc.core.errors import Forbidden
from callsvc.core.settings import Settings


@dataclass(frozen=True)
class CarrierRequest:
    """The posted parameters by their vendor's names; the last of a repeated name counts."""

    values: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def number(self, name: str) -> int | None:
        value = self.values.get(name, "")
        return int(value) if value.isascii() and value.isdigit() else None

    def instant(self, name: str) -> datetime | None:
        """An RFC 2822 time of the carrier, to the second."""
        try:
            at = parsedate_to_datetime(self.values.get(name, ""))
        except ValueError:
            return None
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def read_request(settings: Settings, request: Request) -> CarrierRequest:
    """The request if the carrier signed it; ``signature-invalid`` (403) otherwise, also with no token set.

    The signature covers the configured public address, never what a proxy says about itself.
    """
    uri = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path
    url = settings.public_base_url.rstrip("/") + uri
    if request.mimetype not in ("application/x-www-form-urlencoded", ""):
        # A JSON body counts only with its own hash in the URL, which we never ask for.
        raise Forbidden("signature-invalid", "Only signed form posts of the carrier are accepted here.")
    try:
        body = request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError:
        raise Forbidden("signature-invalid", "The body is not UTF-8 text.") from None
    pairs = parse_qsl(body, keep_blank_values=True)
    profile = profile_of(settings)
    genuine = is_signed(
        settings,
        profile,
        url=url,
        body=body,
        parameters=pairs,
        header=lambda name: request.headers.get(name, ""),
        now=time.time(),
    )
    if not genuine:
        raise Forbidden(
            "signature-invalid",
            "The signature does not fit: check TWILIO_AUTH_TOKEN and PUBLIC_BASE_URL."
            if profile.signature == "hmac-sha1"
            else "The signature does not fit: check CALLSVC_CARRIER_PUBLIC_KEY and this machine's clock.",
        )
    return CarrierRequest(dict(pairs))
