"""What a campaign's file may write: refused when it is applied, not when an older one is read again."""

import re

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.definitions.wording import telling_words
from callsvc.core.errors import Invalid

_REPLYABLE = re.compile(r"\+?\d{3,15}")


def can_reply(sender: str) -> bool:
    """Whether an answer to this sender comes back: a number or a short code, never a name of letters.

    >>> can_reply("+33199000100"), can_reply("36105"), can_reply("AMELI")
    (True, True, False)
    """
    return bool(_REPLYABLE.fullmatch(sender))


def announcing_sender(file: CampaignFile) -> str:
    """The sender of an announcement: its own, else the campaign's."""
    return file.announce.sender or file.sms_sender if file.announce else ""


def refuse_unfit_texts(file: CampaignFile) -> None:
    """Refuse what would give away why we call, or ask for an answer that cannot come.

    ``sms-tells-purpose``   an SMS of the file names health or the purpose to whoever holds the telephone
    ``sender-missing``      something is to be sent, and the file names no sender
    ``sender-one-way``      an answer is asked for, and the sender is a name of letters
    ``part-of-other-channel``  announce and sms_fallback are for calls, voice_fallback is for SMS
    """
    for part in (file.announce, file.sms_fallback):
        for language, text in (part.text if part else {}).items():
            telling = telling_words(text, file.purpose)
            if telling:
                raise Invalid(
                    "sms-tells-purpose",
                    f"The SMS in {language} says why we call, to whoever holds the telephone: leave out "
                    f"{', '.join(repr(word) for word in telling)}.",
                    words=telling,
                )
    _refuse_strange_parts(file)
    asks = file.channel == "sms" or (file.announce is not None and file.announce.can_move)
    sender = announcing_sender(file) if file.announce else file.sms_sender
    if file.sms_pool and not (file.announce and file.announce.sender):
        return  # who in the pool may write, and be answered, is judged with the pool
    if (asks or file.announce) and not sender:
        raise Invalid("sender-missing", "Write sms_sender: the number that the SMS come from.")
    if asks and not can_reply(sender):
        raise Invalid(
            "sender-one-way",
            f"Nobody can answer {sender!r}: use a number or a short code, or ask for no answer.",
        )


def _refuse_strange_parts(file: CampaignFile) -> None:
    by_sms = [file.voice_fallback] if file.voice_fallback else []
    by_voice = [part for part in (file.announce, file.sms_fallback) if part]
    if by_voice if file.channel == "sms" else by_sms:
        raise Invalid(
            "part-of-other-channel",
            "announce and sms_fallback are parts of a campaign that calls, voice_fallback of one by SMS.",
        )
