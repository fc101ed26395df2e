"""The addresses of telephones held by hand, of live changes, and of transcripts."""

from __future__ import annotations

from callsvc.simulator.control import changes, phones, transcript
from callsvc.simulator.rest.misfortune import Handler

BY_HAND: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/changes", changes.follow_changes),
    ("POST", "/phones", phones.open_phone),
    ("GET", "/phones", phones.list_phones),
    ("GET", "/phones/{number}", phones.read_phone),
    ("DELETE", "/phones/{number}", phones.close_phone),
    ("GET", "/phones/{number}/events", phones.follow_phone),
    ("GET", "/phones/{number}/messages", phones.read_messages),
    ("POST", "/phones/{number}/call", phones.call),
    ("POST", "/phones/{number}/answer", phones.answer),
    ("POST", "/phones/{number}/decline", phones.decline),
    ("POST", "/phones/{number}/hangup", phones.hang_up),
    ("POST", "/phones/{number}/press", phones.press),
    ("POST", "/phones/{number}/say", phones.say),
    ("POST", "/phones/{number}/text", phones.text),
    ("GET", "/ledger/calls/{sid}/transcript", transcript.read_transcript),
)
