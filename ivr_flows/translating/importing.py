"""A translator's PO file back into the YAML: comments and order stay, what would break is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from babel.messages.pofile import PoFileError, read_po

from ivr_flows.definition import load
from ivr_flows.findings import FlowError
from ivr_flows.lint.speech import for_voice_only, speaks_of
from ivr_flows.prompts import Template
from ivr_flows.text import clean
from ivr_flows.translating.messages import Message, messages_of
from ivr_flows.translating.writing import written


class PoInvalid(FlowError, ValueError):
    """The text is not a PO file, or does not say its language."""

    id = "po-invalid"


LONGEST = {"title": 200, "text": 2000, "sms": 1600}
"""Characters that the schema takes."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A translation that was not taken: its context (``hello:text``), its line, and why."""

    context: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Translated:
    """``text`` is the flow with what was taken; ``missing`` the contexts still to translate.

    The flow claims the language (under ``languages``) once nothing is missing or refused.
    """

    text: str
    language: str
    taken: tuple[str, ...]
    missing: tuple[str, ...]
    refused: tuple[Refusal, ...]

    @property
    def complete(self) -> bool:
        return not (self.missing or self.refused)


def from_po(source: str, po: str, language: str | None = None) -> Translated:
    """The flow ``source`` with the translations of ``po``.

    ``language`` is that of the file's header unless given. Raises :class:`PoInvalid`, or
    :class:`FlowInvalid` when the source is not a flow.
    """
    definition = load(source)
    try:
        catalog = read_po(po.splitlines(keepends=True), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise PoInvalid(f"not a PO file: {error}") from None
    language = language or (str(catalog.locale_identifier or "").replace("_", "-"))
    if not language:
        raise PoInvalid("the PO file does not say its language; give one")
    if language == definition.languages[0]:
        raise PoInvalid(f"{language} is the language that is translated from")
    wanted = {message.context: message for message in messages_of(definition, language)}
    taken: dict[str, str] = {}
    refused: list[Refusal] = []
    for entry in catalog:
        if not entry.id or not entry.string or entry.fuzzy:
            continue
        context, text = entry.context or "", clean(str(entry.string))
        why = next(_problems(wanted.get(context), str(entry.id), text), None)
        if why is None:
            taken[context] = text
        else:
            refused.append(Refusal(context, entry.lineno or 0, why))
    taken = {c: text for c, text in taken.items() if _has_text(c, taken, wanted)}
    left = [c for c in wanted if c not in taken and c not in {refusal.context for refusal in refused}]
    missing = tuple(c for c in left if not _may_lack(c, taken, wanted))
    complete = not (missing or refused)
    text = written(source, language, taken, claim=complete)
    load(text)
    return Translated(text, language, tuple(taken), missing, tuple(refused))


def _has_text(context: str, taken: Mapping[str, str], wanted: Mapping[str, Message]) -> bool:
    """An SMS cannot stand without the words spoken: it waits until they are translated."""
    spoken = context.removesuffix(":sms") + ":text"
    return not context.endswith(":sms") or spoken in taken or bool(wanted[spoken].translation)


def _may_lack(context: str, taken: Mapping[str, str], wanted: Mapping[str, Message]) -> bool:
    """Whether the words spoken do as an SMS too: they speak of no key, no line to hold."""
    spoken = context.removesuffix(":sms") + ":text"
    text = taken.get(spoken) or wanted[spoken].translation if context.endswith(":sms") else ""
    return bool(text) and for_voice_only(Template.of(text)) is None


def _problems(message: Message | None, source: str, text: str) -> Iterator[str]:
    if message is None:
        yield "the flow has no such prompt"
        return
    if source != message.source:
        yield f"the text was changed since: it is now {message.source!r}"
    places = Template.of(text).names
    for name in sorted(message.places - places):
        yield f"{{{name}}} was lost"
    for name in sorted(places - message.places):
        yield f"{{{name}}} is not in the text translated"
    for key in message.keys:
        if not speaks_of("".join(Template.of(text).parts[::2]), key):
            yield f"it does not speak of key {key}"
    longest = LONGEST[message.context.rpartition(":")[2]]
    if len(text) > longest:
        yield f"it has {len(text)} characters, at most {longest}"
