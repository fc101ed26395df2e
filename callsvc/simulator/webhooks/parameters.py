"""The parameters of webhooks under the vendor's names; what is not known is sent empty, not left out."""

from __future__ import annotations

from functools import lru_cache

from callsvc.simulator.calls.record import CallRecord

API_VERSION = "2010-04-01"

_COUNTRIES = {
    "+33": "FR", "+590": "GP", "+594": "GF", "+596": "MQ", "+262": "RE", "+508": "PM", "+687": "NC",
    "+689": "PF", "+1": "US", "+32": "BE", "+34": "ES", "+39": "IT", "+41": "CH", "+44": "GB", "+49": "DE",
    "+352": "LU",
}  # fmt: skip


@lru_cache(maxsize=8192)
def geography(role: str, address: str) -> tuple[tuple[str, str], ...]:
    """`FromCity`, `FromState`, `FromZip`, `FromCountry` and the like; a client has no place."""
    if not address.startswith("+"):
        return ()
    country = next((_COUNTRIES[address[:size]] for size in (4, 3, 2) if address[:size] in _COUNTRIES), "")
    return ((f"{role}City", ""), (f"{role}State", ""), (f"{role}Zip", ""), (f"{role}Country", country))


def voice_parameters(account_sid: str, call: CallRecord) -> dict[str, str]:
    """What every request about a call carries."""
    parameters = {
        "CallSid": call.sid,
        "AccountSid": account_sid,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": call.status,
        "ApiVersion": API_VERSION,
        "Direction": call.direction,
    }
    for role, address in (("From", call.from_), ("To", call.to), ("Caller", call.from_), ("Called", call.to)):
        parameters.update(geography(role, address))
    if call.direction == "inbound":
        parameters |= {"CallerName": "", "StirVerstat": ""}
        if call.options.forwarded_from:
            parameters |= dict.fromkeys(("ForwardedFrom", "CalledVia"), call.options.forwarded_from)
    if call.parent_sid:
        parameters["ParentCallSid"] = call.parent_sid
    if call.answered_by:
        parameters["AnsweredBy"] = call.answered_by
    return parameters


def message_parameters(
    account_sid: str, sid: str, sender: str, to: str, service_sid: str | None
) -> dict[str, str]:
    """What every request about a message carries."""
    parameters = {
        "MessageSid": sid,
        "SmsSid": sid,
        "AccountSid": account_sid,
        "From": sender,
        "To": to,
        "ApiVersion": API_VERSION,
    }
    if service_sid:
        parameters["MessagingServiceSid"] = service_sid
    return parameters
