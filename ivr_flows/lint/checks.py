"""Every check of a flow by itself.

Each check is a function of the definition, named as its id with underscores; the file it lives in
is named after its subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.by_sms import choice_not_in_sms, missing_channel_text
from ivr_flows.lint.conditions import condition_never_holds
from ivr_flows.lint.consent import missing_opt_out, purpose_before_identity
from ivr_flows.lint.dead_ends import menu_without_on_exhausted, missing_on_machine, unreachable_language
from ivr_flows.lint.keys import overlapping_words, unbound_key, unspoken_key
from ivr_flows.lint.messages import sms_too_long
from ivr_flows.lint.privacy import health_in_voicemail_or_sms
from ivr_flows.lint.queues import queue_without_on_closed
from ivr_flows.lint.recording import record_without_consent
from ivr_flows.lint.sizes import twiml_too_long
from ivr_flows.lint.structure import dangling_target, loop_without_limit, no_path_to_end, unreachable_step
from ivr_flows.lint.unfinished import todo_step
from ivr_flows.lint.variables import undefined_variable
from ivr_flows.lint.wording import missing_translation, undefined_prompt, unused_prompt
from ivr_flows.pinning import NO_FLOWS, Flows

CHECKS: tuple[Callable[[Definition], Iterator[Finding]], ...] = (
    unreachable_step,
    dangling_target,
    no_path_to_end,
    loop_without_limit,
    missing_opt_out,
    purpose_before_identity,
    missing_translation,
    undefined_prompt,
    unused_prompt,
    undefined_variable,
    unspoken_key,
    unbound_key,
    overlapping_words,
    menu_without_on_exhausted,
    missing_on_machine,
    unreachable_language,
    condition_never_holds,
    queue_without_on_closed,
    health_in_voicemail_or_sms,
    sms_too_long,
    missing_channel_text,
    choice_not_in_sms,
    twiml_too_long,
    record_without_consent,
    todo_step,
)


ACROSS_FLOWS = (missing_opt_out, purpose_before_identity)
"""The checks that look into the sub-flows they are given."""


def lint(definition: Definition, flows: Flows = NO_FLOWS) -> list[Finding]:
    """Every finding of every check, in the order of the lines of the file.

    ``flows`` are the sub-flows by id, as far as they are known: who confirms their identity, or can say
    stop, in one of them has done so here. A sub-flow that is not given is trusted with neither.
    """
    alone = (finding for check in CHECKS if check not in ACROSS_FLOWS for finding in check(definition))
    across = (finding for check in ACROSS_FLOWS for finding in check(definition, flows))
    return sorted((*alone, *across), key=lambda finding: (finding.line, finding.id, finding.place))
