"""Words by which a person says stop, in the languages we write in."""

import re
import unicodedata

# The carrier's own list (STOP and its kin), French ones the carrier does not know, and ours.
STOP_WORDS = frozenset(
    {
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "arret",
        "arreter",
        "arretez",
        "desabonner",
        "desinscription",
        "desinscrire",
        "non merci",
    }
)


def is_opt_out(body: str) -> bool:
    """True for STOP, « Arrêt ! », `STOP SMS`; false for a sentence that merely contains such a word.

    >>> is_opt_out(" Arrêt. "), is_opt_out("ne pas arreter mon traitement")
    (True, False)
    """
    plain = unicodedata.normalize("NFKD", body).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9 ]+", " ", plain).split()
    if not words:
        return False
    return " ".join(words) in STOP_WORDS or (len(words) <= 2 and words[0] in STOP_WORDS)
