"""The Recording resource: of the account, of a call and of a conference; and its sound."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.ledger.deletions import SHOWN, delete, is_deleted
from callsvc.simulator.ledger.recordings import recordings_where
from callsvc.simulator.recordings.record import LIVE, RecordingRecord
from callsvc.simulator.recordings.recorder import sound_address
from callsvc.simulator.recordings.starting import record_call
from callsvc.simulator.recordings.wave import wav_of
from callsvc.simulator.rest.call_options import recording_wish
from callsvc.simulator.rest.calls import NOT_IN_PROGRESS, found_call
from callsvc.simulator.rest.conferences import conference_row
from callsvc.simulator.rest.errors import ApiError, answer, not_found, nothing
from callsvc.simulator.rest.filters import date_conditions, equal_conditions
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import listed
from callsvc.simulator.webhooks.parameters import API_VERSION

CURRENT = "Twilio.CURRENT"  # "the currently active recording"
_OF_CALL = "call_sid = ? and conference_sid is null"
_NOT_ELIGIBLE = "Requested resource is not eligible for recording"


async def create_call_recording(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Calls/{sid}/Recordings.json: 21220 unless the call is in progress."""
    call = found_call(carrier, request)
    wish = recording_wish(await Form.of(request))
    leg = carrier.legs.get(call.sid)
    if leg is None or leg.record.status != "in-progress":
        raise ApiError(NOT_IN_PROGRESS, _NOT_ELIGIBLE)
    recorder = record_call(leg, "StartCallRecordingAPI", wish)
    return answer(_render_of_subject(carrier, recorder.record), 201)


async def list_recordings(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Recordings.json with DateCreated, CallSid, ConferenceSid, IncludeSoftDeleted."""
    conditions = [] if _wants_deleted(request) else [SHOWN]
    return _listed(carrier, request, conditions, [], _render)


async def list_call_recordings(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Calls/{sid}/Recordings.json."""
    call = found_call(carrier, request)
    return _listed(carrier, request, [SHOWN, _OF_CALL], [call.sid], _render_of_subject)


async def list_conference_recordings(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Conferences/{sid}/Recordings.json."""
    sid = conference_row(carrier, request)["sid"]
    return _listed(carrier, request, [SHOWN, "conference_sid = ?"], [sid], _render_of_subject)


async def fetch_recording(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Recordings/{recording}.json."""
    return answer(_render(carrier, _found(carrier, request, deleted=_wants_deleted(request))))


async def fetch_subjects_recording(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Calls/{sid}/Recordings/{recording}.json, and of a conference."""
    return answer(_render_of_subject(carrier, _found(carrier, request)))


async def update_recording(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Calls/{sid}/Recordings/{recording}.json: Status paused, in-progress or stopped."""
    record = _found(carrier, request)
    form = await Form.of(request)
    status = form.word("Status", ("paused", "in-progress", "stopped"))
    behaviour = form.word("PauseBehavior", ("skip", "silence"), "silence")
    if not status:
        raise ApiError(20001, "Missing required parameter Status in the post body")
    recorder = carrier.recorders.get(record.sid)
    if recorder is None or not recorder.live:
        raise ApiError(NOT_IN_PROGRESS, _NOT_ELIGIBLE)
    if status == "paused":
        recorder.pause(behaviour)
    elif status == "in-progress":
        recorder.resume()
    else:
        recorder.stop()
    return answer(_render_of_subject(carrier, recorder.record))


async def delete_recording(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE /Recordings/{recording}.json, also under its call or conference."""
    record = _found(carrier, request)
    if record.status in LIVE:
        raise ApiError(20009, "Cannot delete this resource before it is complete", 409)
    delete(carrier.store, record.sid)
    return nothing()


async def fetch_sound(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Recordings/{recording} and {recording}.wav: 20404 until it is completed."""
    record = _found(carrier, request)
    if record.status != "completed":
        raise not_found(request.path)
    channels = 2 if request.query.get("RequestedChannels") == "2" else record.wish.channels
    return web.Response(body=wav_of(record.duration or 0, channels), content_type="audio/x-wav")


def _listed(
    carrier: Carrier, request: web.Request, conditions: list[str], values: list[str], render: Any
) -> web.Response:
    dates, instants = date_conditions(request.query, "DateCreated", "created_at")
    columns = {"CallSid": "call_sid", "ConferenceSid": "conference_sid"}
    equal, equals = equal_conditions(request.query, columns)
    return listed(
        carrier.store,
        request,
        "recordings",
        recordings_where,
        [*conditions, *dates, *equal],
        [*values, *instants, *equals],
        lambda row: row.seq,
        lambda row: render(carrier, row),
    )


def _wants_deleted(request: web.Request) -> bool:
    return request.query.get("IncludeSoftDeleted", "").lower() == "true"


def _found(carrier: Carrier, request: web.Request, *, deleted: bool = False) -> RecordingRecord:
    sid, subject = request.match_info["recording"], request.match_info.get("sid")
    conditions, values = ["sid = ?"], [sid]
    if sid == CURRENT:
        conditions, values = ["status in ('in-progress','paused')"], []
    if not deleted:
        conditions.append(SHOWN)
    if subject is not None:
        conditions.append("conference_sid = ?" if "/Conferences/" in request.path else _OF_CALL)
        values.append(subject)
    rows = recordings_where(carrier.store, conditions, values, limit=1)
    if not rows or (sid == CURRENT and subject is None):
        raise not_found(request.path)
    return rows[0]


def _render(carrier: Carrier, record: RecordingRecord) -> dict[str, Any]:
    path = f"/Recordings/{record.sid}"
    return _common(carrier, record) | {
        "status": "deleted" if is_deleted(carrier.store, record.sid) else record.status,
        "price": None if record.price is None else f"{record.price:.5f}",
        "uri": carrier.uri(f"{path}.json"),
        "media_url": sound_address(carrier, record.sid),
        "subresource_uris": {
            "add_on_results": carrier.uri(f"{path}/AddOnResults.json"),
            "transcriptions": carrier.uri(f"{path}/Transcriptions.json"),
        },
    }


def _render_of_subject(carrier: Carrier, record: RecordingRecord) -> dict[str, Any]:
    """Under a call the price is a number and the track is told; under a conference the price is a string."""
    under = f"Conferences/{record.conference_sid}" if record.conference_sid else f"Calls/{record.call_sid}"
    body = _common(carrier, record)
    body["uri"] = carrier.uri(f"/{under}/Recordings/{record.sid}.json")
    if record.conference_sid:
        return body | {"price": None if record.price is None else f"{record.price:.5f}"}
    return body | {"price": record.price, "track": record.wish.track}


def _common(carrier: Carrier, record: RecordingRecord) -> dict[str, Any]:
    return {
        "account_sid": carrier.settings.account_sid,
        "api_version": API_VERSION,
        "call_sid": record.call_sid,
        "conference_sid": record.conference_sid,
        "channels": record.wish.channels,
        "date_created": rfc2822(record.created_at),
        "date_updated": rfc2822(record.updated_at),
        "start_time": rfc2822(record.created_at),
        "duration": None if record.duration is None else str(record.duration),
        "sid": record.sid,
        "price_unit": "USD",
        "source": record.source,
        "status": record.status,
        "error_code": record.error_code,
        "encryption_details": None,
    }
