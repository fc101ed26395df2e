"""A phone that runs a text nobody has published: the pure engine, sample facts, no carrier, no person.

Nothing is stored. The whole conversation travels with the page, encrypted, bound to the account that began
it, and good for two hours (machine time); the text it began with travels along, so that changing the draft
meanwhile changes nothing in a conversation under way.
"""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import ivr_flows
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.core.keyring import Keyring
from callsvc.flows.examining import examine
from callsvc.flows.paths import path_of, with_path
from callsvc.flows.phone import Waiting, input_of, waiting_of
from callsvc.flows.service import newest_flows, pinned_flows
from ivr_flows.samples import sample_moments
from ivr_flows.steps.slots import OFFERS

LIFE = timedelta(hours=2)
_LONGEST_TEXT = 200  # of one sample fact
_MOST_SAID = 400  # lines of a conversation that are shown; the flow's own limits end it long before


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A conversation so far. ``said`` is what the page shows, oldest first; each line names its kind."""

    source: str
    state: Mapping[str, Any]
    said: tuple[Mapping[str, Any], ...]
    new: int  # how many lines of ``said`` are this turn's
    waiting: Waiting | None
    outcome: str | None

    @property
    def path(self) -> list[tuple[str, str, str]]:
        return [(str(step), str(exit), str(to or "")) for step, exit, to in path_of(self.state)]

    @property
    def variables(self) -> list[tuple[str, str]]:
        known = {**self.state.get("facts", {}), **self.state.get("values", {})}
        return [(name, _shown(value)) for name, value in sorted(known.items())]


def sample_facts(tx: Tx, source: str) -> dict[str, str]:
    """What the flow and its sub-flows read about a person, each with an invented value to begin with."""
    definition = examine(source).definition
    if definition is None:
        return {}
    known = {name: variable.sample for name, variable in ivr_flows.VOCABULARY.items()}
    reads: set[str] = set()
    for one in (definition, *newest_flows(tx, definition).values()):
        known |= {name: str(declared.get("sample", "")) for name, declared in one.variables.items()}
        reads |= one.reads
    offered = set(OFFERS.values())
    return {name: known.get(name, "") for name in sorted(reads - offered) if not name.startswith("session.")}


def begin_trial(
    tx: Tx, source: str, facts: Mapping[str, str], *, channel: str, language: str, answered_by: str
) -> Trial:
    """The first turn. Raises ``flow-unreadable`` for a text that is no flow, ``channel-unknown`` likewise."""
    definition = _definition(source)
    if channel not in ("voice", "sms"):
        raise Invalid("channel-unknown", "A flow is tried by voice or by SMS.")
    turn = ivr_flows.begin(
        definition,
        _offering(_nested(facts), tx.now),
        channel=channel,  # type: ignore[arg-type]
        language=language or None,
        answered_by=answered_by or None,
        now=tx.now,
        flows=newest_flows(tx, definition),
    )
    return _trial(source, turn, (), (), [])


def go_on(tx: Tx, trial: Trial, action: str, text: str) -> Trial:
    """The next turn: what the person, the carrier or an agent did. Raises ``input-unknown``."""
    definition = _definition(trial.source)
    flows = pinned_flows(tx, trial.state)
    waiting = ivr_flows.waiting_for(definition, trial.state, flows=flows)
    given, heard = input_of(action, text[:_LONGEST_TEXT], waiting)
    turn = ivr_flows.resume(definition, trial.state, given, now=tx.now, flows=flows)
    return _trial(trial.source, turn, trial.said, path_of(trial.state), [heard])


def seal(keyring: Keyring, trial: Trial, account_id: str, now: datetime) -> str:
    """The conversation as a text for the page to carry."""
    packed = {
        "source": urlsafe_b64encode(zlib.compress(trial.source.encode())).decode(),
        "state": dict(trial.state),
        "said": list(trial.said),
        "until": (now + LIFE).isoformat(),
    }
    return urlsafe_b64encode(keyring.encrypt_json(packed, f"flow_trial:{account_id}")).decode()


def unseal(keyring: Keyring, sealed: str, account_id: str, now: datetime) -> Trial:
    """What the page carried; ``trial-expired`` when it is too old, another's, or not ours at all."""
    try:
        packed = keyring.decrypt_json(urlsafe_b64decode(sealed), f"flow_trial:{account_id}")
        fresh = datetime.fromisoformat(packed["until"]) > now
    except (Invalid, ValueError):
        fresh = False
    if not fresh:
        raise Invalid("trial-expired", "This conversation is over. Begin again.")
    source = zlib.decompress(urlsafe_b64decode(packed["source"])).decode()
    state, said = packed["state"], tuple(packed["said"])
    return Trial(source=source, state=state, said=said, new=0, waiting=None, outcome=state["outcome"])


def _trial(source: str, turn: ivr_flows.Turn, said: Any, path: Any, heard: list[dict[str, Any]]) -> Trial:
    prompts = [*turn.spoken, *getattr(turn.wait, "prompts", ())]
    if isinstance(turn.wait, ivr_flows.InQueue):
        prompts.append(turn.wait.wait_prompt)
    lines = [
        *heard,
        *({"kind": "says", "text": p.text, "prompt": p.prompt_id, "language": p.language} for p in prompts),
        *(_effect(effect) for effect in turn.effects),
    ]
    if turn.outcome is not None:
        lines.append({"kind": "end", "text": turn.outcome})
    return Trial(
        source=source,
        state=with_path(turn, path),
        said=(*said, *lines)[-_MOST_SAID:],
        new=len(lines),
        waiting=waiting_of(turn.wait),
        outcome=turn.outcome,
    )


def _effect(effect: ivr_flows.Effect) -> dict[str, Any]:
    """An effect as a line: its name in kebab case, and what it carries."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(effect).__name__).lower()
    facts = asdict(effect)
    if isinstance(effect, ivr_flows.SendSms):
        return {"kind": "sms", "text": effect.text, "prompt": effect.prompt_id, "language": effect.language}
    said = ", ".join(f"{key}: {_shown(value)}" for key, value in facts.items() if value not in (None, ""))
    return {"kind": "effect", "name": name, "text": said}


def _definition(source: str) -> ivr_flows.Definition:
    definition = examine(source).definition
    if definition is None:
        raise Invalid("flow-unreadable", "This text is not a flow yet: correct what is listed beside it.")
    return definition


def _nested(facts: Mapping[str, str]) -> dict[str, Any]:
    """``contact.first_name`` and its value, as the service would give them."""
    nested: dict[str, Any] = {}
    for name, text in list(facts.items())[:200]:
        place = nested
        *parents, last = name.split(".")
        for parent in parents:
            inner = place.setdefault(parent, {})
            place = inner if isinstance(inner, dict) else {}
        place[last] = value_of(text[:_LONGEST_TEXT])
    return nested


def _offering(facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The same facts with moments to choose among, where a service would offer its own."""
    for name in OFFERS.values():
        kind, _, key = name.partition(".")
        given = facts.get(kind)
        facts[kind] = {**(given if isinstance(given, dict) else {}), key: sample_moments(now)}
    return facts


def value_of(text: str) -> Any:
    """What somebody typed as a flow means it: true, false, whole numbers without a leading zero, text."""
    if text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    return int(text) if re.fullmatch(r"0|[1-9]\d{0,8}", text.strip()) else text


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "–"}[value]
    return str(value)[:_LONGEST_TEXT]
