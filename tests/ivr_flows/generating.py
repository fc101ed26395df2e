"""Random flows of every step kind, and random things that happen to a session."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from ivr_flows import (
    Fetched,
    Hangup,
    Keys,
    MachineVerdict,
    NoKeys,
    QueueEnded,
    Recording,
    TransferEnded,
    Words,
)

STEPS = ("start", "a", "b", "c", "d")
INNER = "inner"

KEYS = st.one_of(
    st.sampled_from(["1", "2", "3", "4", "8", "9", "0", "1980", "1979", "34", "*", "#", ""]),
    st.text(max_size=12),
)
WORDS = st.one_of(st.sampled_from(["oui", "non", "yes", "STOP", "1", "né en 1980"]), st.text(max_size=40))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=2),
)
INPUTS = st.one_of(
    st.builds(Keys, KEYS),
    st.builds(NoKeys),
    st.builds(Words, WORDS),
    st.builds(
        MachineVerdict, st.sampled_from(["human", "machine_start", "machine_end_beep", "fax", "unknown", "?"])
    ),
    st.builds(QueueEnded, st.sampled_from(["connected", "closed", "callback", "unavailable"])),
    st.builds(TransferEnded, st.sampled_from(["connected", "busy", "no-answer", "closed"])),
    st.builds(Recording, st.text(max_size=80), st.integers(-1, 10**6)),
    st.builds(
        Fetched,
        st.sampled_from([0, 200, 204, 302, 500]),
        st.dictionaries(st.sampled_from(["answers.x", "language", "disposition"]), VALUES, max_size=3),
    ),
    st.builds(Hangup),
)
SLOT = st.one_of(
    VALUES,
    st.fixed_dictionaries(
        {"id": st.text(max_size=5)},
        optional={
            "label": st.one_of(VALUES, st.dictionaries(st.sampled_from(["fr", "en"]), st.text(max_size=5))),
            "expires": st.one_of(VALUES, st.sampled_from(["2020-11-16T10:00:00Z", "2020-11-16T12:00:00"])),
        },
    ),
)
SLOTS = st.one_of(VALUES, st.lists(SLOT, max_size=4))
FACTS = st.fixed_dictionaries(
    {
        "contact": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("first_name", "last_name", "birth_year", "language"), VALUES)
        ),
        "platform": st.one_of(VALUES, st.fixed_dictionaries({"open_now": VALUES, "phone": VALUES})),
        "appointment": st.fixed_dictionaries({"slots": SLOTS}),
        "callback": st.fixed_dictionaries({"times": SLOTS}),
    }
)
OPENINGS = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["voice", "sms"]),
        "language": st.sampled_from([None, "fr", "en", "de", ""]),
        "answered_by": st.sampled_from([None, "human", "machine_start", "fax", "unknown"]),
    }
)

_TO = st.sampled_from([*STEPS, "nowhere"])
_PROMPT = st.sampled_from(["p", "each", "missing"])
_CONDITION = st.sampled_from(
    ["answers.x", "not answers.x", "answers.x in [1, 'a', null]", "contact.birth_year < 1990", "false"]
)
_VALUE = st.one_of(st.sampled_from(["x", 3, True, None]), st.builds(lambda when: {"expr": when}, _CONDITION))
_QUESTION = {"max_attempts": st.integers(1, 9), "timeout_prompt": _PROMPT, "invalid_prompt": _PROMPT}
_FAILURES = {"on_timeout": _TO, "on_invalid": _TO, "on_exhausted": _TO}
_SLOT_EXITS = {**_FAILURES, "on_taken": _TO, "on_none": _TO}
_LEAVE = st.one_of(
    st.builds(lambda to: {"next": to}, _TO),
    st.sampled_from([{"end": "done"}, {"end": {"default": "done"}}, {"end": "other"}]),
)


def _some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def _with(action: str, node: Any, exits: dict[str, Any], *, leaves: bool = True) -> st.SearchStrategy[Any]:
    """One action with some of its exits, and where the step goes on unless it always leaves by itself."""
    step = _some({action: node}, exits)
    return st.builds(lambda one, on: {**one, **on}, step, _LEAVE) if leaves else step


def _listed(action: str, fixed: dict[str, Any]) -> st.SearchStrategy[Any]:
    asked = {
        "prompt": _PROMPT,
        "slot_prompt": _PROMPT,
        **{key: st.just(value) for key, value in fixed.items()},
    }
    node = _some(asked, {"most": st.integers(1, 7), **_QUESTION})
    keys = st.dictionaries(st.sampled_from(["0", "9"]), _TO, min_size=1, max_size=2)
    return _with(action, node, {"keys": keys, **_SLOT_EXITS})


_KEY_TARGET = st.one_of(_TO, st.sampled_from([{"language": "fr"}, {"language": "en"}]))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "say": _with("say", _PROMPT, {}),
    "set": _with(
        "set",
        st.dictionaries(st.sampled_from(["answers.x", "language", "disposition"]), st.just("en"), min_size=1),
        {},
    ),
    "set-value": _with("set", st.fixed_dictionaries({"answers.x": _VALUE}), {}),
    "sms": _with("sms", st.fixed_dictionaries({"prompt": _PROMPT}), {}),
    "suppress": _with(
        "suppress", st.fixed_dictionaries({"scope": st.sampled_from(["purpose", "sms", "all"])}), {}
    ),
    "appointment": _with("appointment", st.just({"do": "move", "slot_from": "answers.x"}), {}),
    "slots": _listed("appointment", {"do": "book", "offers": "slots"}),
    "times": _listed("callback", {"offers": "times"}),
    "menu": _with(
        "menu",
        _some({"prompt": _PROMPT}, _QUESTION),
        {
            "keys": st.dictionaries(
                st.sampled_from(["1", "2", "34", "*", "#"]), _KEY_TARGET, min_size=1, max_size=4
            ),
            "words": st.dictionaries(_TO, st.just(["oui", "non merci"]), min_size=1, max_size=2),
            **_FAILURES,
        },
        leaves=False,
    ).filter(lambda step: "keys" in step),
    "collect": _with(
        "collect",
        _some(
            {
                "prompt": _PROMPT,
                "as": st.sampled_from(["digits", "number", "date", "year", "yes-no", "phone"]),
            },
            {"into": st.just("answers.x"), "match": st.just("contact.birth_year"), **_QUESTION},
        ),
        {**_FAILURES, "on_mismatch": _TO, "on_missing": _TO},
    ),
    "branch": st.fixed_dictionaries(
        {
            "branch": st.lists(
                st.fixed_dictionaries({"when": _CONDITION, "next": _TO}), min_size=1, max_size=3
            ),
            "otherwise": _TO,
        }
    ),
    "queue": _with(
        "queue",
        st.just({"skill": "s", "wait_prompt": "p", "callback_prompt": "p", "offer_callback_after": 0}),
        {"on_callback": _TO, "on_closed": _TO, "on_unavailable": _TO},
    ).filter(lambda step: "on_callback" in step),
    "callback": _with(
        "callback", st.just({"prompt": "p", "offers": {"1": {"in": 60}, "2": {"at": "18:00"}}}), _FAILURES
    ),
    "transfer": _with(
        "transfer", st.just({"to": "duty"}), {"on_busy": _TO, "on_no_answer": _TO, "on_closed": _TO}
    ),
    "record": _with("record", _some({"prompt": _PROMPT}, {"consent": _PROMPT}), {"on_empty": _TO}),
    "http": st.builds(
        lambda step, to: {**step, "on_error": to},
        _with("http", st.just({"host": "h", "path": "/", "into": {"answers.x": "a.0", "language": "l"}}), {}),
        _TO,
    ),
    "flow": _some(
        {"flow": st.sampled_from([INNER, "unknown"]), "otherwise": _TO},
        {"outcomes": st.dictionaries(st.sampled_from(["done", "other", "no-input"]), _TO, min_size=1)},
    ),
    "todo": st.just({"todo": "left open"}),
}


def steps(*kinds: str) -> st.SearchStrategy[dict[str, Any]]:
    """The steps of a flow: each of any of these kinds."""
    one = st.one_of(*(KINDS[kind] for kind in kinds))
    heard = st.builds(lambda step, to: {**step, "on_machine": to}, one, _TO)
    return st.fixed_dictionaries(dict.fromkeys(STEPS, st.one_of(one, one, heard)))


def flow(name: str, steps: dict[str, Any]) -> dict[str, Any]:
    """A whole flow with these steps."""
    wording = {"text": "{contact.first_name} {answers.x} {slot.label} {slot.key}"}
    return {
        "schema": 1,
        "id": name,
        "title": {"fr": "Essai"},
        "languages": ["fr", "en"],
        "channels": ["voice", "sms"],
        "limits": {"steps": 25, "visits_per_step": 3, "say": "p"},
        "prompts": {"p": {"fr": {"text": "A"}, "en": {"text": "B"}}, "each": {"fr": wording}},
        "steps": steps,
    }


def mutated(data: Any, pick: Callable[[int], int]) -> Any:
    """The same data with one node removed, doubled elsewhere or replaced; ``pick(n)`` chooses below n."""
    paths = list(_paths(data, ()))
    path, other = paths[pick(len(paths))], paths[pick(len(paths))]
    spare = [
        None,
        "start",
        "repeat",
        0,
        -1,
        10**30,
        [],
        {},
        "{contact.first_name",
        "é" * 30,
        True,
        _at(data, other),
    ]
    what = pick(len(spare) + 1)
    return _changed(data, path, None if what == len(spare) else [spare[what]])


def _paths(node: Any, path: tuple[Any, ...]) -> Any:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from _paths(value, (*path, key))


def _at(node: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        node = node[key]
    return node


def _changed(node: Any, path: tuple[Any, ...], put: list[Any] | None) -> Any:
    """A copy with the node at ``path`` replaced by the one in ``put``, or removed."""
    key, rest = path[0], path[1:]
    fresh = dict(node) if isinstance(node, dict) else list(node)
    if rest:
        fresh[key] = _changed(node[key], rest, put)
    elif put is None:
        del fresh[key]
    else:
        fresh[key] = put[0]
    return fresh
