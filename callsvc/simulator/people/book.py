"""Who is at an address: a person that was given, one of those under a prefix, or a stranger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from callsvc.simulator.chance import choose, fraction
from callsvc.simulator.ledger.store import Store
from callsvc.simulator.people.drawing import is_certain, resolve
from callsvc.simulator.people.file import Where, read_people
from callsvc.simulator.people.person import Person
from callsvc.simulator.people.personas import with_persona
from callsvc.simulator.people.reading import address_of, read_person

_PREFIX = "prefix:"


class PeopleBook:
    """People are kept in the ledger, as they may be tens of thousands and must outlive a restart."""

    def __init__(self, store: Store, seed: str, strangers: Mapping[str, float]) -> None:
        self._store = store
        self._seed = seed
        self._strangers = dict(strangers)
        self.held: set[str] = set()  # whose telephone is held by hand: no persona decides there
        self.quiet = False  # nobody calls or texts of their own accord any more
        self._used: dict[tuple[str, str, int], int] = {}
        self._certain = lru_cache(maxsize=8192)(self._read_certain)
        self._find_prefixes()

    def add(self, people: Iterable[dict[str, Any]]) -> int:
        """Add people, replacing those already known at the same address; all of them or, on an error, none.

        ValueError says which entry (from 1) is wrong, in which field and why.
        """
        return self._add((None, facts) for facts in people)

    def load(self, path: Path) -> int:
        """Add the people of a file; ValueError names its line too."""
        return self._add(read_people(path))

    def _add(self, entries: Iterable[tuple[Where | None, Any]]) -> int:
        checked: list[tuple[str, str]] = []
        for position, (where, facts) in enumerate(entries, 1):
            try:
                self._check(facts)
                checked.append((address_of(facts), json.dumps(facts, ensure_ascii=False)))
            except (ValueError, TypeError, AttributeError) as problem:
                place = f"{where(str(problem).partition(':')[0])}, " if where else ""
                raise ValueError(f"{place}person {position}: {problem}") from problem
        for address, facts_text in checked:
            self._store.write(
                "insert into person(address, facts) values (?,?)"
                " on conflict(address) do update set facts=excluded.facts",
                (address, facts_text),
            )
        self._store.commit()
        self._find_prefixes()
        return len(checked)

    def clear(self) -> None:
        """Forget everybody."""
        self._store.write("delete from person")
        self._store.commit()
        self._find_prefixes()

    def count(self) -> int:
        """How many people were given."""
        return int(self._store.read("select count(*) from person")[0][0])

    def at(self, address: str, call: int | str = "") -> Person:
        """Whoever is reached there, as they are at that call: the how many-eth of its direction, from 0.

        Without a call, as they are between calls: what they do about texts and missed calls.
        """
        address = address.split("?", 1)[0]
        if address in self.held:
            return Person(address=address, patience=None)
        facts = self._facts(address)
        if facts is None:
            return self._stranger(address)
        return self._certain(facts, address) or self._drawn(json.loads(facts), address, call)

    def may(self, address: str, what: str, index: int, times: int | None) -> bool:
        """Count one use of a person's reaction; false when it was used `times` times already."""
        key = (address, what, index)
        used = self._used.get(key, 0)
        if times is not None and used >= times:
            return False
        self._used[key] = used + 1
        return True

    def _facts(self, address: str) -> str | None:
        rows = self._store.read("select facts from person where address=?", (address,))
        if rows:
            return str(rows[0][0])
        return next((facts for prefix, facts in self._prefixes if address.startswith(prefix)), None)

    def _find_prefixes(self) -> None:
        """Keep those that stand for many, the longest prefix first."""
        rows = self._store.read("select address, facts from person where address like 'prefix:%'")
        found = [(str(address).removeprefix(_PREFIX), str(facts)) for address, facts in rows]
        self._prefixes = sorted(found, key=lambda entry: -len(entry[0]))

    def _read_certain(self, facts: str, address: str) -> Person | None:
        """The person when nothing about them is left to chance."""
        known = with_persona(json.loads(facts), self._seed, address)
        return read_person(_at(known, address)) if is_certain(known) else None

    def _drawn(self, facts: dict[str, Any], address: str, call: int | str) -> Person:
        known = with_persona(facts, self._seed, address)
        resolved = resolve(known, self._seed, address, call)
        return read_person(_at(resolved, address), chance=f"{self._seed}|{address}|{call}")

    def _check(self, facts: dict[str, Any]) -> None:
        """Read it as if it were called: every draw and every field is looked at."""
        address = address_of(facts)
        everything = _unconditional(with_persona(facts, self._seed, address))
        read_person(resolve(everything, self._seed, address, 0))
        resolve(with_persona(facts, self._seed, address), self._seed, address, 0)

    def _stranger(self, address: str) -> Person:
        if address.startswith("client:"):
            return Person(address=address, ring=(1.0,), patience=None)
        answer = choose(self._strangers, self._seed, address, "answers")
        ring = 4 + 20 * fraction(self._seed, address, "ring")
        return Person(address=address, answers=(answer,), ring=(round(ring, 1),))


def _at(facts: dict[str, Any], address: str) -> dict[str, Any]:
    """Somebody under a prefix is somebody at a number."""
    if "prefix" not in facts:
        return facts
    return {name: value for name, value in facts.items() if name != "prefix"} | {"number": address}


def _unconditional(value: Any) -> Any:
    """The same without probabilities of entries, so that a check sees every entry."""
    if isinstance(value, list):
        return [_unconditional(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _unconditional(entry)
        for name, entry in value.items()
        if name != "probability" or "keys" in value
    }
