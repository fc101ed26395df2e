"""Each decision about aid with what it looked at, and one sentence for a supervisor, in two languages."""

import math
from dataclasses import dataclass
from typing import Any

from callsvc.routing.rules.freeing import Work
from callsvc.routing.rules.lending import why_not_help
from callsvc.routing.rules.regions import Country, Region, wait_of


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
_AIDED_EN = "nobody is idle in {home}; {helper} has {idle} idle agents and keeps {kept}: it helps"
_AIDED_FR = "personne n'est libre en {home} ; {helper} a {idle} agents libres et en garde {kept} : elle aide"
_WAITS_EN = "nobody is idle in {home}, and nobody can help: {why}"
_WAITS_FR = "personne n'est libre en {home} et personne ne peut aider : {why}"
_REFUSALS = {
    "opted-out": ("opted out", "s'est retirée de l'entraide"),
    "reserve": ("has {idle} idle and keeps {kept}", "a {idle} agents libres et en garde {kept}"),
    "cap": ("already lends {lent}", "prête déjà {lent} agents"),
    "own-calls-waiting": ("has calls of its own waiting", "a ses propres appels en attente"),
    "itself-aided": ("is being helped by it itself", "est elle-même aidée par elle"),
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
        "there": f"{wait_of(home):.0f}",
        "kept": helper.kept,
        "idle": helper.idle,
    }
    return Explanation(
        inputs=figures,
        english=_sentence(_WORK_EN[work.letter], said),
        french=_sentence(_WORK_FR[work.letter], said),
    )


def explain_arrival(home: Region, helper: Region | None) -> Explanation:
    """Why a call that arrived where nobody is idle is aided by this region, or waits."""
    figures = {"home": home.code, "wait_there_s": _seconds(wait_of(home)), "active": home.active}
    if helper is not None:
        said = {"helper": helper.name, "home": home.name, "idle": helper.idle, "kept": helper.kept}
        return Explanation(
            inputs=figures | _figures(helper),
            english=_sentence(_AIDED_EN, said),
            french=_sentence(_AIDED_FR, said),
        )
    refusals = {one.code: why_not_help(home, one) or "reserve" for one in home.near}
    listed = [_refusal(one, refusals[one.code]) for one in home.near]
    english, french = "; ".join(one for one, _ in listed), " ; ".join(one for _, one in listed)
    return Explanation(
        inputs=figures | {"helpers": refusals},
        english=_sentence(_WAITS_EN, {"home": home.name, "why": english}),
        french=_sentence(_WAITS_FR, {"home": home.name, "why": french}),
    )


def _refusal(helper: Region, why: str) -> tuple[str, str]:
    said = {"idle": helper.idle, "kept": helper.kept, "lent": helper.aid_out}
    english, french = _REFUSALS[why]
    return f"{helper.name} {english.format(**said)}", f"{helper.name} {french.format(**said)}"


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
