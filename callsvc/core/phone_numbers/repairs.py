"""What was done to read a number, in words: an import says it, so that nothing is guessed in silence."""

from types import MappingProxyType
from typing import Final

REPAIRS: Final = MappingProxyType(
    {
        "leading-zero-restored": (
            "Le zéro initial, perdu par le tableur, a été remis.",
            "The leading zero lost by the spreadsheet was put back.",
        ),
        "plus-restored": (
            "Le + de l'indicatif international, perdu par le tableur, a été remis.",
            "The plus of the country code lost by the spreadsheet was put back.",
        ),
        "international-prefix": ("Le préfixe 00 a été lu comme +.", "The prefix 00 was read as +."),
        "trunk-zero-removed": (
            "Le zéro placé après l'indicatif du pays a été retiré.",
            "The zero after the country code was removed.",
        ),
        "overseas-prefix": (
            "Numéro ultramarin écrit en forme nationale : l'indicatif de son territoire a été mis.",
            "Overseas number in national form: the country code of its territory was used.",
        ),
        "territory-from-department": (
            "Numéro local court : l'indicatif vient du département de la personne.",
            "Short local number: the country code comes from the person's department.",
        ),
        "territory-differs-from-department": (
            "Le territoire du numéro n'est pas celui du département : gardé, à vérifier.",
            "The number's territory is not the department's: kept, worth checking.",
        ),
        "invisible-marks-removed": (
            "Des marques invisibles autour du numéro ont été retirées.",
            "Invisible marks around the number were removed.",
        ),
        "formula-unwrapped": (
            'La formule ="..." autour du numéro a été retirée.',
            'The formula ="..." around the number was removed.',
        ),
        "decimal-tail-removed": (
            "La décimale ,0 ajoutée par le tableur a été retirée.",
            "The decimal .0 added by the spreadsheet was removed.",
        ),
        "letter-o-read-as-zero": (
            "La lettre O en tête a été lue comme un zéro.",
            "The leading letter O was read as a zero.",
        ),
        "text-ignored": (
            "Du texte autour du numéro a été ignoré.",
            "Text around the number was ignored.",
        ),
        "repeated-in-cell": (
            "Le même numéro figure deux fois dans la cellule.",
            "The same number stands twice in the cell.",
        ),
    }
)
"""Repair id -> (French sentence, English sentence)."""


def repair_sentence(repair: str, language: str = "fr") -> str:
    """The sentence of a repair, in French (`fr`) or English (anything else)."""
    french, english = REPAIRS[repair]
    return french if language == "fr" else english
