"""Everything an import says about a line: a stable id, whether it refuses, and two sentences.

Refusals of phone cells and repairs of numbers have their sentences in `callsvc.core.phone_numbers`; those of
lines and of the other columns stand here.
"""

from types import MappingProxyType
from typing import Final, NamedTuple

from callsvc.core.phone_numbers import REASONS, REPAIRS

LINES: Final = MappingProxyType(
    {
        "title-line": ("Ligne de titre au-dessus de l'en-tête.", "Title line above the header."),
        "blank-line": ("Ligne vide.", "Empty line."),
        "total-line": ("Ligne de total : ce n'est pas une personne.", "Total line: not a person."),
        "repeated-header": ("L'en-tête est répété.", "The header is repeated."),
    }
)
"""Lines that hold no person: counted, not refused."""

REFUSED: Final = MappingProxyType(
    {
        "no-number": (
            "Aucun numéro sur cette ligne : indiquez-en un.",
            "No number on this line: write one.",
        ),
        "extra-cells": (
            "Plus de cellules que de colonnes : mettez entre guillemets le texte qui contient le séparateur.",
            "More cells than columns: put text that contains the delimiter between quotes.",
        ),
        "unclosed-quote": (
            "Un guillemet ouvert n'est pas refermé sur cette ligne : fermez-le ou doublez-le.",
            "A quote opened on this line is not closed: close it or double it.",
        ),
        "department-needed": (
            "Ni département ni code postal : indiquez-en un, ou importez avec une plateforme par défaut.",
            "No department or postcode: write one, or import with a default platform.",
        ),
        "platform-unknown": (
            "Aucune plateforme ne couvre ce département : créez-la, ou donnez une plateforme par défaut.",
            "No platform covers this department: create it, or give a default platform.",
        ),
        "zone-unknown": (
            "Le fuseau horaire de ce numéro est inconnu : indiquez le département de la personne.",
            "The time zone of this number is unknown: give the person's department.",
        ),
    }
)
"""The line, or one of its numbers, is not imported."""

