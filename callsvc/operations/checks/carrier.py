"""Checks of the carrier and of the signature on what it posts to us."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from callsvc.carrier.profiles import SDK_BASE, profile_of
from callsvc.carrier.signature import sign
from callsvc.core.settings import Settings
from callsvc.operations.checks.finding import Finding, ok, skipped, wrong

MOST_SKEW_S = 5.0
_TIMEOUT_S = 5.0


def ask_carrier(settings: Settings) -> requests.Response | None:
    """A harmless request that needs valid credentials: one page of one call. None when nobody answers."""
    profile, sid = profile_of(settings), settings.twilio_account_sid
    user = settings.twilio_api_key_sid or sid
    password = settings.twilio_api_key_secret if settings.twilio_api_key_sid else settings.auth_tokens[0]
    bearer = profile.auth == "bearer"
    url = settings.twilio_api_base_url.rstrip("/") + profile.path(f"{SDK_BASE}/Accounts/{sid}/Calls.json")
    try:
        with _session() as session:
            return session.get(
                url,
                params={"PageSize": 1},
                auth=None if bearer else (user, password),
                headers={"Authorization": f"Bearer {password}"} if bearer else {},
                timeout=_TIMEOUT_S,
            )
    except requests.RequestException:
        return None


def check_carrier(settings: Settings, answer: requests.Response | None) -> Finding:
    where = settings.twilio_api_base_url
    if answer is None:
        return wrong(
            "carrier", f"{where} does not answer.", "Check TWILIO_API_BASE_URL and the way out to it."
        )
    if answer.status_code in {401, 403}:
        return wrong(
            "carrier",
            f"{where} does not know these credentials (HTTP {answer.status_code}).",
            "Check TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or TWILIO_API_KEY_SID with its secret.",
        )
    if answer.status_code != requests.codes.ok:
        return wrong(
            "carrier",
            f"{where} answers HTTP {answer.status_code}.",
            "Check that TWILIO_API_BASE_URL is a Twilio-compatible server, then its own status page.",
        )
    profile = profile_of(settings)
    if any(not profile.accepts_sid(sid) for sid in _call_sids(answer)):
        return wrong(
            "carrier",
            f"{where} names its calls otherwise than the carrier profile {profile.name} does.",
            "Set CALLSVC_CARRIER_PROFILE to the carrier's make.",
        )
    return ok("carrier", f"{where} answers as {profile.name} and accepts the credentials.")


def _call_sids(answer: requests.Response) -> list[str]:
    """The SIDs on a page of calls; none when it is no such page."""
    try:
        return [str(call["sid"]) for call in answer.json()["calls"]]
    except (ValueError, KeyError, TypeError):
        return []


def check_clock(settings: Settings, answer: requests.Response | None) -> Finding:
    """Our clock against the carrier's: windows, leases and signatures lean on it."""
    if settings.callsvc_clock_origin or settings.callsvc_clock_speed != 1:
        return skipped("clock", "The life clock is scaled: there is nothing to compare.")
    header = answer.headers.get("Date", "") if answer is not None else ""
    if not header:
        return skipped("clock", "The carrier tells no time to compare with.")
    skew = (datetime.now(UTC) - parsedate_to_datetime(header)).total_seconds()
    says = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the carrier's."
    if abs(skew) <= MOST_SKEW_S:
        return ok("clock", says)
    return wrong("clock", says, "Set this machine's clock (NTP): calls would be placed at the wrong time.")


def check_signature(settings: Settings) -> Finding:
    """Post to ourselves as the carrier would, signed and unsigned; a wrong PUBLIC_BASE_URL shows here."""
    if not settings.auth_tokens:
        return wrong("signature", "There is no token to check it with.", "Set TWILIO_AUTH_TOKEN.")
    url = f"{settings.public_base_url.rstrip('/')}/webhooks/status/doctor"
    form = {"CallSid": "doctor", "CallStatus": "queued"}
    profile = profile_of(settings)
    ours = profile.signature == "hmac-sha1"  # the other kind only the carrier itself can make
    genuine = {profile.signature_headers[0]: sign(settings.auth_tokens[0], url, form.items())}
    try:
        with _session() as session:
            signed = (
                session.post(url, data=form, headers=genuine, timeout=_TIMEOUT_S).status_code if ours else 0
            )
            unsigned = session.post(url, data=form, timeout=_TIMEOUT_S).status_code
    except requests.RequestException:
        return skipped("signature", f"{settings.public_base_url} does not answer: is `web` running?")
    if signed == requests.codes.forbidden:
        return wrong(
            "signature",
            "A request signed as the carrier signs is refused.",
            "PUBLIC_BASE_URL must be exactly what the carrier calls (scheme, host, path), and every process "
            "must have the same TWILIO_AUTH_TOKEN.",
        )
    if unsigned != requests.codes.forbidden:
        return wrong(
            "signature",
            f"An unsigned webhook is not refused (HTTP {unsigned}).",
            "Check that PUBLIC_BASE_URL leads to this service and that nothing before it answers instead.",
        )
    if not ours:
        return ok("signature", "Unsigned webhooks are refused; only the carrier can sign one that passes.")
    return ok("signature", "Signed webhooks pass, unsigned ones are refused.")


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # the carrier's own address or none: no proxy in between
    return session
