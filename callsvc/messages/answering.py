"""What we answer by ourselves, outside any flow: who we are, that stop is done, that a conversation is over.

Each names neither purpose nor person, and is sent once: the cause says of what.
"""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa

from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.campaigns.writing import can_reply
from callsvc.contacts.preferences import language_of
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.messages.conversing import last_written
from callsvc.messages.rules import carrier_knows
from callsvc.messages.service import STOP_CONFIRMED, plan_message

_LATE = timedelta(days=7)  # lived; an answer later than that is to something else
_UNANSWERED = ("no-input", "undelivered", "not-reached")

_WHO = {
    "fr": "{who} : c'est bien nous qui vous écrivons. Nous joindre, ou vérifier : {phone}. "
    "Pour ne plus recevoir de SMS : STOP. Vos choix : CHOIX.",
    "en": "{who}: it is really us writing to you. To reach us, or to check: {phone}. For no more SMS: STOP. "
    "Your choices: CHOICES.",
    "es": "{who}: somos nosotros quienes le escribimos. Contacto y verificación: {phone}. No más SMS: STOP. "
    "Sus preferencias: OPCIONES.",
    "pt": "{who}: somos mesmo nós que lhe escrevemos. Contacto: {phone}. Para não receber mais SMS: STOP. "
    "Preferências: OPCOES.",
    "ar": "{who}: نحن من يراسلكم. للاتصال بنا أو للتحقق: {phone}. لإيقاف الرسائل: STOP. اختياراتكم: خيارات.",
}
_STOPPED = {
    "fr": "{who} : c'est noté, ce numéro ne recevra plus de SMS de notre part.",
    "en": "{who}: it is done, this number will receive no more SMS from us.",
    "es": "{who}: anotado, este número no recibirá más SMS nuestros.",
    "pt": "{who}: registado, este número não receberá mais SMS nossos.",
    "ar": "{who}: تم، لن يتلقى هذا الرقم رسائل منا بعد الآن.",
}
_OVER = {
    "fr": "{who} : merci de votre réponse. Cette conversation est terminée ; pour nous joindre : {phone}.",
    "en": "{who}: thank you for your answer. This conversation is over; to reach us: {phone}.",
    "es": "{who}: gracias por su respuesta. Esta conversación ha terminado; contacto: {phone}.",
    "pt": "{who}: obrigado pela sua resposta. Esta conversa terminou; contacto: {phone}.",
    "ar": "{who}: شكرًا على جوابكم. انتهت هذه المحادثة. للاتصال بنا: {phone}.",
}


def say_who_we_are(tx: Tx, number_id: str, to: str) -> None:
    """Answer HELP, once a day: two machines that answer each other must not go on for ever."""
    answer_once(tx, _WHO, number_id, to, f"help:{number_id}:{tx.now:%Y-%m-%d}")


def confirm_stop(tx: Tx, number_id: str, to: str, body: str, suppression_id: str) -> None:
    """Tell once that stop is done, where the carrier has not done so: it knows English words only."""
    if tx.settings.callsvc_stop_confirmation == "ours" and not carrier_knows(body):
        answer_once(tx, _STOPPED, number_id, to, f"{STOP_CONFIRMED}{suppression_id}")


def answer_late(tx: Tx, number_id: str, to: str) -> None:
    """Somebody answers a conversation that had ended for want of an answer: they are told where to turn.

    Once for each conversation, within a week, while its campaign runs; nobody else is written to.
    """
    wanted = sa.select(campaign_contact.c.id, campaign_contact.c.outcome, campaign_contact.c.status).where(
        campaign.c.state.in_(("running", "paused", "completed"))
    )
    place = tx.first(last_written(wanted, number_id, to, tx.now - _LATE))
    if place is not None and place.status == "done" and place.outcome in _UNANSWERED:
        answer_once(tx, _OVER, number_id, to, f"late:{place.id}", place_id=place.id)


def worded(tx: Tx, texts: dict[str, str], number_id: str, *, contact_id: str | None = None) -> str:
    """The text in the language of this person, or of whoever has this number; else the first of ``texts``."""
    return texts[language_for(tx, texts, number_id, contact_id=contact_id)]


def language_for(tx: Tx, texts: dict[str, str], number_id: str, *, contact_id: str | None = None) -> str:
    """Which of the languages of ``texts``: the one chosen for the number, the person's, or the first."""
    whose = (
        sa.select(contact.c.language)
        .join(contact_number, contact_number.c.contact_id == contact.c.id)
        .where(contact_number.c.number_id == number_id)
        .order_by(contact_number.c.rank, contact.c.created_at)
        .limit(1)
    )
    known = tx.scalar(whose.where(contact.c.id == contact_id) if contact_id else whose)
    wanted = language_of(tx, number_id, known) or ""
    return wanted if wanted in texts else next(iter(texts))


def answer_once(
    tx: Tx,
    texts: dict[str, str],
    number_id: str,
    to: str,
    cause: str,
    *,
    place_id: str | None = None,
    said: Mapping[str, str] | None = None,
) -> None:
    """Plan one of ``texts``, which may name who, phone and what is ``said``; the same ``cause`` plans one."""
    text = worded(tx, texts, number_id)
    settings = tx.settings
    plan_message(
        tx,
        number_id=number_id,
        body=text.format(who=settings.callsvc_who, phone=settings.callsvc_verify_phone, **(said or {})),
        sender=to if can_reply(to) else settings.callsvc_caller_id,
        purpose="",
        cause=cause,
        campaign_contact_id=place_id,
    )
