"""``gettext`` with a type: a sentence in the reader's language, for modules that answer requests."""

from typing import Any

import flask_babel


def gettext(sentence: str, **values: Any) -> str:
    """The sentence as the reader says it, with ``%(name)s`` filled in."""
    return str(flask_babel.gettext(sentence, **values))
