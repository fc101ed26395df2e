"""The IncomingPhoneNumber resource: the platform's numbers and their webhooks.

The same numbers that the simulator's own interface sets; what is changed here drives the next call.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import from_iso, rfc2822
from callsvc.simulator.ledger.numbers import (
    Number,
    every_number,
    find_number,
    remove_number,
    set_number,
)
from callsvc.simulator.rest.errors import ApiError, answer, not_found, nothing
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, wanted_page
from callsvc.simulator.rest.webhook_fields import given_fields
from callsvc.simulator.webhooks.parameters import API_VERSION

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_URLS = ("VoiceUrl", "VoiceFallbackUrl", "StatusCallback", "SmsUrl", "SmsFallbackUrl")
_METHODS = ("VoiceMethod", "VoiceFallbackMethod", "StatusCallbackMethod", "SmsMethod", "SmsFallbackMethod")
_SIDS = (("VoiceApplicationSid", "AP"), ("SmsApplicationSid", "AP"))


async def create_number(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /IncomingPhoneNumbers.json: 21421 "is invalid", 21422 "not available"."""
    form = await Form.of(request)
    wanted = form.get("PhoneNumber")
    if not wanted and form.get("AreaCode"):
        raise ApiError(21452, "No phone numbers found in area code")
    if not _E164.fullmatch(wanted):
        raise ApiError(21421, f"PhoneNumber is invalid: {wanted}")
    if find_number(carrier.store, wanted) is not None:
        raise ApiError(21422, f"{wanted} is not available")
    return answer(_render(carrier, _kept(carrier, Number(number=wanted), form)), 201)


async def fetch_number(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /IncomingPhoneNumbers/{sid}.json."""
    return answer(_render(carrier, _found(carrier, request)))


async def list_numbers(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /IncomingPhoneNumbers.json with FriendlyName (exact) and PhoneNumber (a part, or * for a digit)."""
    numbers = every_number(carrier.store)
    name, pattern = request.query.get("FriendlyName"), request.query.get("PhoneNumber", "")
    looked_for = re.compile(re.escape(pattern).replace(r"\*", r"\d"))
    shown = [
        number
        for number in numbers
        if name in (None, number.friendly_name) and looked_for.search(number.number)
    ]
    wanted = wanted_page(request)
    rows = shown[wanted.offset : wanted.offset + wanted.size + 1]
    page = envelope(
        request,
        "incoming_phone_numbers",
        wanted,
        rows,
        lambda _: 1,
        lambda number: _render(carrier, number),
    )
    return answer(page)


async def update_number(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /IncomingPhoneNumbers/{sid}.json."""
    known = _found(carrier, request)
    return answer(_render(carrier, _kept(carrier, known, await Form.of(request))))


async def delete_number(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE /IncomingPhoneNumbers/{sid}.json: calls to it reach nobody of ours any more."""
    remove_number(carrier.store, _found(carrier, request).number)
    return nothing()


def _kept(carrier: Carrier, number: Number, form: Form) -> Number:
    fields = given_fields(
        form,
        urls=_URLS,
        methods=_METHODS,
        flags=("VoiceCallerIdLookup",),
        sids=_SIDS,
        texts=("FriendlyName",),
    )
    kept = set_number(carrier.store, replace(number, **fields), carrier.clock.now())
    carrier.store.commit()
    return kept


def _found(carrier: Carrier, request: web.Request) -> Number:
    sid = request.match_info["sid"]
    for number in every_number(carrier.store):
        if number.sid == sid:
            return number
    raise not_found(request.path)


def _render(carrier: Carrier, number: Number) -> dict[str, Any]:
    account = carrier.settings.account_sid
    body: dict[str, Any] = {
        "account_sid": account,
        "api_version": API_VERSION,
        "sid": number.sid,
        "phone_number": number.number,
        "friendly_name": number.friendly_name,
        "date_created": rfc2822(from_iso(number.created_at or None)),
        "date_updated": rfc2822(from_iso(number.updated_at or None)),
        "capabilities": {"voice": True, "sms": number.sms, "mms": False, "fax": False},
        "uri": carrier.uri(f"/IncomingPhoneNumbers/{number.sid}.json"),
    }
    return body | _webhooks(number) | _FORMALITIES


def _webhooks(number: Number) -> dict[str, Any]:
    return {
        "voice_url": number.voice_url,
        "voice_method": number.voice_method,
        "voice_fallback_url": number.voice_fallback_url,
        "voice_fallback_method": number.voice_fallback_method,
        "voice_application_sid": number.voice_application_sid or None,
        "voice_caller_id_lookup": number.voice_caller_id_lookup,
        "status_callback": number.status_callback,
        "status_callback_method": number.status_callback_method,
        "sms_url": number.sms_url,
        "sms_method": number.sms_method,
        "sms_fallback_url": number.sms_fallback_url,
        "sms_fallback_method": number.sms_fallback_method,
        "sms_application_sid": number.sms_application_sid or None,
    }


_FORMALITIES: dict[str, Any] = {
    "address_sid": None,
    "address_requirements": "none",
    "beta": False,
    "bundle_sid": None,
    "emergency_status": "Inactive",
    "emergency_address_sid": None,
    "emergency_address_status": "unregistered",
    "identity_sid": None,
    "origin": "twilio",
    "status": "in-use",
    "trunk_sid": None,
    "voice_receive_mode": "voice",
}
