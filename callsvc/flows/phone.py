"""What the phone of the console offers while a conversation waits, and what each button means to the flow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ivr_flows
from callsvc.core.errors import Invalid
from ivr_flows.turns import Fetch, Fetched, Record, Recording, Transfer, TransferEnded


@dataclass(frozen=True)
class Waiting:
    """``kind`` is keys, words, queue, transfer, record or fetch; the rest is what its buttons need.

    ``digits`` is how many keys end the input (0: the key ``finish`` does).
    """

    kind: str
    digits: int = 0
    finish: str = "#"
    seconds: int = 0
    about: str = ""  # the skill, the target, the host
    says: tuple[str, ...] = ()  # words the flow listens for


def waiting_of(wait: ivr_flows.Wait | None) -> Waiting | None:
    """A wait of the engine for the page; None when the conversation is over."""
    match wait:
        case None:
            return None
        case ivr_flows.AskKeys():
            said = tuple(wait.words)
            return Waiting("keys", wait.num_digits or 0, wait.finish_on_key, wait.timeout_s, says=said)
        case ivr_flows.AskWords():
            return Waiting("words", seconds=wait.expires_s)
        case ivr_flows.InQueue():
            offer = wait.offer_callback_after_s
            return Waiting("queue", 1, seconds=offer or 0, about=wait.skill)
        case Transfer():
            return Waiting("transfer", seconds=wait.timeout_s, about=wait.target)
        case Record():
            return Waiting("record", finish=wait.finish_on_key, seconds=wait.max_s)
        case Fetch():
            return Waiting("fetch", seconds=wait.timeout_s, about=wait.host)


_Given = Callable[[str], ivr_flows.Input]

# What a button sends, and what the flow is told.
ACTIONS: dict[str, _Given] = {
    "keys": ivr_flows.Keys,
    "silence": lambda _: ivr_flows.NoKeys(),
    "words": ivr_flows.Words,
    "machine": lambda _: ivr_flows.MachineVerdict("machine_end_beep"),
    "fax": lambda _: ivr_flows.MachineVerdict("fax"),
    "hangup": lambda _: ivr_flows.Hangup(),
    "queue-connected": lambda _: ivr_flows.QueueEnded("connected"),
    "queue-closed": lambda _: ivr_flows.QueueEnded("closed"),
    "queue-callback": lambda _: ivr_flows.QueueEnded("callback"),
    "queue-unavailable": lambda _: ivr_flows.QueueEnded("unavailable"),
    "transfer-connected": lambda _: TransferEnded("connected"),
    "transfer-busy": lambda _: TransferEnded("busy"),
    "transfer-no-answer": lambda _: TransferEnded("no-answer"),
    "transfer-closed": lambda _: TransferEnded("closed"),
    "record-said": lambda _: Recording("sample", 5),
    "record-nothing": lambda _: Recording("", 0),
    "fetch-answered": lambda _: Fetched(200),
    "fetch-failed": lambda _: Fetched(0),
}


def input_of(
    action: str, text: str, waiting: ivr_flows.Wait | None
) -> tuple[ivr_flows.Input, dict[str, Any]]:
    """The input of a button, and the line that says what was done. Raises ``input-unknown``."""
    if action not in ACTIONS:
        raise Invalid("input-unknown", "This phone has no such button.")
    heard = {"kind": "did", "name": action, "text": text if action in ("keys", "words") else ""}
    if isinstance(waiting, ivr_flows.InQueue) and action == "keys" and text == waiting.callback_key:
        return ivr_flows.QueueEnded("callback"), heard
    if action == "keys" and not text:
        return ivr_flows.NoKeys(), heard | {"name": "silence"}
    return ACTIONS[action](text), heard
