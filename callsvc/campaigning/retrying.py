"""The part of the hours that says when somebody is tried again, by the way the last try went."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from pydantic import BaseModel, Field
from werkzeug.datastructures import MultiDict

from callsvc.campaigning.nesting import Paths, Whole
from callsvc.campaigns.definitions.retries import Retries
from callsvc.web.texts import gettext

KINDS = (
    ("no-answer", _("nobody picked up")),
    ("busy", _("busy")),
    ("declined", _("declined")),
    ("machine", _("answering machine")),
    ("hung-up", _("hung up before the end")),
    ("abandoned", _("hung up while waiting for an agent")),
    ("failed", _("failed")),
)
_LONGEST = 14 * 24 * 60  # minutes

PATHS: Paths = {
    "most_tries": "retries.most_tries",
    "completion_tries": "retries.completion_tries",
    "per_part_of_day": "spread.per_part_of_day",
    "worth_days": "worth_days",
}


class RetryFields(BaseModel):
    most_tries: Whole = Field(3, ge=1, le=20)
    completion_tries: Whole = Field(2, ge=0, le=20)
    per_part_of_day: Whole = Field(2, ge=0, le=50)
    worth_days: Whole = Field(0, ge=0, le=366)


@dataclass
class Kind:
    """One row: a way a try goes, and what follows it. ``minutes`` is as typed."""

    name: str
    title: Any
    minutes: str
    grows: bool
    other_part: bool
    wrong: str = ""


def kinds_of(config: Mapping[str, Any]) -> list[Kind]:
    """The rows before anything was typed."""
    retries = Retries.model_validate(config.get("retries", {}))
    rows = []
    for name, title in KINDS:
        policy = retries.policy(name)
        minutes = f"{policy.minutes:g}"
        rows.append(Kind(name, title, minutes, policy.mode == "MULT", policy.other_part_of_day))
    return rows


def kinds_sent(sent: "MultiDict[str, str]") -> list[Kind]:
    """The rows of a form that came back."""
    rows = []
    for name, title in KINDS:
        row = Kind(
            name,
            title,
            sent.get(f"retry-{name}", "").strip().replace(",", "."),
            f"retry-{name}-grows" in sent,
            f"retry-{name}-part" in sent,
        )
        if _minutes(row) is None:
            row.wrong = gettext("Minutes from 1 to %(most)s are needed.", most=_LONGEST)
        rows.append(row)
    return rows


def _minutes(row: Kind) -> float | None:
    try:
        minutes = float(row.minutes)
    except ValueError:
        return None
    return minutes if 0 < minutes <= _LONGEST else None


def policies_at(config: Mapping[str, Any], rows: list[Kind]) -> dict[str, Any]:
    """``delays_minutes`` and ``policies`` of the file: a policy only where there is more than a delay."""
    before = config.get("retries", {})
    delays = dict(before.get("delays_minutes", {}))
    policies = {name: dict(policy) for name, policy in before.get("policies", {}).items()}
    for row in rows:
        minutes = _minutes(row)
        if minutes is None:
            continue
        mine = policies.get(row.name, {})
        mine |= {"minutes": minutes, "mode": "MULT" if row.grows else "FIXED"}
        mine["other_part_of_day"] = row.other_part
        if row.grows or row.other_part or row.name in before.get("policies", {}):
            policies[row.name] = mine
        elif delays.get(row.name, _default(config)) != minutes:
            delays[row.name] = minutes
    return {"delays_minutes": delays, "policies": policies}


def _default(config: Mapping[str, Any]) -> float:
    return float(config.get("retries", {}).get("default_minutes", 60))
