"""Everything routing decides, as arithmetic: no clock, no database, no chance.

What is asked about a region is kept in a small ``Region`` that changes one event at a time; the service loads
it from SQL, the twin keeps it in memory, and both call the same functions:

| file | question |
|---|---|
| ``erlang`` | how well does a pool of n agents answer a load, and how many give up |
| ``reserves`` | how many idle agents must a helper keep so that its own callers keep its floor |
| ``ledgers`` | does the helper keep its floor today, call by call |
| ``activating`` | is a region being aided from now on |
| ``lending`` | which region helps an arriving call (proximity, fairness, caps, one way) |
| ``freeing`` | which call does a freed agent take (letters a to e) |
| ``slowness`` | how much slower is aid than work at home, and what that allows |
| ``deferring`` | is a callback offered, and may one be made now |
| ``rotating`` | which agent of the chosen region |
| ``explaining`` | what each of these decisions looked at, and one sentence in two languages |
| ``homing`` | which agent at home: platform, pool, region |
| ``proximity`` | which regions are nearest |
| ``measuring`` | handling time, patience and slowness, from sums over lately finished calls |
| ``queues`` | the states of a wait, and the wait told to whoever waits |
| ``terms`` | what the administrator chooses |
"""

from callsvc.routing.rules.measuring import AHT_S
from callsvc.routing.rules.queues import (
    ENTRY_STATES,
    FRONT,
    KINDS,
    LIVE,
    RESERVATION_STATES,
    SUPERVISION_MODES,
    predicted_wait,
)

__all__ = [
    "AHT_S",
    "ENTRY_STATES",
    "FRONT",
    "KINDS",
    "LIVE",
    "RESERVATION_STATES",
    "SUPERVISION_MODES",
    "predicted_wait",
]
