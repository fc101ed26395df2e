"""Plays the seeds of a scenario under each policy, the same calls under all of them."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from callsvc.planning.twin.day import Callbacks, Day
from callsvc.planning.twin.day import Policy as Played
from callsvc.planning.twin.measures import Measures, measure
from callsvc.planning.twin.policies.ours import Ours
from callsvc.planning.twin.policies.pooled import Cascade, Isolated, Pooled
from callsvc.planning.twin.scenario import Policy, Scenario
from callsvc.planning.twin.traces import Trace
from callsvc.planning.twin.world import HOUR, changes, open_regions, trace_of

CALLBACK_MARGIN = 0.02
"""With callbacks the ledger aims a little higher: a deferred call is one not answered in time."""

MAKE: Mapping[Policy, Callable[[Scenario], Played]] = {
    "isolated": lambda _: Isolated(),
    "cascade-30-60": lambda _: Cascade(near_s=30.0, all_s=60.0),
    "cascade-10-15": lambda _: Cascade(near_s=10.0, all_s=15.0),
    "pooled": lambda _: Pooled(home_first=False),
    "home-first": lambda _: Pooled(home_first=True),
    "ours": lambda scenario: Ours(scenario.chosen_terms()),
    "home-first-callbacks": lambda scenario: Pooled(
        home_first=True, callback_after_s=scenario.callbacks.after_s
    ),
    "ours-callbacks": lambda scenario: Ours(
        scenario.chosen_terms(margin=CALLBACK_MARGIN, callback_after_s=scenario.callbacks.after_s)
    ),
}


def open_day(scenario: Scenario, policy: Policy, trace: Trace) -> Day:
    """A day about to begin."""
    terms = scenario.chosen_terms()
    offer = scenario.callbacks
    return Day(
        open_regions(scenario, computed=terms.computed_reserve, floor=terms.floor),
        trace,
        MAKE[policy](scenario),
        target_s=terms.target_s,
        slow=scenario.people.aid_slower,
        callbacks=Callbacks(
            accepted=offer.accepted,
            reached=offer.reached,
            vain_s=offer.vain_s,
            retries=offer.retries,
        ),
        ends_s=scenario.hours * HOUR,
        ring_s=0.0 if scenario.day is None else scenario.day.ring_s,
        changes=changes(scenario),
    )


def play_seed(scenario: Scenario, seed: int, policies: Sequence[Policy]) -> list[Measures]:
    """One seed under each policy."""
    trace = trace_of(scenario, seed)
    found = []
    for policy in policies:
        day = open_day(scenario, policy, trace)
        day.run()
        found.append(measure(scenario, policy, seed, day))
    return found


def play(
    scenario: Scenario,
    *,
    policies: Sequence[Policy] = (),
    seeds: Iterable[int] = (),
    processes: int = 0,
) -> dict[Policy, list[Measures]]:
    """Every seed under every policy, by policy, in the order of the seeds.

    ``processes``: how many work at once; 0 = one a processor, 1 = all in this one.
    """
    policies = policies or scenario.policies
    wanted = list(seeds) or list(range(scenario.seeds.first, scenario.seeds.first + scenario.seeds.count))
    processes = min(processes or os.cpu_count() or 1, len(wanted))
    if processes == 1:
        played = [play_seed(scenario, seed, policies) for seed in wanted]
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            count = len(wanted)
            played = list(pool.map(play_seed, [scenario] * count, wanted, [policies] * count))
    return {policy: [days[number] for days in played] for number, policy in enumerate(policies)}
