"""The vendor's SDK behind our port: its address rewritten, a time-out on every request, no POST retried."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioRestException
from twilio.http.response import Response
from twilio.rest import Client

from callsvc.carrier.port import (
    CallOrder,
    CarrierCall,
    CarrierMessage,
    InDoubt,
    ParticipantChange,
    Refused,
    Throttled,
    Unsent,
)
from callsvc.carrier.profiles import Profile, profile_of
from callsvc.core.settings import Settings

T = TypeVar("T")
_LIST_LIMIT = 50  # calls to one number to look through; the newest come first


class _Http:
    """The SDK's HTTP client: every request goes to the configured server, once."""

    def __init__(self, base_url: str, timeout_s: float, profile: Profile) -> None:
        self._base = urlsplit(base_url)
        self._profile = profile
        self._timeout_s = timeout_s
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between us and the carrier unless it is the carrier's URL
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=32, max_retries=0))

    def request(  # noqa: PLR0917 - the SDK's own signature
        self,
        method: str,
        uri: str,
        params: Any = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
        **_kwargs: Any,
    ) -> Response:
        target = urlsplit(uri)
        path = self._base.path.rstrip("/") + self._profile.path(target.path)
        if auth is not None and self._profile.auth == "bearer":
            headers, auth = {**(headers or {}), "Authorization": f"Bearer {auth[1]}"}, None
        url = urlunsplit((self._base.scheme, self._base.netloc, path, target.query, ""))
        answer = self._session.request(
            method.upper(),
            url,
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=timeout or self._timeout_s,
            allow_redirects=allow_redirects,
        )
        return Response(int(answer.status_code), answer.text)


class TwilioCarrier:
    """Implements ``callsvc.carrier.port.Carrier`` on any Twilio-compatible server."""

    def __init__(self, settings: Settings) -> None:
        user = settings.twilio_api_key_sid or settings.twilio_account_sid
        password = settings.twilio_api_key_secret or settings.auth_tokens[0]
        self._profile = profile_of(settings)
        self._application = settings.callsvc_carrier_application
        http: Any = _Http(settings.twilio_api_base_url, settings.callsvc_client_timeout_s, self._profile)
        self._client = Client(user, password, settings.twilio_account_sid, http_client=http)

    def create_call(self, order: CallOrder) -> CarrierCall:
        options: dict[str, Any] = {
            "to": order.to,
            "from_": order.from_,
            "url": order.answer_url,
            "fallback_url": order.fallback_url,
            "status_callback": order.status_url,
            "status_callback_event": ["initiated", "ringing", "answered", "completed"],
            "timeout": order.ring_timeout_s,
            "time_limit": order.time_limit_s,
        }
        detection = self._profile.detection.get(order.machine_detection, {})
        options |= detection
        if self._profile.application:
            options["application_sid"] = self._application
        if detection and order.async_machine_url:
            options |= {"async_amd": "true", "async_amd_status_callback": order.async_machine_url}
        return _call(_ask(lambda: self._client.calls.create(**options)))

    def fetch_call(self, sid: str) -> CarrierCall:
        return _call(_ask(lambda: self._client.calls(sid).fetch()))

    def list_calls(self, *, to: str) -> Sequence[CarrierCall]:
        return [_call(row) for row in _ask(lambda: self._client.calls.list(to=to, limit=_LIST_LIMIT))]

    def end_call(self, sid: str) -> None:
        _ask(lambda: self._client.calls(sid).update(status="completed"))

    def cancel_call(self, sid: str) -> None:
        _ask(lambda: self._client.calls(sid).update(status="canceled"))

    def redirect_call(self, sid: str, url: str) -> None:
        _ask(lambda: self._client.calls(sid).update(url=url, method="POST"))

    def change_participant(self, conference: str, sid: str, change: ParticipantChange) -> None:
        wishes: dict[str, Any] = {"muted": change.muted, "hold": change.held}
        options = {name: wish for name, wish in wishes.items() if wish is not None}
        if change.held and change.hold_url:
            options |= {"hold_url": change.hold_url, "hold_method": "POST"}
        if change.coached is not None:
            options["coaching"] = bool(change.coached)
        if change.coached:
            options["call_sid_to_coach"] = change.coached
        if change.announce_url:
            options |= {"announce_url": change.announce_url, "announce_method": "POST"}
        _ask(lambda: self._client.conferences(conference).participants(sid).update(**options))

    def create_message(self, *, to: str, from_: str, body: str, status_url: str) -> CarrierMessage:
        return _message(
            _ask(
                lambda: self._client.messages.create(
                    to=to, from_=from_, body=body, status_callback=status_url
                )
            )
        )

    def list_messages(self, *, to: str) -> Sequence[CarrierMessage]:
        return [_message(row) for row in _ask(lambda: self._client.messages.list(to=to, limit=_LIST_LIMIT))]

    def fetch_message(self, sid: str) -> CarrierMessage:
        return _message(_ask(lambda: self._client.messages(sid).fetch()))

    def empty_message(self, sid: str) -> None:
        _ask(lambda: self._client.messages(sid).update(body=""))

    def delete_message(self, sid: str) -> None:
        _ask(lambda: self._client.messages(sid).delete())

    def list_recordings(self, call_sid: str) -> Sequence[str]:
        rows = _ask(lambda: self._client.recordings.list(call_sid=call_sid, limit=_LIST_LIMIT))
        return [str(row.sid) for row in rows]

    def delete_recording(self, sid: str) -> None:
        _ask(lambda: self._client.recordings(sid).delete())


def _ask(request: Callable[[], T]) -> T:
    """Run one request and say what is known when it fails (see ``port``)."""
    try:
        return request()
    except TwilioRestException as error:
        if error.status == 429:
            raise Throttled(str(error.msg)) from error
        if error.status >= 500:
            raise InDoubt(f"HTTP {error.status}") from error
        raise Refused(int(error.code or error.status), str(error.msg)) from error
    except requests.exceptions.ConnectTimeout as error:
        raise Unsent("connect time-out") from error
    except requests.exceptions.ConnectionError as error:
        if _never_connected(error):
            raise Unsent("connection refused") from error
        raise InDoubt("connection broken") from error
    except (requests.exceptions.RequestException, ValueError) as error:
        # A time-out, or an answer cut short: its JSON does not parse.
        raise InDoubt(type(error).__name__) from error


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _utc(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _call(row: Any) -> CarrierCall:
    return CarrierCall(
        sid=row.sid,
        to=row.to,
        status=row.status,
        created_at=_utc(row.date_created),
        started_at=_utc(row.start_time),
        ended_at=_utc(row.end_time),
        duration_s=int(row.duration) if row.duration else None,
        answered_by=row.answered_by,
    )


def _message(row: Any) -> CarrierMessage:
    return CarrierMessage(
        sid=row.sid,
        to=row.to,
        status=row.status,
        created_at=_utc(row.date_created),
        error_code=int(row.error_code) if row.error_code else None,
        body=row.body or "",
    )
