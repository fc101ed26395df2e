"""Who is at an address: a person that was given, or a stranger drawn from the seed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from callsvc.simulator.chance import choose, fraction
from callsvc.simulator.ledger.store import Store
from callsvc.simulator.people.person import Person, address_of, read_person


class PeopleBook:
    """People are kept in the ledger, as they may be tens of thousands and must outlive a restart."""

    def __init__(self, store: Store, seed: str, strangers: Mapping[str, float]) -> None:
        self._store = store
        self._seed = seed
        self._strangers = dict(strangers)
        self.held: set[str] = set()  # whose telephone is held by hand: no persona decides there
        self.quiet = False  # nobody calls or texts of their own accord any more
        self._used: dict[tuple[str, str, int], int] = {}
        self._read = lru_cache(maxsize=8192)(lambda facts: read_person(json.loads(facts)))

    def add(self, people: Iterable[dict[str, Any]]) -> int:
        """Add people, replacing those already known at the same address; all of them or, on an error, none.

        ValueError says which entry (from 1) is wrong and why.
        """
        checked: list[tuple[str, str]] = []
        for position, facts in enumerate(people, 1):
            try:
                read_person(facts)
                checked.append((address_of(facts), json.dumps(facts, ensure_ascii=False)))
            except (ValueError, TypeError, AttributeError) as problem:
                raise ValueError(f"person {position}: {problem}") from problem
        for address, facts_text in checked:
            self._store.write(
                "insert into person(address, facts) values (?,?)"
                " on conflict(address) do update set facts=excluded.facts",
                (address, facts_text),
            )
        self._store.commit()
        return len(checked)

    def load(self, path: Path) -> int:
        """Add the people of a JSON Lines file; empty lines and lines that start with # are passed over."""
        with path.open(encoding="utf-8") as lines:
            texts = [line for line in map(str.strip, lines) if line and not line.startswith("#")]
        try:
            return self.add(json.loads(text) for text in texts)
        except ValueError as problem:
            raise ValueError(f"{path.name}: {problem}") from problem

    def clear(self) -> None:
        """Forget everybody."""
        self._store.write("delete from person")
        self._store.commit()

    def count(self) -> int:
        """How many people were given."""
        return int(self._store.read("select count(*) from person")[0][0])

    def at(self, address: str) -> Person:
        """Whoever is reached there."""
        address = address.split("?", 1)[0]
        if address in self.held:
            return Person(address=address, patience=None)
        rows = self._store.read("select facts from person where address=?", (address,))
        return self._read(rows[0][0]) if rows else self._stranger(address)

    def may(self, address: str, what: str, index: int, times: int | None) -> bool:
        """Count one use of a person's reaction; false when it was used `times` times already."""
        key = (address, what, index)
        used = self._used.get(key, 0)
        if times is not None and used >= times:
            return False
        self._used[key] = used + 1
        return True

    def _stranger(self, address: str) -> Person:
        if address.startswith("client:"):
            return Person(address=address, ring=(1.0,), patience=None)
        answer = choose(self._strangers, self._seed, address, "answers")
        ring = 4 + 20 * fraction(self._seed, address, "ring")
        return Person(address=address, answers=(answer,), ring=(round(ring, 1),))
