"""Why a cell is refused: one stable id, one sentence in French and one in English, each saying what to do.

The ids are part of the import's interface (rejects file, API, metrics): they are never renamed.
"""

from types import MappingProxyType
from typing import Final

REASONS: Final = MappingProxyType(
    {
        "scientific-notation": (
            (
                "Excel a arrondi ce numéro (notation scientifique) : ses chiffres sont perdus. Mettez la "
                "colonne au format Texte et exportez de nouveau depuis l'application d'origine."
            ),
            (
                "Excel rounded this number (scientific notation): its digits are lost. Format the column as "
                "text and export again from the original application."
            ),
        ),
        "text-not-number": (
            "Cette cellule contient du texte et aucun numéro : indiquez un numéro ou laissez-la vide.",
            "This cell holds text and no number: write a number or leave it empty.",
        ),
        "email-not-number": (
            (
                "Cette cellule contient une adresse électronique : déplacez-la et indiquez un numéro de "
                "téléphone."
            ),
            "This cell holds an e-mail address: move it and write a phone number.",
        ),
        "hours-not-number": (
            "Cette cellule contient des horaires : indiquez un numéro de téléphone.",
            "This cell holds opening hours: write a phone number.",
        ),
        "date-not-number": (
            "Cette cellule contient une date : vérifiez que les colonnes ne sont pas décalées.",
            "This cell holds a date: check that the columns have not shifted.",
        ),
        "coordinate-not-number": (
            (
                "Cette cellule contient une latitude ou une longitude : vérifiez que les colonnes ne sont pas"
                " décalées."
            ),
            "This cell holds a latitude or longitude: check that the columns have not shifted.",
        ),
        "cell-too-long": (
            (
                "Cette cellule est trop longue pour être un numéro : vérifiez les guillemets et le séparateur"
                " du fichier."
            ),
            "This cell is too long to be a number: check the quotes and the delimiter of the file.",
        ),
        "fax-number": (
            "Ce numéro est indiqué comme un fax : il ne sera jamais appelé. Indiquez un téléphone.",
            "This number is declared as a fax: it is never dialled. Give a telephone.",
        ),
        "short-number": (
            (
                "C'est un numéro court (service ou urgence), pas le numéro d'une personne : indiquez dix "
                "chiffres."
            ),
            "This is a short number (a service or an emergency line), not a person's: write ten digits.",
        ),
        "wrong-length": (
            (
                "Le nombre de chiffres n'est pas celui d'un numéro français (dix) : vérifiez-le auprès de la "
                "source. Pour un numéro étranger, écrivez +, l'indicatif du pays, puis le numéro."
            ),
            (
                "The number of digits is not a French one (ten): check it at the source. For a foreign number"
                " write +, the country code, then the number."
            ),
        ),
        "territory-needed": (
            (
                "Six ou huit chiffres : possible seulement à Saint-Pierre-et-Miquelon, en Nouvelle-Calédonie,"
                " en Polynésie ou à Wallis-et-Futuna. Indiquez le département (975, 986, 987, 988) ou "
                "l'indicatif (+508...)."
            ),
            (
                "Six or eight digits: only possible in Saint-Pierre-et-Miquelon, New Caledonia, Polynesia or "
                "Wallis and Futuna. Give the department (975, 986, 987, 988) or the country code (+508...)."
            ),
        ),
        "unassigned-number": (
            (
                "Aucun abonné ne peut avoir ce numéro (tranche non attribuée) : vérifiez-le auprès de la "
                "source."
            ),
            "No subscriber can have this number (the range is not assigned): check it at the source.",
        ),
        "placeholder-number": (
            (
                "Ce numéro semble inventé pour remplir la case (chiffres répétés) : indiquez le vrai ou "
                "laissez vide."
            ),
            (
                "This number looks made up to fill the box (repeated digits): write the real one or leave it "
                "empty."
            ),
        ),
        "wrong-country": (
            (
                "Ce numéro est dans un pays que cette liste n'a pas le droit d'appeler : faites autoriser le "
                "pays."
            ),
            "This number is in a country this list may not call: have the country allowed.",
        ),
        "premium-number": (
            "Numéro surtaxé : jamais appelé. Indiquez le numéro d'une personne.",
            "Premium-rate number: never dialled. Give the number of a person.",
        ),
        "shared-cost-number": (
            "Numéro à coût partagé : jamais appelé. Indiquez le numéro d'une personne.",
            "Shared-cost number: never dialled. Give the number of a person.",
        ),
        "service-number": (
            (
                "Numéro de service (numéro vert, standard, radiomessagerie) : indiquez le numéro d'une "
                "personne."
            ),
            "Service number (toll-free, switchboard, pager): give the number of a person.",
        ),
        "satellite-number": (
            "Numéro satellite ou international sans pays : jamais appelé. Indiquez un autre numéro.",
            "Satellite or non-geographic international number: never dialled. Give another number.",
        ),
        "fiction-number": (
            (
                "Numéro de fiction ou d'essai : accepté seulement avec le simulateur. Retirez-le, ou indiquez"
                " le vrai."
            ),
            "Fictional or test number: accepted only with the simulator. Remove it, or give the real one.",
        ),
        "shortened-second-number": (
            (
                "Un second numéro est abrégé (comme dans 01 77 70 73 70/71) : il n'est pas deviné. Écrivez-le"
                " en entier, dans sa propre colonne."
            ),
            (
                "A second number is shortened (as in 01 77 70 73 70/71): it is not guessed. Write it in full,"
                " in a column of its own."
            ),
        ),
    }
)
"""Reason id -> (French sentence, English sentence)."""


def sentence(reason: str, language: str = "fr") -> str:
    """The sentence of a reason; `sentence("fax-number", "en")` ends with `Give a telephone.`"""
    french, english = REASONS[reason]
    return french if language == "fr" else english
