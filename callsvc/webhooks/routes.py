"""Routes of the carrier. Each reads, calls, answers; the signature is checked before any of them."""

from flask import Blueprint, Response, g, request

from callsvc.accounts.guard import signed
from callsvc.carrier import twiml
from callsvc.core.db import again_after_deadlock
from callsvc.web import current_rt
from callsvc.webhooks import conference, dialling, inbound, messages, parted, status, voice, waiting
from callsvc.webhooks.requests import CarrierRequest, read_request

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")


def _given() -> CarrierRequest:
    given: CarrierRequest = g.carrier_request
    return given


def _xml(document: str) -> Response:
    return Response(document, content_type="text/xml; charset=utf-8")


@blueprint.before_request
def only_the_carrier() -> None:
    g.carrier_request = read_request(current_rt().settings, request)


@blueprint.post("/voice/inbound")
@signed
def voice_inbound() -> Response:
    return _xml(again_after_deadlock(lambda: inbound.answer_caller(current_rt(), _given())))


@blueprint.post("/status/inbound")
@signed
def status_inbound() -> Response:
    again_after_deadlock(lambda: status.record_inbound(current_rt(), _given()))
    return Response(status=204)


@blueprint.post("/voice/<leg_id>/<int:turn>")
@signed
def voice_turn(leg_id: str, turn: int) -> Response:
    return _xml(again_after_deadlock(lambda: voice.take_turn(current_rt(), leg_id, turn, _given())))


@blueprint.post("/voice/<leg_id>/conference/<conference_id>")
@signed
def voice_conference(leg_id: str, conference_id: str) -> Response:
    return _xml(
        again_after_deadlock(lambda: voice.enter_conference(current_rt(), leg_id, conference_id, _given()))
    )


@blueprint.post("/voice/<leg_id>/conference/<conference_id>/over")
@signed
def voice_conference_over(leg_id: str, conference_id: str) -> Response:
    return _xml(
        again_after_deadlock(lambda: voice.leave_conference(current_rt(), leg_id, conference_id, _given()))
    )


@blueprint.post("/voice/<leg_id>/<int:turn>/back/<why>/<language>")
@signed
def voice_back(leg_id: str, turn: int, why: str, language: str) -> Response:
    return _xml(voice.go_back(leg_id, turn, why, language))


@blueprint.post("/voice/<leg_id>/waiting")
@signed
def voice_waiting(leg_id: str) -> Response:
    return _xml(again_after_deadlock(lambda: waiting.wait_on(current_rt(), leg_id, _given())))


@blueprint.post("/voice/<leg_id>/waiting/back/<why>/<language>")
@signed
def voice_waiting_back(leg_id: str, why: str, language: str) -> Response:
    return _xml(waiting.go_back(leg_id, why, language))


@blueprint.post("/voice/<leg_id>/dial/<other_id>")
@signed
def voice_dial(leg_id: str, other_id: str) -> Response:
    return _xml(again_after_deadlock(lambda: dialling.dial(current_rt(), leg_id, other_id, _given())))


@blueprint.post("/voice/<leg_id>/dial/<other_id>/over")
@signed
def voice_dial_over(leg_id: str, other_id: str) -> Response:
    return _xml(again_after_deadlock(lambda: dialling.dial_over(current_rt(), leg_id, other_id, _given())))


@blueprint.post("/voice/<leg_id>/parted")
@signed
def voice_parted(leg_id: str) -> Response:
    return _xml(again_after_deadlock(lambda: parted.ask(current_rt(), leg_id, _given())))


@blueprint.post("/voice/<leg_id>/parted/answer")
@signed
def voice_parted_answer(leg_id: str) -> Response:
    return _xml(again_after_deadlock(lambda: parted.answer(current_rt(), leg_id, _given())))


@blueprint.post("/voice/<leg_id>/fallback")
@signed
def voice_fallback(leg_id: str) -> Response:
    return _xml(again_after_deadlock(lambda: voice.fall_back(current_rt(), leg_id, _given())))


@blueprint.post("/status/<leg_id>")
@signed
def leg_status(leg_id: str) -> Response:
    again_after_deadlock(lambda: status.record(current_rt(), leg_id, _given()))
    return Response(status=204)


@blueprint.post("/conference/hold/<language>")
@signed
def conference_hold(language: str) -> Response:
    return _xml(conference.hold(language))


@blueprint.post("/conference/waiting/<language>")
@signed
def conference_waiting(language: str) -> Response:
    return _xml(conference.waiting(language))


@blueprint.post("/conference/ringing/<leg_id>/<language>")
@signed
def conference_ringing(leg_id: str, language: str) -> Response:
    return _xml(conference.ringing(current_rt(), leg_id, language))


@blueprint.post("/conference/<conference_id>")
@signed
def conference_status(conference_id: str) -> Response:
    again_after_deadlock(lambda: conference.record(current_rt(), conference_id, _given()))
    return Response(status=204)


@blueprint.post("/messages/inbound")
@signed
def message_inbound() -> Response:
    again_after_deadlock(lambda: messages.receive(current_rt(), _given()))
    return _xml(twiml.nothing())


@blueprint.post("/messages/<message_id>")
@signed
def message_status(message_id: str) -> Response:
    again_after_deadlock(lambda: messages.record(current_rt(), message_id, _given()))
    return Response(status=204)
