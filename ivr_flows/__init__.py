"""A pure, framework-free engine for automated conversations by voice and by SMS.

    definition = load(text)                        # raises FlowInvalid with every finding
    findings = lint(definition)                    # what forbids or discourages publishing it
    turn = begin(definition, facts, channel="voice", language="fr", answered_by="human", now=now)
    turn = resume(definition, turn.state, Keys("1"), now=now)

A turn says what to speak, which effects to write, what to wait for, or how the session ended. Its
``state`` is plain JSON and holds everything the next turn needs; nothing is hidden anywhere else.
No input or sequence of inputs can make a session fail or go on for ever.
"""

from ivr_flows.definition import Definition, Limits, load
from ivr_flows.effects import (
    Appointment,
    BookCallback,
    Effect,
    Recorded,
    SendSms,
    SetDisposition,
    SetValue,
    Suppress,
)
from ivr_flows.findings import Finding, FlowError, FlowInvalid, FlowVersionMismatch
from ivr_flows.lint import lint
from ivr_flows.outside import check_outside
from ivr_flows.pinning import Flows, called, pins
from ivr_flows.schema import flow_schema
from ivr_flows.segments import measure
from ivr_flows.session import begin, resume, waiting_for
from ivr_flows.steps.http import pick
from ivr_flows.turns import (
    AskKeys,
    AskWords,
    Fetch,
    Fetched,
    Hangup,
    Hop,
    Input,
    InQueue,
    Keys,
    MachineVerdict,
    NoKeys,
    QueueEnded,
    Record,
    Recording,
    Spoken,
    Transfer,
    TransferEnded,
    Turn,
    Wait,
    Words,
    normalise_verdict,
)
from ivr_flows.vocabulary import RESERVED_OUTCOMES, VOCABULARY

__all__ = [
    "RESERVED_OUTCOMES",
    "VOCABULARY",
    "Appointment",
    "AskKeys",
    "AskWords",
    "BookCallback",
    "Definition",
    "Effect",
    "Fetch",
    "Fetched",
    "Finding",
    "FlowError",
    "FlowInvalid",
    "FlowVersionMismatch",
    "Flows",
    "Hangup",
    "Hop",
    "InQueue",
    "Input",
    "Keys",
    "Limits",
    "MachineVerdict",
    "NoKeys",
    "QueueEnded",
    "Record",
    "Recorded",
    "Recording",
    "SendSms",
    "SetDisposition",
    "SetValue",
    "Spoken",
    "Suppress",
    "Transfer",
    "TransferEnded",
    "Turn",
    "Wait",
    "Words",
    "begin",
    "called",
    "check_outside",
    "flow_schema",
    "lint",
    "load",
    "measure",
    "normalise_verdict",
    "pick",
    "pins",
    "resume",
    "waiting_for",
]
