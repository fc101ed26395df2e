"""What a call hears while it waits: a document played over and over.

"Once the document at the waitUrl runs out of verbs, the waitUrl is requested again."
"""

from __future__ import annotations

from collections.abc import Callable

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.errors import DocumentError
from callsvc.simulator.twiml.places import CONFERENCE_WAIT, Place

BREATH = 1.0  # lived seconds before a document that held nothing to hear is asked for again


async def play_over_and_over(leg: Leg, source: Callable[[], Source], place: Place) -> None:
    """Ask and play until cancelled; `source` is asked each time, as its parameters change.

    In a conference a document that fails leaves silence. DocumentError, Stop: for a queue to decide.
    """
    from callsvc.simulator.twiml.script import notify, run  # a script runs verbs, and verbs hold calls

    home = leg.document_url
    try:
        while True:
            begun = leg.carrier.clock.now()
            leg.document_url = home
            await run(leg, source(), place)
            if leg.carrier.clock.now() == begun:
                await leg.carrier.clock.sleep(BREATH)
    except DocumentError as problem:
        if place is not CONFERENCE_WAIT:
            raise
        notify(leg, problem)
    finally:
        leg.document_url = home
