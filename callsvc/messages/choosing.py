"""CHOIX by SMS: what may be chosen is told, and what was chosen is noted for the number that wrote.

Each is one SMS: what may be chosen once a day, what was noted once for each message that changed something,
and once a day for those that changed nothing, so that two machines never answer each other for ever.
"""

from callsvc.contacts.choosing import Choices, choices_of, keep_choices
from callsvc.contacts.numbers import lock_number
from callsvc.core.db import Tx
from callsvc.messages.answering import answer_once, language_for
from callsvc.messages.wishes import Wish

# Without letters that SMS count double, where the language has others.
_ASK = {
    "fr": "{who} : répondez CHOIX et vos mots, par ex. CHOIX SOIR SMS. Mots : MATIN, APRES-MIDI, SOIR, "
    "TOUTE HEURE, APPEL, SMS, CE NUMERO, FR, EN, ES, PT, AR.",
    "en": "{who}: reply CHOICES and your words (e.g. CHOICES EVENING SMS): MORNING, AFTERNOON, EVENING, "
    "ANYTIME, CALL, SMS, THIS NUMBER, FR, EN, ES, PT, AR.",
    "es": "{who}: responda PREFERENCIAS y sus palabras: MAÑANA, TARDE, NOCHE, CUALQUIER HORA, LLAMADA, "
    "SMS, ESTE NUMERO, FR, EN, ES, PT, AR.",
    "pt": "{who}: responda PREFERENCIAS e as suas palavras: MANHA, TARDE, NOITE, QUALQUER HORA, CHAMADA, "
    "SMS, ESTE NUMERO, FR, EN, ES, PT, AR.",
    "ar": "{who}: اكتبوا خيارات ثم ما تريدون: صباح، بعد الظهر، مساء، اي وقت، اتصال، SMS، هذا الرقم، "
    "FR, EN, ES, PT, AR.",
}
_NOTED = {
    "fr": "{who} : c'est noté. Vous appeler : {hours}. De préférence par : {channel}. Langue : {language}."
    "{first} Pour changer : CHOIX.",
    "en": "{who}: noted. To call you: {hours}. Rather by: {channel}. Language: {language}."
    "{first} To change: CHOICES.",
    "es": "{who}: anotado. Llamarle: {hours}. Mejor por: {channel}. Idioma: {language}."
    "{first} Para cambiar: PREFERENCIAS.",
    "pt": "{who}: registado. Ligar-lhe: {hours}. Melhor por: {channel}. Idioma: {language}."
    "{first} Para mudar: PREFERENCIAS.",
    "ar": "{who}: تم التسجيل. وقت الاتصال: {hours}. الوسيلة: {channel}. اللغة: {language}.{first} "
    "للتغيير: خيارات.",
}
_WORDS = {  # "": no wish
    "fr": {
        "morning": "MATIN", "afternoon": "APRES-MIDI", "evening": "SOIR", "hours": "TOUTE HEURE",
        "voice": "APPEL", "sms": "SMS", "": "sans préférence", "first": " CE NUMERO d'abord.",
    },
    "en": {
        "morning": "MORNING", "afternoon": "AFTERNOON", "evening": "EVENING", "hours": "ANYTIME",
        "voice": "CALL", "sms": "SMS", "": "no preference", "first": " THIS NUMBER first.",
    },
    "es": {
        "morning": "MAÑANA", "afternoon": "TARDE", "evening": "NOCHE", "hours": "CUALQUIER HORA",
        "voice": "LLAMADA", "sms": "SMS", "": "sin preferencia", "first": " ESTE NUMERO primero.",
    },
    "pt": {
        "morning": "MANHA", "afternoon": "TARDE", "evening": "NOITE", "hours": "QUALQUER HORA",
        "voice": "CHAMADA", "sms": "SMS", "": "indiferente", "first": " ESTE NUMERO primeiro.",
    },
    "ar": {
        "morning": "صباح", "afternoon": "بعد الظهر", "evening": "مساء", "hours": "اي وقت",
        "voice": "اتصال", "sms": "SMS", "": "دون تفضيل", "first": " هذا الرقم اولا.",
    },
}  # fmt: skip


def hear_wish(tx: Tx, number_id: str, to: str, wish: Wish, message_id: str) -> None:
    """Note what they chose, the rest stays as it was, and tell what holds now; or tell what may be chosen."""
    today = f"{number_id}:{tx.now:%Y-%m-%d}"
    if wish == Wish():
        answer_once(tx, _ASK, number_id, to, f"choices-asked:{today}")
        return
    lock_number(tx, number_id)  # two messages at once: the second adds to what the first one chose
    wanted = _joined(choices_of(tx, [number_id]), wish, number_id)
    changed = keep_choices(tx, [number_id], wanted, source="sms", evidence=message_id)
    cause = f"choices:{message_id}" if changed else f"choices-held:{today}"
    answer_once(tx, _NOTED, number_id, to, cause, said=_told(tx, number_id, wanted))


def _joined(held: Choices, wish: Wish, number_id: str) -> Choices:
    return Choices(
        hours=held.hours if wish.hours is None else wish.hours,
        channel=held.channel if wish.channel is None else wish.channel,
        language=held.language if wish.language is None else wish.language,
        first_number=number_id if wish.this_number_first else "",
    )


def _told(tx: Tx, number_id: str, choices: Choices) -> dict[str, str]:
    """What stands in ``_NOTED``: all that holds now, in the words that may be sent back."""
    words = _WORDS[language_for(tx, _NOTED, number_id)]
    return {
        "hours": ", ".join(words[part] for part in choices.hours) or words["hours"],
        "channel": words[choices.channel],
        "language": choices.language.upper() or words[""],
        "first": words["first"] if choices.first_number else "",
    }
