"""Forms read by pydantic models: values, errors by field in the reader's language, and the form again.

    class NewKey(BaseModel):
        title: str = Field(min_length=1, max_length=80)
        days: int = Field(90, ge=1, le=365)

    form = read_form(NewKey, request.form)
    if form.data is None:
        return render_template("accounts/key.html", form=form), 422
    create_key(rt, form.data.title, form.data.days)

A field left empty counts as not sent: its default holds, or it is needed. What was typed is shown again,
except what a model declares secret (``SecretStr``). ``form.refuse("title", _("..."))`` adds what only the
use case can know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from callsvc.core.errors import Invalid
from callsvc.web.texts import gettext

M = TypeVar("M", bound=BaseModel)

WHOLE = ""  # the field of an error that belongs to none


@dataclass
class Form(Generic[M]):
    """What a template shows: ``values`` and ``errors`` by field; ``data`` is None while anything is wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    data: M | None = None

    def refuse(self, name: str, why: str) -> None:
        """Add an error that the model cannot know; ``WHOLE`` is the form itself."""
        self.errors[name] = why
        self.data = None


def blank_form(values: Mapping[str, Any] | None = None) -> "Form[BaseModel]":
    """A form before anything was sent, with what its fields begin with."""
    return Form(values=dict(values or {}))


def read_form(model: type[M], sent: "MultiDict[str, str]") -> Form[M]:
    """What was sent, checked by the model. Only the model's fields are read."""
    given: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if _is_many(info):
            given[name] = values[name] = [text for text in sent.getlist(name) if text]
        elif _is_secret(info):
            if sent.get(name):
                given[name] = sent[name]
        else:
            values[name] = sent.get(name, "").strip()
            if values[name]:
                given[name] = values[name]
    try:
        return Form(values, {}, model.model_validate(given))
    except ValidationError as wrong:
        errors: dict[str, str] = {}
        for error in wrong.errors():
            name = str(error["loc"][0]) if error["loc"] else WHOLE
            errors.setdefault(name, _sentence(error))
        return Form(values, errors)


def require_typed(sent: "MultiDict[str, str]", wanted: str) -> None:
    """Check what a dialog asked to type (``typed``); ``not-confirmed`` if it is anything else."""
    if sent.get("typed", "").strip() != wanted:
        raise Invalid("not-confirmed", "Type the name exactly as it is shown, to confirm.")


def _is_many(info: FieldInfo) -> bool:
    return get_origin(info.annotation) in (list, tuple, set, frozenset)


def _is_secret(info: FieldInfo) -> bool:
    kinds = (info.annotation, *get_args(info.annotation))
    return SecretStr in kinds or SecretBytes in kinds


def _sentence(error: ErrorDetails) -> str:
    """What is wrong, as the reader says it; a ``ValueError`` of the model's own speaks for itself."""
    kind, facts = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(facts["error"])
    if kind in ("missing", "too_short"):
        return gettext("This is needed.")
    if kind == "string_too_short":
        return gettext("At least %(count)s characters are needed.", count=facts["min_length"])
    if kind == "string_too_long":
        return gettext("At most %(count)s characters are possible.", count=facts["max_length"])
    if kind in ("literal_error", "enum"):
        return gettext("This choice does not exist.")
    return _about_amounts(kind, facts) or gettext("This cannot be read. Check how it is written.")


def _about_amounts(kind: str, facts: Mapping[str, Any]) -> str:
    if kind.startswith(("int_", "float_", "decimal_")):
        return gettext("A number is needed.")
    if kind.startswith(("date_", "datetime_")):
        return gettext("A day is needed, like 2020-11-16.")
    if kind == "greater_than_equal":
        return gettext("At least %(value)s is needed.", value=facts["ge"])
    if kind == "greater_than":
        return gettext("More than %(value)s is needed.", value=facts["gt"])
    if kind == "less_than_equal":
        return gettext("At most %(value)s is possible.", value=facts["le"])
    if kind == "less_than":
        return gettext("Less than %(value)s is needed.", value=facts["lt"])
    return ""
