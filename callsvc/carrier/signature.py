"""Is this request really the carrier's? And: what would the carrier sign?

The vendor signs the full URL it was given followed by every posted name and value in sorted order, HMAC-SHA1
under the auth token, base64. We check against the *raw* request URI behind the configured public base URL:
frameworks decode ``%C3%A9`` and proxies rewrite hosts, and genuine requests would fail. The check is our own
twenty lines because the vendor's costs twenty times as much per request; tests hold one against the other.
Other carriers sign otherwise: their profile says how, and ``is_signed`` is the one question to ask.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from callsvc.carrier.profiles import Profile
from callsvc.core.settings import Settings


def sign(token: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """The ``X-Twilio-Signature`` of a form POST to ``url`` (of a GET, with no parameters)."""
    payload = url + "".join(name + value for name, value in sorted(set(parameters)))
    return b64encode(hmac.digest(token.encode(), payload.encode(), hashlib.sha1)).decode()


def is_genuine(
    tokens: Sequence[str], url: str, parameters: Sequence[tuple[str, str]], signature: str
) -> bool:
    """True if any token in force made this signature; no token means no.

    >>> is_genuine(["t"], "http://x/", [("A", "1")], sign("t", "http://x/", [("A", "1")]))
    True
    """
    # As bytes: of texts that are not ASCII, which anybody may send us, the comparison only raises.
    given = signature.encode(errors="replace")
    return any(hmac.compare_digest(sign(token, url, parameters).encode(), given) for token in tokens)


def is_signed(
    settings: Settings,
    profile: Profile,
    *,
    url: str,
    body: str,
    parameters: Sequence[tuple[str, str]],
    header: Callable[[str], str],
    now: float,
) -> bool:
    """True if the carrier in use signed this form post. ``now`` is the machine's time (epoch seconds);
    ``header`` gives a header's value, or nothing.

    HMAC-SHA1 over ``url`` and ``parameters`` under any token in force, or Ed25519 over timestamp and body
    under the carrier's public key; no key means no.
    """
    if profile.signature == "ed25519":
        signature, timestamp = (header(name) for name in profile.signature_headers)
        key = settings.callsvc_carrier_public_key
        return is_fresh(timestamp, now, profile.tolerance_s) and is_ed25519(key, timestamp, body, signature)
    given = next(filter(None, map(header, profile.signature_headers)), "")
    return is_genuine(settings.auth_tokens, url, parameters, given)


def is_fresh(timestamp: str, now: float, tolerance_s: float) -> bool:
    """True if a signature's timestamp (epoch seconds) is at most ``tolerance_s`` away: no old post again.

    >>> is_fresh("1000", 1290.0, 300.0), is_fresh("1000", 1301.0, 300.0), is_fresh("soon", 1000.0, 300.0)
    (True, False, False)
    """
    if not (timestamp.isascii() and timestamp.isdigit()):
        return False
    return abs(now - int(timestamp)) <= tolerance_s


def is_ed25519(public_key: str, timestamp: str, body: str, signature: str) -> bool:
    """True if the key (base64, 32 bytes) made this signature (base64) of ``timestamp|body``; never raises."""
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True))
        key.verify(b64decode(signature, validate=True), f"{timestamp}|{body}".encode())
    except (ValueError, InvalidSignature):
        return False
    return True
