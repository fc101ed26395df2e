"""The family of a browser: enough for a person to know their own sessions, too little to follow anybody."""

# The first mark found names the family: nearly every browser also claims to be Safari.
_MARKS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)


def browser_family(user_agent: str) -> str:
    """``Firefox``, ``Chrome``, ``Edge``, ``Safari``, ``Opera``, or ``""`` for anything else.

    >>> browser_family("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    'Firefox'
    """
    return next((family for mark, family in _MARKS if mark in user_agent), "")
