"""What lending agents does to both regions, by Erlang A on the load of now.

The lent agents are reckoned as if they worked for the other region all the time: the most it can bring there
and the most it can cost here. In truth each goes on to take own calls first. Load is held constant, so the
figures are what both regions settle at, not the next minute.
"""

from dataclasses import dataclass

from callsvc.routing.rules.erlang import Pool, answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A region now: agents on duty for its own calls, calls of the last half hour, seconds a call takes."""

    agents: int
    calls: int
    handle_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How a region answers: shares of all calls, and the mean wait of everybody, answered or not."""

    agents: int
    in_time: float
    wait_s: float
    abandoned: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Both regions, without and with the agents lent."""

    aided_without: Outlook
    aided_with: Outlook
    aiding_without: Outlook
    aiding_with: Outlook


OVER_S = 1800.0
"""The load is that of the last half hour."""


def outlook(load: Load, patience_s: float, target_s: float) -> Outlook:
    """One region by Erlang A. Whoever waits gives up at the rate 1 / patience: hence the mean wait.

    >>> found = outlook(Load(agents=45, calls=142, handle_s=540), patience_s=150, target_s=20)
    >>> round(found.in_time, 3), round(found.wait_s, 1), round(found.abandoned, 3)
    (0.822, 8.0, 0.053)
    """
    pool = Pool(
        agents=load.agents,
        load=load.calls * load.handle_s / OVER_S,
        handle_s=load.handle_s,
        patience_s=patience_s,
    )
    found = answer(pool, target_s)
    return Outlook(
        agents=load.agents,
        in_time=found.in_time,
        wait_s=found.abandoned * patience_s,
        abandoned=found.abandoned,
    )


def effect(
    aided: Load, aiding: Load, agents: int, *, slowness: float, patience_s: float, target_s: float
) -> Effect:
    """Of ``agents`` of ``aiding`` working for ``aided``; there each call takes them ``slowness`` as long."""
    lent = min(agents, aiding.agents)
    together = aided.agents + lent
    slower = (aided.agents + lent * slowness) / together if together else 1.0
    helped = Load(agents=together, calls=aided.calls, handle_s=aided.handle_s * slower)
    left = Load(agents=aiding.agents - lent, calls=aiding.calls, handle_s=aiding.handle_s)
    return Effect(
        aided_without=outlook(aided, patience_s, target_s),
        aided_with=outlook(helped, patience_s, target_s),
        aiding_without=outlook(aiding, patience_s, target_s),
        aiding_with=outlook(left, patience_s, target_s),
    )
