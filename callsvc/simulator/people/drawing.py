"""What people leave to chance, drawn from the seed: `{"triangular": [3, 8, 25]}` in place of a number.

A draw is a hash of the seed, the person's address, the how many-eth call it is, and the field: the same
person does the same at the same call whatever the order and pace of everybody else's. Kinds of draws:

    {"uniform": [low, high]}                 {"triangular": [low, likeliest, high]}
    {"lognormal": {"median": 8, "sigma": 0.5, "most": 60}}          {"one_of": {"human": 3, "busy": 1}}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import NormalDist
from typing import Any

from callsvc.simulator.chance import choose, fraction

_NORMAL = NormalDist()


def resolve(value: Any, seed: str, *about: object) -> Any:
    """The value with every draw in it made; entries of a list whose `probability` fails are left out.

    ValueError says what is wrong with a draw, after the field it stands in.
    """
    if isinstance(value, list):
        entries = [
            (index, entry) for index, entry in enumerate(value) if _happens(entry, seed, *about, index)
        ]
        return [resolve(_certain(entry), seed, *about, index) for index, entry in entries]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((kind, parameters),) = value.items()
        if kind in _DRAWS:
            return _draw(kind, parameters, seed, *about)
    return {
        name: resolve(_certain(entry), seed, *about, name)
        for name, entry in value.items()
        if _happens(entry, seed, *about, name)
    }


def is_certain(value: Any) -> bool:
    """Whether nothing in it is left to chance, so that it is the same at every call."""
    if isinstance(value, list):
        return all(map(is_certain, value))
    if not isinstance(value, dict):
        return True
    return not (set(value) & {*_DRAWS, "probability"}) and all(map(is_certain, value.values()))


def _happens(entry: Any, seed: str, *about: object) -> bool:
    if not isinstance(entry, dict) or "probability" not in entry or about[-1] == "mistakes":
        return True
    probability = entry["probability"]
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 <= probability <= 1:
        raise ValueError(f"{_field(about)}: probability: give a number from 0 to 1")
    return fraction(seed, *about, "probability") < probability


def _certain(entry: Any) -> Any:
    """The entry without its probability, which was drawn already."""
    if isinstance(entry, dict) and "probability" in entry and "keys" not in entry:
        return {name: value for name, value in entry.items() if name != "probability"}
    return entry


def _draw(kind: str, parameters: Any, seed: str, *about: object) -> Any:
    try:
        if kind == "one_of":
            return choose({str(name): float(weight) for name, weight in parameters.items()}, seed, *about)
        return round(_DRAWS[kind](parameters, fraction(seed, *about)), 3)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as problem:
        raise ValueError(f"{_field(about)}: {kind}: {_FORMS[kind]} ({problem})") from problem


def _field(about: tuple[object, ...]) -> str:
    """The path of the field below its person: whose address and call come first."""
    path = ""
    for step in about[2:]:
        path += f"[{step}]" if isinstance(step, int) else f"{'.' if path else ''}{step}"
    return path


def _uniform(parameters: list[float], at: float) -> float:
    low, high = map(float, parameters)
    _require(low <= high)
    return low + (high - low) * at


def _triangular(parameters: list[float], at: float) -> float:
    low, likeliest, high = map(float, parameters)
    _require(low <= likeliest <= high)
    if low == high:
        return low
    turn = (likeliest - low) / (high - low)
    if at < turn:
        return low + math.sqrt(at * (high - low) * (likeliest - low))
    return high - math.sqrt((1 - at) * (high - low) * (high - likeliest))


def _lognormal(parameters: Mapping[str, float], at: float) -> float:
    median, sigma = float(parameters["median"]), float(parameters["sigma"])
    most = float(parameters.get("most", math.inf))
    _require(median > 0 and sigma >= 0 and not set(parameters) - {"median", "sigma", "most"})
    return min(most, median * math.exp(sigma * _NORMAL.inv_cdf(min(max(at, 1e-9), 1 - 1e-9))))


def _require(sense: bool) -> None:
    if not sense:
        raise ValueError("out of order")


_DRAWS: dict[str, Callable[[Any, float], float]] = {
    "uniform": _uniform,
    "triangular": _triangular,
    "lognormal": _lognormal,
    "one_of": lambda _parameters, at: at,
}
_FORMS = {
    "uniform": "give [low, high]",
    "triangular": "give [low, likeliest, high]",
    "lognormal": "give {median, sigma} and perhaps most",
    "one_of": "give words and their weights",
}
