"""What a person may be shown as the caller or the sender, by the kind of number: arithmetic.

French rules: ordinary geographic and mobile numbers may not be shown by automated systems, which use verified
polyvalent numbers or the platforms' 09 37 to 09 39; operators block application SMS from 06 and 07; a name
(alphanumeric sender) is one way, so that nobody can answer it or write STOP to it. What is not known to be
allowed is not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from callsvc.campaigns.rules import Channel
from callsvc.core.phone_numbers import is_fictional

Choice = Literal["contact", "day", "try"]

_VERIFIED = ("162", "163", "270", "271", "377", "378", "424", "425", "568", "569", "948", "949")
_PLATFORM = ("937", "938", "939")
_OVERSEAS_PLATFORM = ("9475", "9476", "9477", "9478", "9479")
_FRENCH = re.compile(r"\+(?:33|262|508|590|594|596)([1-9]\d{8})")
_SHORT = re.compile(r"[1-9]\d{3,5}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


@dataclass(frozen=True)
class Kind:
    """What senders of a kind can do for an automated system; ``says`` is the reason where they cannot."""

    voice: bool
    sms: bool
    can_reply: bool
    says: str


KINDS: dict[str, Kind] = {
    "verified": Kind(True, False, True, "a verified polyvalent number calls, and takes no SMS"),
    "platform": Kind(True, True, True, ""),
    "overseas-platform": Kind(True, True, True, ""),
    "geographic": Kind(False, False, True, "automated systems may not show an ordinary geographic number"),
    "mobile": Kind(False, False, True, "automated systems may not show 06 or 07, and their SMS is blocked"),
    "national": Kind(False, False, True, "automated systems may not show this kind of number"),
    "short-code": Kind(False, True, True, "a short code sends SMS and calls nobody"),
    "alphanumeric": Kind(False, True, False, "a name is one way: nobody can answer it or write STOP to it"),
    "foreign": Kind(True, False, True, "a foreign number calls only the countries its pool names"),
    "fiction": Kind(True, True, True, ""),  # accepted on the loopback carrier alone
}


def kind_of(value: str) -> str | None:
    """The kind of a number in E.164, a short code or a name; None when it is none of these.

    >>> kind_of("+33162000100"), kind_of("+33612345678"), kind_of("38000"), kind_of("SANTE")
    ('verified', 'mobile', 'short-code', 'alphanumeric')
    """
    if is_fictional(value):
        return "fiction"
    french = _FRENCH.fullmatch(value)
    if french is not None:
        return _french_kind(french[1])
    if re.fullmatch(r"\+[1-9]\d{6,14}", value):
        return "foreign"
    if _SHORT.fullmatch(value):
        return "short-code"
    return "alphanumeric" if _NAME.fullmatch(value) else None


def _french_kind(digits: str) -> str:
    if digits.startswith(_OVERSEAS_PLATFORM):
        return "overseas-platform"
    if digits.startswith(_PLATFORM):
        return "platform"
    if digits.startswith(_VERIFIED):
        return "verified"
    return {"6": "mobile", "7": "mobile", "8": "national", "9": "national"}.get(digits[0], "geographic")


@dataclass(frozen=True, kw_only=True)
class Sender:
    """``countries`` that it may reach (empty: those of its kind); ``regions`` whose people see it (all)."""

    value: str
    kind: str
    voice: bool
    sms: bool
    can_reply: bool
    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a sender is wanted for. ``two_way``: people are to answer. ``country``: '' before it is known."""

    channel: Channel
    two_way: bool = False
    country: str = ""


def refusal(sender: Sender, use: Use) -> str:
    """Why this sender is not for this use, as a kebab-case reason; '' if it is.

    >>> refusal(sender_of("SANTE"), Use(channel="sms", two_way=True))
    'sender-takes-no-reply'
    """
    allowed = KINDS[sender.kind]
    if use.channel == "voice" and not (sender.voice and allowed.voice):
        return "sender-not-for-calls"
    if use.channel == "sms" and not (sender.sms and allowed.sms):
        return "sender-not-for-sms"
    if use.two_way and not (sender.can_reply and allowed.can_reply):
        return "sender-takes-no-reply"
    if sender.kind == "foreign" and not sender.countries:
        return "sender-not-for-country"
    if use.country and sender.countries and use.country not in sender.countries:
        return "sender-not-for-country"
    return ""


def sender_of(value: str) -> Sender:
    """A sender as its kind is, for a file that names it without a pool; ``ValueError`` when it is none."""
    kind = kind_of(value)
    if kind is None:
        raise ValueError("neither a number in E.164, nor a short code, nor a name of up to 11 letters")
    can = KINDS[kind]
    return Sender(value=value, kind=kind, voice=can.voice, sms=can.sms, can_reply=can.can_reply)


def choose(
    senders: Sequence[Sender], use: Use, *, by: Choice, who: str, region: str, today: date, tries: int
) -> Sender | None:
    """The sender this person sees; None when none of them is for this use.

    Those of the person's region come before those of all. ``contact``: always the same one, and nobody else's
    changes when one is added. ``day``: another one each day. ``try``: another one each try.
    """
    usable = [sender for sender in senders if not refusal(sender, use)]
    here = [sender for sender in usable if region in sender.regions]
    among = here or [sender for sender in usable if not sender.regions]
    if not among:
        return None
    key = f"{who}:{today.isoformat()}" if by == "day" else who
    ordered = sorted(among, key=lambda sender: sha256(f"{key}:{sender.value}".encode()).digest())
    return ordered[tries % len(ordered)] if by == "try" else ordered[0]
