"""Each decision in one sentence a supervisor understands, in English and in French.

Figures are rounded to whole seconds. An agent is named by id: names stay out of the record.
"""

from callsvc.routing.views import Agreement, Aid, FreeAgent, RegionView, Snapshot

REFUSALS_EN = {
    "not-open": "{name} is asked from {threshold} s",
    "opted-out": "{name} opted out",
    "itself-aided": "{name} is being aided itself",
    "own-calls-waiting": "{name} has calls of its own waiting",
    "reserve": "{name} has {idle} idle and keeps {reserve}",
    "cap": "{name} already holds {in_progress} of its {cap} calls",
    "nobody-matches": "{name} has nobody free with this skill and language",
    "deciding": "{name} is taking another call right now",
}
REFUSALS_FR = {
    "not-open": "{name} n'est sollicitée qu'à partir de {threshold} s",
    "opted-out": "{name} s'est retirée de l'entraide",
    "itself-aided": "{name} est elle-même aidée",
    "own-calls-waiting": "{name} a ses propres appels en attente",
    "reserve": "{name} a {idle} agents libres et en garde {reserve}",
    "cap": "{name} tient déjà {in_progress} appels sur {cap}",
    "nobody-matches": "{name} n'a personne de libre avec cette compétence et cette langue",
    "deciding": "{name} prend un autre appel à l'instant",
}


def home_offer(kind: str, snapshot: Snapshot, agent: FreeAgent, waited_s: float) -> tuple[str, str]:
    """(English, French) for an offer inside the home region."""
    waited = f"{waited_s:.0f} s"
    where = {
        "platform": (f"of {snapshot.platform_name} is free", f"de {snapshot.platform_name} est libre"),
        "pool": (
            f"of the pool of {snapshot.platform_name} is free and nobody of the platform is",
            f"du regroupement de {snapshot.platform_name} est libre, personne de la plateforme ne l'est",
        ),
        "region": (
            f"of {snapshot.region_name} is free and nobody of {snapshot.platform_name} is",
            f"de {snapshot.region_name} est libre, personne de {snapshot.platform_name} ne l'est",
        ),
    }[kind]
    return (
        f"Agent {agent.id} {where[0]}, so they are offered this call after {waited}.",
        f"L'agent {agent.id} {where[1]} : cet appel lui est proposé après {waited}.",
    )


def aid_offer(
    home: RegionView, helper: RegionView, agreement: Agreement, agent: FreeAgent, wait_s: float
) -> tuple[str, str]:
    """(English, French) for an offer to another region, such as

    "Grand Est: 14 wait, about 210 s; Île-de-France has 5 idle agents and keeps 2, so agent agt12 is offered
    this call (aid, rank 1)."
    """
    english = (
        f"{_waiting_en(home, wait_s)}; {helper.name} has {helper.idle} idle agents and keeps "
        f"{helper.reserve}, so agent {agent.id} is offered this call (aid, rank {agreement.rank})."
    )
    french = (
        f"{_waiting_fr(home, wait_s)} ; {helper.name} a {helper.idle} agents libres et en garde "
        f"{helper.reserve} : cet appel est proposé à l'agent {agent.id} (entraide, rang {agreement.rank})."
    )
    return english, french


def wait(
    aid: Aid, reason: str, wait_s: float, refusals: dict[str, str], threshold_s: int | None
) -> tuple[str, str]:
    """(English, French) for an entry that keeps its place. ``refusals``: helper -> why not."""
    home = aid.home
    if reason == "no-agreement":
        why = ("no other region has agreed to help", "aucune autre région ne s'est engagée à l'aider")
    elif reason == "below-threshold":
        why = (f"aid opens at {threshold_s} s", f"l'entraide s'ouvre à {threshold_s} s")
    else:
        why = (_listed(aid, refusals, REFUSALS_EN, "; "), _listed(aid, refusals, REFUSALS_FR, " ; "))
    return (
        f"{_waiting_en(home, wait_s)}; nobody at home is free; {why[0]}: this call keeps its place.",
        f"{_waiting_fr(home, wait_s)} ; personne n'y est libre ; {why[1]} : cet appel garde sa place.",
    )


def _waiting_en(home: RegionView, wait_s: float) -> str:
    about = "nobody on duty" if wait_s == float("inf") else f"about {wait_s:.0f} s"
    return f"{home.name}: {home.waiting_total} wait, {about}"


def _waiting_fr(home: RegionView, wait_s: float) -> str:
    about = "personne en poste" if wait_s == float("inf") else f"environ {wait_s:.0f} s"
    return f"{home.name} : {home.waiting_total} en attente, {about}"


def _listed(aid: Aid, refusals: dict[str, str], words: dict[str, str], comma: str) -> str:
    return comma.join(_refusal(aid, agreement, refusals, words) for agreement in aid.agreements)


def _refusal(aid: Aid, agreement: Agreement, refusals: dict[str, str], words: dict[str, str]) -> str:
    helper = aid.helpers[agreement.aiding]
    return words[refusals[agreement.aiding]].format(
        name=helper.name,
        threshold=agreement.activate_wait_s,
        idle=helper.idle,
        reserve=helper.reserve,
        in_progress=agreement.in_progress,
        cap=agreement.cap,
    )
