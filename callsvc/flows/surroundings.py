"""What is around a flow on this installation: sub-flows, targets of transfers, hosts, senders of its SMS.

Whoever asks what is wrong with a flow (the editor, publishing, ``callsvc flow lint --here``) asks here, so
that all of them say the same.
"""

from collections.abc import Collection, Iterable

from callsvc.core.db import Tx
from callsvc.directory.queries import names_for
from callsvc.flows.hosts import hosts_of
from callsvc.flows.versions import newest_flows
from ivr_flows import Definition, Finding
from ivr_flows.lint import Surroundings, inspect_definition

_MOST_KEPT = 128
_kept: dict[object, tuple[Finding, ...]] = {}


def surroundings_of(tx: Tx, definition: Definition, senders: Iterable[str] = ()) -> Surroundings:
    """``senders`` are those that send this flow's SMS, as campaigns write them: numbers, codes, names."""
    return Surroundings(
        flows=newest_flows(tx, definition),
        every_flow=True,
        directory=names_for(tx, "flows"),
        hosts=hosts_of(tx.settings).keys(),
        senders=sorted({kind_of_sender(sender) for sender in senders}),
    )


def findings_here(tx: Tx, definition: Definition, senders: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Everything lint says about a flow on this installation, by line; the same question is answered once."""
    around = surroundings_of(tx, definition, senders)
    key = (
        definition.version,
        hash(definition.source),
        tuple(sorted((name, flow.version) for name, flow in around.flows.items())),
        frozenset(around.directory or ()),
        frozenset(around.hosts or ()),
        tuple(around.senders),
    )
    if key not in _kept:
        while len(_kept) >= _MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = tuple(inspect_definition(definition, around))
    return _kept[key]


def kind_of_sender(sender: str) -> str:
    """What a campaign calls its sender, in the words of lint.

    >>> kind_of_sender("AMELI"), kind_of_sender("36105"), kind_of_sender("+33937000100")
    ('alphanumeric', 'short-code', 'long-code')
    """
    if not sender.removeprefix("+").isdecimal():
        return "alphanumeric"
    return "long-code" if sender.startswith("+") else "short-code"


def errors_of(findings: Collection[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == "error"]
