"""The words by which a person says stop, start again, or who are you, in every language we write in.

They are compared without case, accents, marks and punctuation; see :mod:`callsvc.messages.rules` for when a
text is one of them.
"""

# The carrier's own: it then blocks the pair of numbers by itself, and tells the person. It knows no other.
CARRIER_STOP = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "opt out", "revoke"}
)
STOP: dict[str, tuple[str, ...]] = {
    "en": (
        *sorted(CARRIER_STOP),
        "stop all",
        "no more sms",
        "no more messages",
        "do not contact me",
        "remove me",
        "leave me alone",
    ),
    "fr": (
        "arret",
        "arreter",
        "arretez",
        "arrete",
        "desabonner",
        "desabonnement",
        "desabonnez moi",
        "me desabonner",
        "desinscrire",
        "desinscription",
        "desinscrivez moi",
        "me desinscrire",
        "plus de sms",
        "plus de messages",
        "ne plus recevoir",
        "ne plus recevoir de sms",
        "ne m ecrivez plus",
        "ne me contactez plus",
        "laissez moi tranquille",
    ),
    "es": ("baja", "darme de baja", "dar de baja", "darse de baja", "alto", "parar", "no mas", "no mas sms"),
    "pt": ("parar", "sair", "pare", "remover", "chega", "nao quero mais", "cancelar subscricao"),
    "ar": ("توقف", "اوقف", "ايقاف", "قف", "الغاء", "الغاء الاشتراك", "لا اريد"),
    "de": ("stopp", "abmelden"),
    "it": ("ferma", "cancellami", "basta"),
}
START: dict[str, tuple[str, ...]] = {
    "en": ("start", "unstop", "resume"),
    "fr": ("reprendre", "reprise", "reabonner", "me reabonner", "reinscrire"),
    "es": ("alta", "reanudar"),
    "pt": ("retomar", "reiniciar"),
    "ar": ("ابدا", "استئناف"),
}
HELP: dict[str, tuple[str, ...]] = {
    "en": ("help", "who are you", "who is this"),
    "fr": ("aide", "qui etes vous", "c est qui", "qui est ce"),
    "es": ("ayuda", "quien es", "quienes son"),
    "pt": ("ajuda", "quem e", "quem fala"),
    "ar": ("مساعدة", "من انتم"),
}
# Said around such a word without changing it.
AROUND = (
    "sms",
    "mms",
    "texto",
    "textos",
    "message",
    "messages",
    "msg",
    "mensaje",
    "mensajes",
    "mensagem",
    "mensagens",
    "svp",
    "stp",
    "merci",
    "please",
    "pls",
    "thanks",
    "thank",
    "you",
    "bonjour",
    "hello",
    "hi",
    "hola",
    "ola",
    "por",
    "favor",
    "gracias",
    "obrigado",
    "obrigada",
    "s",
    "il",
    "vous",
    "te",
    "plait",
    "ca",
    "cela",
    "tout",
    "tous",
    "les",
    "ces",
    "vos",
    "le",
    "la",
    "the",
    "these",
    "all",
    "them",
    "it",
    "now",
    "maintenant",
    "immediatement",
    "رسائل",
    "الرسائل",
    "من",
    "فضلك",
    "شكرا",
    # « CHOIX STOP », of somebody who was told to begin with CHOIX, stops as STOP does.
    "choix",
    "choices",
    "preferences",
    "preferencias",
)

# Before what somebody chooses: « CHOIX SOIR SMS ». Alone it asks what may be chosen.
CHOICE: dict[str, tuple[str, ...]] = {
    "en": ("choices", "choice", "preferences"),
    "fr": ("choix", "mes choix", "mes preferences"),
    "es": ("preferencias", "opciones"),
    "pt": ("preferencias", "opcoes"),
    "ar": ("خيارات", "اختياراتي"),
}
# What may be chosen, and by which words; the first of a line is what we ask for.
CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "hours": {
        "morning": (
            *("matin", "matinee", "en matinee", "le matin", "morning", "mornings"),
            *("manana", "manha", "صباح", "صباحا"),
        ),
        "afternoon": (
            *("apres midi", "apresmidi", "l apres midi", "afternoon", "afternoons"),
            *("tarde", "ظهر", "بعد الظهر"),
        ),
        "evening": (
            "soir",
            "soiree",
            "en soiree",
            "le soir",
            "evening",
            "evenings",
            "noche",
            "noite",
            "مساء",
        ),
        "any": (
            *("toute heure", "a toute heure", "toutes heures", "n importe quand", "anytime", "any time"),
            *("cualquier hora", "qualquer hora", "اي وقت"),
        ),
    },
    "channel": {
        "sms": ("sms", "texto", "text", "mensaje", "mensagem", "رسالة"),
        "voice": (
            *("appel", "appels", "telephone", "call", "calls", "phone", "llamada", "llamadas", "chamada"),
            *("chamadas", "اتصال", "مكالمة"),
        ),
    },
    "language": {
        "fr": ("fr", "francais", "en francais", "french", "frances", "الفرنسية"),
        "en": ("en", "anglais", "en anglais", "english", "ingles", "الانجليزية"),
        "es": ("es", "espagnol", "en espagnol", "spanish", "espanol", "espanhol", "الاسبانية"),
        "pt": ("pt", "portugais", "en portugais", "portuguese", "portugues", "البرتغالية"),
        "ar": ("ar", "arabe", "en arabe", "arabic", "العربية"),
    },
    "number": {"this": ("ce numero", "this number", "este numero", "هذا الرقم")},
}
BETWEEN = (
    "et",
    "ou",
    "and",
    "or",
    "y",
    "o",
    "e",
    "plutot",
    "rather",
    "par",
    "by",
    "en",
    "in",
    "au",
    "و",
    "او",
)
