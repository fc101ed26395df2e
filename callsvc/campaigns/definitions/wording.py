"""What an SMS may not say before the person has said who they are: why we write, or anything of health.

The lists are short and meant to catch a slip; what a campaign says is read by the person who approves it.
"""

import re
import unicodedata

_NAMES = ("assurance maladie", "sante publique france", "agence regionale de sante", "health insurance")
_HEALTH = (
    r"covid\w*|coronavirus|virus|variant\w*|epidemi\w*|pandemi\w*|contamin\w*|infect\w*|infecc\w*|"
    r"contagi\w*|cas contact|contact case|caso contacto|contact tracing|suivi des contacts|tests?|teste\w*|"
    r"depist\w*|screening|pcr|antigen\w*|positi[fv]\w*|negati[fv]\w*|isole\w*|isolement|isolation|"
    r"quarant\w*|quarentena|cuarentena|sympto\w*|sintoma\w*|fievre|fever|maladie|malade\w*|sick|illness|"
    r"disease|vaccin\w*|vacuna\w*|vacina\w*|diagnos\w*|resultats?|results?|traitement|treatment|grossesse|"
    r"pregnan\w*|cancer|diabet\w*|vih|hiv|sida"
)
_TELLING = re.compile(rf"\b({_HEALTH})\b")


def telling_words(text: str, purpose: str = "") -> list[str]:
    """The words of a text that give away why we write.

    >>> telling_words("Assurance Maladie : nous vous appelons vers 14 h au sujet de votre test.")
    ['test']
    """
    folded = _fold(text)
    for name in _NAMES:
        folded = folded.replace(name, " ")
    found = [match.group(1) for match in _TELLING.finditer(folded)]
    aim = purpose.replace("-", " ")
    if " " in aim and aim in folded:
        found.append(aim)
    return list(dict.fromkeys(found))


def _fold(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(letters.split())
