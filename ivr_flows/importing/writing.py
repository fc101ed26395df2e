"""A draft as the YAML of a flow, in the order in which people read: prompts, then steps."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.compat import StringIO

from ivr_flows.importing.draft import FINISHED, LIMITS, Draft, texts

WIDE = 110
LONG = 85


def write(draft: Draft) -> str:
    """The text of the flow; loading it gives a definition."""
    data = CommentedMap(schema=1, id=draft.id, title=_flow(dict.fromkeys(draft.languages, draft.title)))
    data["direction"] = draft.direction
    data["languages"] = _flow(draft.languages)
    data["channels"] = _flow(draft.channels)
    if draft.voices:
        data["voice"] = _flow({lang: {"voice": voice} for lang, voice in draft.voices.items()})
    data["limits"] = _flow(LIMITS)
    if draft.variables:
        data["variables"] = CommentedMap((name, _flow({})) for name in sorted(draft.variables))
    data["prompts"] = _prompts(draft) if draft.prompts else _flow({})
    data["steps"] = _steps(draft)
    yaml = YAML()
    yaml.width = WIDE
    yaml.allow_unicode = True
    out = StringIO()
    yaml.dump(data, out)
    return str(out.getvalue()).rstrip("\n") + "\n"


def _prompts(draft: Draft) -> CommentedMap:
    used = texts(draft.steps)  # a prompt that is not there was made for a step that became a todo
    prompts = CommentedMap()
    for name, wordings in draft.prompts.items():
        if name in used:
            prompts[name] = CommentedMap((lang, _flow(wording)) for lang, wording in wordings.items())
    return prompts


def _steps(draft: Draft) -> CommentedMap:
    steps = CommentedMap()
    last = {FINISHED: draft.steps[FINISHED]} if FINISHED in draft.steps else {}
    for name, step in {**{n: s for n, s in draft.steps.items() if n != FINISHED}, **last}.items():
        steps[name] = CommentedMap((key, _inner(value)) for key, value in step.items())
        if draft.comments.get(name):
            steps.yaml_set_comment_before_after_key(name, before=draft.comments[name], indent=2)
    return steps


def _inner(value: Any) -> Any:
    """Short things on one line, long ones and cases one below the other."""
    if isinstance(value, dict) and len(repr(value)) > LONG:
        return CommentedMap((key, _inner(item)) for key, item in value.items())
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return CommentedSeq(_inner(item) for item in value)
    return _flow(value)


def _flow(value: Any) -> Any:
    if isinstance(value, dict):
        made = CommentedMap((key, _flow(item)) for key, item in value.items())
        made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        listed = CommentedSeq(_flow(item) for item in value)
        listed.fa.set_flow_style()
        return listed
    return value
