"""Files of faults: a plan in YAML, or the log of an earlier run to be replayed.

seed: winter-1
faults:
  - {on: calls.create, kind: lose-answer, probability: 0.1, from: 60, until: 600}
  - {on: [status-callback, conference-callback], kind: duplicate-late, seconds: 0.5, probability: 0.2}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from callsvc.simulator.faults.striking import Faults
from callsvc.simulator.lines import LinedFile


def load_plan(faults: Faults, path: Path) -> int:
    """Plan every fault of a file; ValueError names the file, the line and the field."""
    file = LinedFile.yaml(path)
    body = file.value
    if not isinstance(body, dict) or not isinstance(body.get("faults"), list):
        raise ValueError(f"{path.name}: write a list under `faults:`, each with `on` and `kind`")
    unknown = set(body) - {"seed", "faults"}
    if unknown:
        raise ValueError(f"{file.where(sorted(unknown)[0])}: no such field; those known are seed and faults")
    seed: dict[str, Any] = {"seed": body["seed"]} if "seed" in body else {}
    for index, entry in enumerate(body["faults"]):
        try:
            faults.plan(seed | dict(entry) if isinstance(entry, dict) else entry)
        except ValueError as problem:
            field = str(problem).partition(":")[0]
            where = file.where("faults", index, field)
            raise ValueError(f"{where}, fault {index + 1}: {problem}") from problem
    return len(body["faults"])


def load_replay(faults: Faults, path: Path) -> int:
    """Replay the log in a file, as `GET /_simulator/faults/log` answered it."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return faults.replay(body["faults"] if isinstance(body, dict) else body)
    except (ValueError, KeyError) as problem:
        raise ValueError(f"{path.name}: {problem}") from problem
