"""Campaigns to begin with: files in ``library``, each a title, a sentence, and settings without an id."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from flask_babel import get_locale

from callsvc.core.errors import NotFound
from callsvc.core.yaml_files import loaded

_FIRST = ("contact-tracing", "appointment-reminder", "pre-contact", "outreach", "vaccination")


@dataclass(frozen=True)
class Template:
    """``settings`` are keys of a campaign's file; what they leave out has the file's own default."""

    name: str
    titles: Mapping[str, str]
    abouts: Mapping[str, str]
    settings: Mapping[str, Any]

    @property
    def title(self) -> str:
        return _said(self.titles)

    @property
    def about(self) -> str:
        return _said(self.abouts)


def _said(texts: Mapping[str, str]) -> str:
    locale = get_locale()
    return texts.get(locale.language if locale else "", texts["en"])


@cache
def templates() -> tuple[Template, ...]:
    """All of them, the most usual ones first."""
    home = files("callsvc.campaigning.library")
    names = [path.name.removesuffix(".yaml") for path in home.iterdir() if path.name.endswith(".yaml")]
    first = [name for name in _FIRST if name in names]
    return tuple(_read(name) for name in [*first, *sorted(set(names) - set(first))])


def _read(name: str) -> Template:
    text = files("callsvc.campaigning.library").joinpath(f"{name}.yaml").read_text("utf-8")
    raw = loaded(text, "template-invalid")
    return Template(name, raw["title"], raw["about"], raw["campaign"])


def template_named(name: str) -> Template:
    """One of them, or ``template-unknown``."""
    for one in templates():
        if one.name == name:
            return one
    raise NotFound("template-unknown", "No campaign template has this name.")
