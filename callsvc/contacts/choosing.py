"""When, how, in which language and at which number first somebody wants to be contacted, noted in one act.

The one use case behind a person's page, the desk and the word CHOIX in an SMS.
"""

from collections.abc import Collection
from dataclasses import dataclass

from callsvc.contacts.preferences import ANY, NONE, keep_choice, parts_of, prefer, preferences_of
from callsvc.core.db import Tx


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Parts of the day, a channel, a language (empty is no wish), and the number to call first."""

    hours: tuple[str, ...] = ()
    channel: str = ""
    language: str = ""
    first_number: str = ""


def choices_of(tx: Tx, number_ids: Collection[str]) -> Choices:
    """The choices that hold for the first of these numbers that has some; ``first_number`` is left empty."""
    found = preferences_of(tx, list(number_ids))
    held = next((found[id] for id in number_ids if id in found), NONE)
    return Choices(hours=tuple(parts_of(held.hours)), channel=held.channel, language=held.language)


def keep_choices(
    tx: Tx, number_ids: Collection[str], choices: Choices, *, source: str, evidence: str
) -> list[str]:
    """Keep all of it for all these numbers; the names of what changed (hours, channel, language, number).

    What is left empty is no wish any more, what is left as it was is no new choice. ``first_number`` is one
    of the person's own, which the caller has seen to.
    """
    wanted = {
        "hours": " ".join(choices.hours) or ANY,
        "channel": choices.channel or ANY,
        "language": choices.language or ANY,
    }
    by = {"source": source, "evidence": evidence}
    changed = [
        name
        for name, value in wanted.items()
        if sum(prefer(tx, id, name, value, **by) for id in sorted(number_ids))
    ]
    if choices.first_number and keep_choice(tx, choices.first_number, "preference.number", "this", **by):
        changed.append("number")
    return changed
