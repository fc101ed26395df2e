"""The steps of the wizard, in their order, and what a campaign still lacks.

A campaign being made is a draft like any other: each step is a page of its own that stores what it asks, so
that one may leave at any moment and come back. The same pages change a campaign that runs.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from callsvc.campaigns.queries import Progress


@dataclass(frozen=True)
class Step:
    """``endpoint`` is the page of the step; ``title`` what its tab and its heading say."""

    name: str
    title: Any
    endpoint: str


STEPS = (
    Step("basics", _("Purpose and flow"), "campaigns.basics"),
    Step("people", _("People"), "campaigns.people"),
    Step("hours", _("Hours and tries"), "campaigns.hours"),
    Step("pace", _("Sender and pace"), "campaigns.pace"),
    Step("check", _("Check"), "campaigns.check"),
    Step("launch", _("Launch"), "campaigns.launch"),
)
_NAMES = [step.name for step in STEPS]


def following(name: str) -> str:
    """The endpoint of the step after this one; the last leads to itself."""
    return STEPS[min(_NAMES.index(name) + 1, len(STEPS) - 1)].endpoint


def preceding(name: str) -> str:
    """The endpoint of the step before this one; the first leads to itself."""
    return STEPS[max(_NAMES.index(name) - 1, 0)].endpoint


def lacking(progress: Progress) -> frozenset[str]:
    """The steps without which the campaign cannot begin: it needs people, or to be fed all day."""
    somebody = progress.people or progress.config.get("standing")
    return frozenset() if somebody else frozenset({"people"})
