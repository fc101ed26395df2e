"""What an SMS costs: sms-too-long."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.lint.usage import sample, sent_by_sms
from ivr_flows.lint.written import Written
from ivr_flows.saying import say
from ivr_flows.segments import foreign, measure


def sms_too_long(definition: Definition) -> Iterator[Finding]:
    """An SMS, with long but ordinary values in its places, over ``limits.sms_segments`` (3).

    A prompt that is too long by itself is reported where it is written; one that is only so together with
    what else the same turn says, at the step where the turn begins.
    """
    most = definition.limits.sms_segments
    yield from _long_prompts(definition, most)
    if "sms" in definition.channels:
        yield from _long_turns(definition, most)


def _long_prompts(definition: Definition, most: int) -> Iterator[Finding]:
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
                    say(
                        "{segments} segments of {encoding} ({units} units), at most {most}",
                        segments=size.segments,
                        encoding=size.encoding,
                        units=size.units,
                        most=most,
                    ),
                    _fix(text),
                )


def _long_turns(definition: Definition, most: int) -> Iterator[Finding]:
    for language in definition.languages:
        for name, text in Written(definition, language).turns().items():
            size = measure(text)
            if size.segments > most:
                yield report(
                    definition,
                    "sms-too-long",
                    ("steps", name),
                    say(
                        "what is said from {name!r} on is one SMS of {segments} segments in {language} "
                        "({encoding}, {units} units), at most {most}",
                        name=name,
                        segments=size.segments,
                        language=language,
                        encoding=size.encoding,
                        units=size.units,
                        most=most,
                    ),
                    _fix(text),
                    severity="warning",
                )


def _fix(text: str) -> str:
    letters = foreign(text)
    if letters and len(letters) < 10:
        return say(
            "shorten it, write sms: apart, or avoid {letters} which more than halve the room", letters=letters
        )
    return say("shorten it, or write sms: apart from text:")
