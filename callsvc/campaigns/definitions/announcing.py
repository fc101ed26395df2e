"""``announce``: an SMS before the first call, which says when it will ring and from which number."""

import re
from typing import Literal

from pydantic import Field, field_validator

from callsvc.core.yaml_files import Part

_PLACES = re.compile(r"\{(\w*)\}")
_KNOWN = frozenset({"day", "from", "to", "caller", "verify"})


class Announcement(Part):
    """``We call you {day} between {from} and {to} from {caller}. Reply 1 to move, STOP for no more SMS.``

    minutes_before: from the SMS to the beginning of the slot. slot_minutes: the slot's length. text: by
    language, with the places ``{day}``, ``{from}``, ``{to}``, ``{caller}`` and ``{verify}`` (the published
    number). can_move: a reply 1 offers other moments. otherwise: what becomes of people who have no number
    that takes SMS, or want none: they are called unannounced (``call``) or not at all (``leave``).
    """

    minutes_before: int = Field(60, ge=5, le=24 * 60)
    slot_minutes: int = Field(20, ge=5, le=240)
    sender: str = ""  # sms_sender unless given
    text: dict[str, str] = Field(min_length=1)
    can_move: bool = True
    otherwise: Literal["call", "leave"] = "call"

    @field_validator("text")
    @classmethod
    def _says_when(cls, text: dict[str, str]) -> dict[str, str]:
        for language, said in text.items():
            places = set(_PLACES.findall(said))
            if not {"from", "to"} <= places:
                raise ValueError(f"the text in {language} must say when: write {{from}} and {{to}}")
            if places - _KNOWN:
                unknown = ", ".join(sorted(places - _KNOWN))
                raise ValueError(f"nobody knows {{{unknown}}}: use day, from, to, caller or verify")
        return text
