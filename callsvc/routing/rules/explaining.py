"""Each decision about aid with what it looked at, and one sentence for a supervisor, in two languages."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from callsvc.routing.rules.freeing import Work
from callsvc.routing.rules.lending import is_ordered, why_not_help
from callsvc.routing.rules.regions import Country, Region, wait_of
from callsvc.routing.rules.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """``inputs`` are figures at the instant of the decision, fit for JSON."""

    inputs: dict[str, Any]
    english: str
    french: str


_WORK_EN = {
    "a": "an agent of {helper} takes its own call that has waited {waited} s: it is next in its queue",
    "b": (
        "an agent of {helper} rescues a call of {home} after {waited} s: "
        "{home} is below its floor and has received no more aid than it gave"
    ),
    "c": (
        "an agent of {helper} takes a call of {home} after {waited} s: "
        "the wait there, about {there} s, is the longest, and {helper} keeps {kept} of {idle} idle"
    ),
    "d": "an agent of {helper} takes its own late call that has waited {waited} s",
    "e": "an agent of {helper} takes a late call of {home} after {waited} s: nobody waits in {helper}",
}
_WORK_FR = {
    "a": "un agent de {helper} prend l'appel de sa région qui attend depuis {waited} s : c'est son tour",
    "b": (
        "un agent de {helper} prend un appel de {home} après {waited} s : "
        "{home} est sous son plancher et n'a pas reçu plus d'aide qu'elle n'en a donné"
    ),
    "c": (
        "un agent de {helper} prend un appel de {home} après {waited} s : l'attente y est la plus longue, "
        "environ {there} s, et {helper} garde {kept} de ses {idle} agents libres"
    ),
    "d": "un agent de {helper} prend l'appel en retard de sa région qui attend depuis {waited} s",
    "e": (
        "un agent de {helper} prend un appel en retard de {home} après {waited} s : "
        "personne n'attend en {helper}"
    ),
}
_AIDED_EN = "{queue}; {helper} has {idle} idle agents and keeps {kept}: it helps"
_AIDED_FR = "{queue} ; {helper} a {idle} agents libres et en garde {kept} : elle aide"
_LENT_EN = (
    "{queue}; {helper} has lent {ordered} agents on purpose and {held} of them are busy there: it helps"
)
_LENT_FR = "{queue} ; {helper} a prêté {ordered} agents exprès, dont {held} y sont pris : elle aide"
_WAITS_EN = "{queue}; {why}: the call keeps its place"
_WAITS_FR = "{queue} ; {why} : l'appel garde sa place"
_ALONE = ("no other region has agreed to help", "aucune autre région ne s'est engagée à aider")
_CALM = ("aid opens at {opens} s", "l'entraide s'ouvre à {opens} s")
_REFUSALS = {
    "opted-out": ("{helper} opted out", "{helper} s'est retirée de l'entraide"),
    "reserve": (
        "{helper} has {idle} idle and keeps {kept}",
        "{helper} a {idle} agents libres et en garde {kept}",
    ),
    "cap": ("{helper} already lends {lent}", "{helper} prête déjà {lent} agents"),
    "pair-cap": (
        "{helper} already holds {held} of its calls, the most agreed",
        "{helper} tient déjà {held} de ses appels, le plus qui soit convenu",
    ),
    "own-calls-waiting": (
        "{helper} has calls of its own waiting",
        "{helper} a ses propres appels en attente",
    ),
    "itself-aided": ("{helper} is being helped by it itself", "{helper} est elle-même aidée par elle"),
    "nobody-matches": (
        "{helper} has nobody idle with this skill and language",
        "{helper} n'a personne de libre avec cette compétence et cette langue",
    ),
    "not-open": (
        "{helper} helps only from a longer wait on",
        "{helper} n'aide qu'à partir d'une attente plus longue",
    ),
    "no-agreement": ("{helper} has not agreed to help", "{helper} ne s'est pas engagée à aider"),
    "below-threshold": ("{helper} is not asked yet", "{helper} n'est pas encore sollicitée"),
    "deciding": ("{helper} is taking another call right now", "{helper} prend un autre appel à l'instant"),
}


def explain_work(helper: Region, work: Work, country: Country, now: float) -> Explanation:
    """Why a freed agent takes this call."""
    home = work.region
    since = {"young": home.young_since, "second": home.second_since}.get(work.age, home.late_since)
    figures = _figures(helper) | {
        "letter": work.letter,
        "waited_s": round(now - since, 1),
        "home": home.code,
        "wait_there_s": _seconds(wait_of(home)),
        "wait_here_s": _seconds(wait_of(helper)),
        "slowness": round(country.slowness, 3),
    }
    said = {
        "helper": helper.name,
        "home": home.name,
        "waited": f"{now - since:.0f}",
        "there": "∞" if math.isinf(wait_of(home)) else f"{wait_of(home):.0f}",
        "kept": helper.kept,
        "idle": helper.idle,
    }
    return Explanation(
        inputs=figures,
        english=_sentence(_WORK_EN[work.letter], said),
        french=_sentence(_WORK_FR[work.letter], said),
    )


def explain_arrival(home: Region, helper: Region) -> Explanation:
    """Why a call that arrived where nobody is idle is aided by this region."""
    held = helper.holds.get(home.code, 0)
    pact = home.pacts.get(helper.code) if home.pacts else None
    said = {
        "helper": helper.name,
        "idle": helper.idle,
        "kept": helper.kept,
        "held": held,
        "ordered": pact.ordered if pact else 0,
    }
    lent = is_ordered(home, helper)
    return Explanation(
        inputs=_queue(home) | _figures(helper) | {"letter": "lent" if lent else "arrival"},
        english=_sentence(_LENT_EN if lent else _AIDED_EN, said | {"queue": _queue_en(home)}),
        french=_sentence(_LENT_FR if lent else _AIDED_FR, said | {"queue": _queue_fr(home)}),
    )


def explain_wait(home: Region, terms: Terms, busy: Collection[str] = ()) -> Explanation:
    """Why a call of this region goes on waiting; ``busy``: helpers whom another decision is about right now.

    ``inputs["reason"]`` is short, and the same as long as nothing that matters changed: ``no-agreement``,
    ``below-threshold``, or ``helpers-cannot`` with each helper's own.
    """
    refusals: dict[str, str] = {}
    if not home.near:
        reason, whys = "no-agreement", [_ALONE]
    elif not home.active and not any(is_ordered(home, one) for one in home.near):
        opens_s = terms.activate_s if home.opens_s is None else home.opens_s
        reason, whys = "below-threshold", [_both(_CALM, {"opens": f"{opens_s:g}"})]
    else:
        refusals = {
            one.code: "deciding" if one.code in busy else why_not_help(home, one) or "reserve"
            for one in home.near
        }
        reason = "helpers-cannot:" + ",".join(f"{code}={refusals[code]}" for code in sorted(refusals))
        whys = [_refusal(home, one, refusals[one.code]) for one in home.near]
    english, french = "; ".join(one for one, _ in whys), " ; ".join(one for _, one in whys)
    helpers = {one.code: _figures(one) | {"answer": refusals[one.code]} for one in home.near if refusals}
    return Explanation(
        inputs=_queue(home) | {"reason": reason, "helpers": helpers},
        english=_sentence(_WAITS_EN, {"queue": _queue_en(home), "why": english}),
        french=_sentence(_WAITS_FR, {"queue": _queue_fr(home), "why": french}),
    )


def _refusal(home: Region, helper: Region, why: str) -> tuple[str, str]:
    said = {
        "helper": helper.name,
        "idle": helper.idle,
        "kept": helper.kept,
        "lent": helper.aid_out,
        "held": helper.holds.get(home.code, 0),
    }
    return _both(_REFUSALS[why], said)


def _both(texts: tuple[str, str], said: dict[str, Any]) -> tuple[str, str]:
    return texts[0].format(**said), texts[1].format(**said)


def _queue(home: Region) -> dict[str, Any]:
    return {
        "home": home.code,
        "waiting_there": home.waiting,
        "wait_there_s": _seconds(_wait(home)),
        "active": home.active,
    }


def _wait(home: Region) -> float:
    return max(wait_of(home), home.scarce_s)


def _queue_en(home: Region) -> str:
    wait_s = _wait(home)
    about = "nobody there can take them" if math.isinf(wait_s) else f"about {wait_s:.0f} s"
    return f"{home.name}: {home.waiting} wait, {about}, and nobody there is idle"


def _queue_fr(home: Region) -> str:
    wait_s = _wait(home)
    about = "personne n'y est en poste pour eux" if math.isinf(wait_s) else f"environ {wait_s:.0f} s"
    return f"{home.name} : {home.waiting} en attente, {about}, et personne n'y est libre"


def _figures(helper: Region) -> dict[str, Any]:
    return {
        "helper": helper.code,
        "idle": helper.idle,
        "kept": helper.kept,
        "ledger": round(helper.ledger, 2),
        "lent": helper.aid_out,
        "most_lent": helper.most_lent,
        "waiting": helper.waiting,
    }


def _seconds(wait_s: float) -> float | None:
    return None if math.isinf(wait_s) else round(wait_s, 1)


def _sentence(text: str, said: dict[str, Any]) -> str:
    whole = text.format(**said)
    return f"{whole[0].upper()}{whole[1:]}."
