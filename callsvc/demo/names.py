"""Invented names: common first names, and family names made of syllables, that nobody bears."""

import random
from typing import Final

FIRST_NAMES: Final = (
    *("Adèle", "Agnès", "Alice", "Amina", "Anaïs", "Anne-Marie", "Antoine", "Aurélie", "Bastien", "Benoît"),
    *("Camille", "Cécile", "Chloé", "Clément", "Damien", "David", "Élise", "Émile", "Estelle", "Fabien"),
    *("Fatou", "Françoise", "Gaël", "Geneviève", "Hélène", "Hugo", "Inès", "Jeanne", "Jérôme", "Julien"),
    *("Karim", "Laëtitia", "Léa", "Léo", "Loïc", "Lucas", "Maëlle", "Malik", "Mathilde", "Maxime"),
    *("Nadia", "Naïma", "Noé", "Océane", "Pauline", "Quentin", "Raphaël", "Renée", "Samuel", "Solène"),
    *("Théo", "Valérie", "Vincent", "Yann", "Yasmine", "Zoé"),
)
_STARTS: Final = (
    "Bal",
    "Cor",
    "Dar",
    "Fel",
    "Gar",
    "Lor",
    "Mar",
    "Nev",
    "Pel",
    "Rou",
    "Sau",
    "Ter",
    "Val",
    "Hé",
)
_MIDDLES: Final = ("bre", "che", "dan", "fi", "gou", "la", "mon", "nan", "ri", "sto", "ti", "vé")
_ENDS: Final = ("bec", "dier", "gnon", "lec", "mont", "nac", "rel", "ssac", "thet", "val", "zin")


def last_name(chance: random.Random) -> str:
    """A family name such as `VALMONSSAC`, in capitals as administrations write it."""
    return (chance.choice(_STARTS) + chance.choice(_MIDDLES) + chance.choice(_ENDS)).upper()


def misspelled(name: str, chance: random.Random) -> str:
    """The same family name as somebody else typed it: no accent, other capitals, perhaps a letter changed."""
    plain = name.translate(str.maketrans("ÉÈÊ", "EEE"))
    if chance.random() < 0.5:
        place = chance.randrange(2, len(plain) - 1)
        plain = plain[:place] + plain[place] + plain[place:]  # a doubled letter
    return plain.capitalize()
