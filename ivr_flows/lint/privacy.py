"""Where health data may not go: health-in-voicemail-or-sms."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.lint.usage import health_names, left_on_voicemail, sent_by_sms
from ivr_flows.saying import say


def health_in_voicemail_or_sms(definition: Definition) -> Iterator[Finding]:
    """A voicemail is heard and an SMS is read by whoever holds the phone."""
    for where, prompts in (
        (say("voicemail"), left_on_voicemail(definition)),
        ("SMS", sent_by_sms(definition)),
    ):
        for prompt_id in sorted(prompts & set(definition.prompts)):
            prompt = definition.prompts[prompt_id]
            fields = health_names(definition, prompt.names)
            if not fields and prompt.says != "health":
                continue
            what = say("uses {fields}", fields=", ".join(fields)) if fields else say("says health")
            yield report(
                definition,
                "health-in-voicemail-or-sms",
                ("prompts", prompt_id),
                say(
                    "{prompt_id!r} {what} and goes out by {where}",
                    prompt_id=prompt_id,
                    what=what,
                    where=where,
                ),
                say("word it without health facts, or keep it for the voice of a confirmed person"),
            )
