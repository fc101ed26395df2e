"""What an SMS costs: sms-too-long."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.lint.usage import sample, sent_by_sms
from ivr_flows.segments import foreign, measure


def sms_too_long(definition: Definition) -> Iterator[Finding]:
    """A text, with long but ordinary values in its places, over ``limits.sms_segments`` (3)."""
    most = definition.limits.sms_segments
    for prompt_id in sorted(sent_by_sms(definition) & set(definition.prompts)):
        for language, wording in definition.prompts[prompt_id].wordings.items():
            text = wording.sms.render(lambda name: sample(definition, name), language)
            size = measure(text)
            if size.segments > most:
                key = "text" if wording.sms is wording.text else "sms"
                yield report(
                    definition,
                    "sms-too-long",
                    ("prompts", prompt_id, language, key),
                    f"{size.segments} segments of {size.encoding} ({size.units} units), at most {most}",
                    _fix(text),
                )


def _fix(text: str) -> str:
    letters = foreign(text)
    if letters and len(letters) < 10:
        return f"shorten it, write sms: apart, or avoid {letters} which more than halve the room"
    return "shorten it, or write sms: apart from text:"