SAID: Final = MappingProxyType(
    {
        "short-row": (
            "Moins de cellules que de colonnes : les dernières sont lues comme vides.",
            "Fewer cells than columns: the last ones are read as empty.",
        ),
        "name-missing": ("Ni nom ni prénom.", "Neither first nor last name."),
        "name-split": (
            "Nom et prénom dans une seule cellule : séparés d'après les majuscules.",
            "First and last name in one cell: split by capitals.",
        ),
        "birth-year-unreadable": (
            "Année de naissance illisible ou ambiguë : laissée vide. Écrivez-la avec quatre chiffres.",
            "Birth year unreadable or ambiguous: left empty. Write it with four digits.",
        ),
        "postcode-unreadable": (
            "Code postal inconnu : laissé vide. Écrivez cinq chiffres.",
            "Unknown postcode: left empty. Write five digits.",
        ),
        "department-unreadable": (
            "Département inconnu : laissé vide. Écrivez son code (01 à 95, 2A, 2B, 971...).",
            "Unknown department: left empty. Write its code (01 to 95, 2A, 2B, 971...).",
        ),
        "department-differs-from-postcode": (
            "Le département n'est pas celui du code postal : le département est gardé.",
            "The department is not the postcode's: the department is kept.",
        ),
        "department-from-number": (
            "Département absent : celui du numéro ultramarin est pris.",
            "No department: that of the overseas number is taken.",
        ),
        "language-unknown": (
            "Langue inconnue : la langue par défaut est prise. Écrivez un code (fr, en, ar...).",
            "Unknown language: the default one is taken. Write a code (fr, en, ar...).",
        ),
        "fragility-unreadable": (
            "Fragilité illisible : lue comme fragile, par prudence. Écrivez oui, non, ou 0 à 3.",
            "Fragility unreadable: read as fragile, to be safe. Write oui, non, or 0 to 3.",
        ),
        "reported-at-unreadable": (
            "Date de signalement illisible : l'heure de l'import est prise. Écrivez JJ/MM/AAAA HH:MM.",
            "Report date unreadable: the time of import is taken. Write DD/MM/YYYY HH:MM.",
        ),
        "elicited-at-unreadable": (
            "Date de recueil illisible : celle du signalement est prise. Écrivez JJ/MM/AAAA HH:MM.",
            "Date of elicitation unreadable: the report date is taken. Write DD/MM/YYYY HH:MM.",
        ),
        "date-in-the-future": (
            "Date à venir : l'heure de l'import est prise.",
            "A date to come: the time of import is taken.",
        ),
        "priority-unreadable": (
            "Priorité illisible : lue comme normale. Écrivez haute, normale, basse, ou -9 à 9.",
            "Priority unreadable: read as normal. Write high, normal, low, or -9 to 9.",
        ),
        "consent-basis-unknown": (
            "Base légale inconnue : celle de l'import est prise. Écrivez par exemple « intérêt public ».",
            "Unknown legal basis: that of the import is taken. Write for example “public interest”.",
        ),
        "consent-on-unreadable": (
            "Date de consentement illisible : celle de l'import est prise. Écrivez JJ/MM/AAAA.",
            "Consent date unreadable: that of the import is taken. Write DD/MM/YYYY.",
        ),
        "preferred-unreadable": (
            "Numéro préféré non compris : l'ordre des colonnes est gardé. Écrivez mobile, fixe, 1 ou 2.",
            "Preferred number not understood: the order of the columns is kept. Write mobile, fixed, 1 or 2.",
        ),
        "preferred-absent": (
            "Le numéro préféré n'est pas sur cette ligne : l'ordre des colonnes est gardé.",
            "The preferred number is not on this line: the order of the columns is kept.",
        ),
        "number-added": (
            "Personne déjà connue : un nouveau numéro lui est ajouté, après ceux qu'elle avait.",
            "A person known before: a new number is added after those they had.",
        ),
        "details-filled": (
            "Personne déjà connue : ce qui manquait a été complété ; rien de connu n'a été remplacé.",
            "A person known before: what was missing was filled in; nothing known was replaced.",
        ),
        "fragility-raised": (
            "Personne déjà connue : sa fragilité ou sa priorité a été relevée.",
            "A person known before: their fragility or priority was raised.",
        ),
        "newer-consent": (
            "Personne déjà connue : un consentement plus récent a été noté.",
            "A person known before: a more recent consent was noted.",
        ),
        "opposition-recorded": (
            "Opposition enregistrée : ce numéro ne sera pas appelé.",
            "Opt-out recorded: this number will not be called.",
        ),
        "opposition-unclear": (
            "Mention non comprise dans la colonne d'opposition : lue comme une opposition, par prudence.",
            "Unclear word in the opt-out column: read as an opt-out, to be safe.",
        ),
        "consent-unclear": (
            "Consentement illisible : laissé inconnu. Écrivez oui ou non.",
            "Consent unreadable: left unknown. Write oui or non.",
        ),
        "duplicate-column-differs": (
            "Deux colonnes de même sens diffèrent : la première est gardée.",
            "Two columns of one meaning differ: the first is kept.",
        ),
        "same-person-twice": (
            "Cette personne figure déjà dans la liste avec ce numéro : les deux lignes sont réunies.",
            "This person already stands in the list with this number: the two lines are merged.",
        ),
        "spelled-differently": (
            "Cette personne figure déjà avec ce numéro et un nom écrit autrement : les deux sont réunies.",
            "This person already stands with this number and another spelling: the two are merged.",
        ),
        "birth-year-differs": (
            "Même numéro et même nom mais une autre année de naissance : la première est gardée.",
            "Same number and name but another birth year: the first is kept.",
        ),
        "shared-number": (
            "Ce numéro est aussi celui d'une autre personne du même foyer : gardé pour les deux.",
            "This number is also another person's of the household: kept for both.",
        ),
        "already-suppressed": (
            "Ce numéro s'est déjà opposé aux appels : gardé, il ne sera pas appelé.",
            "This number has already opted out: kept, it will not be called.",
        ),
        "marked-synthetic-before": (
            "Ce numéro avait été marqué comme fictif : la marque est gardée.",
            "This number had been marked synthetic: the mark is kept.",
        ),
    }
)
"""The line is imported; this is what was done with it."""

_SENTENCES: Final = {**REASONS, **REPAIRS, **LINES, **REFUSED, **SAID}


class Problem(NamedTuple):
    """One thing to say about a line.

    `column` is the header as written in the file (empty for the whole line), `cell` the text as it was. A
    `refused` problem goes to the rejects file. Example: line 12, column `Portable`, cell `3,36E+10`, reason
    `scientific-notation`.
    """

    line: int
    column: str
    cell: str
    reason: str
    refused: bool = False

    def says(self, language: str = "fr") -> str:
        """The sentence for people, French (`fr`) or English."""
        return says(self.reason, language)


def says(reason: str, language: str = "fr") -> str:
    """The sentence of any id an import can give."""
    french, english = _SENTENCES[reason]
    return french if language == "fr" else english
