"""``callsvc bench people``: the preview of a long list and searches in it, in a database filled by an import.

The list is the messy one of ``bench import``. Then the preview looks at its sample and at everybody, and
people drawn from those stored are searched for by each kind of thing that may be known of them. Times are of
the processor, of this process alone: on SQLite all there is to it, on PostgreSQL without the server's part.
"""

import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import click
import sqlalchemy as sa

from callsvc.accounts.scope import SCOPES, Principal
from callsvc.bench.messy_list import write_messy_list
from callsvc.bench.order import _campaign, _service
from callsvc.contacts.numbers import reveal
from callsvc.contacts.people import read_person
from callsvc.contacts.searching.finding import Wanted, find_people
from callsvc.contacts.searching.indexing import reindex
from callsvc.contacts.service import import_contacts
from callsvc.contacts.tables import contact, contact_number, contact_term, phone_number, tracing_case
from callsvc.core.changes import MemoryChanges
from callsvc.core.db import Tx
from callsvc.dialing.preview import MOST_LOOKED_AT, Preview, preview
from callsvc.runtime import Runtime
from callsvc.subscriptions import REACTIONS

SEARCHES = 60  # of each kind
_EVERYWHERE = Principal(account_id="bench", role="administrator", regions="*", scopes=frozenset(SCOPES))


@dataclass(frozen=True, kw_only=True)
class Found:
    """Milliseconds of one search; ``found`` people on average; ``too_many`` searches said too little."""

    by: str
    p50_ms: float
    p95_ms: float
    found: float
    too_many: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    people: int
    further_terms: int  # of names of several parts
    import_s: float
    sample_s: float
    sampled: int
    margin: float
    everybody_s: float
    worst_error: float  # of the sample's counts against everybody's, as a share of the people
    reindex_per_s: float
    searches: list[Found]


@click.command()
@click.option("--database", default="", help="A database URL of your own, empty; SQLite when not given.")
@click.option("--people", default=100_000, show_default=True, help="Lines of the list.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def people(database: str, people: int, output: str) -> None:
    """Measure the preview of a long list, and searching for people in it."""
    with tempfile.TemporaryDirectory(prefix="callsvc-bench-") as home:
        rt = _service(database or f"sqlite:///{Path(home) / 'people.db'}")
        rt.db.reactions, rt.db.changes = REACTIONS, MemoryChanges()
        _campaign(rt)
        path = Path(home, "list.csv")
        write_messy_list(path, people)
        figures = measured(rt, path)
        rt.db.engine.dispose()
    click.echo(json.dumps(asdict(figures), indent=1) if output == "json" else _text(figures))


def measured(rt: Runtime, path: Path) -> Figures:
    began = time.process_time()
    import_contacts(rt, path, into_campaign="order", synthetic=True, default_platform="67")
    import_s = time.process_time() - began
    with rt.db.read() as tx:
        sample_s, part = _timed(lambda: preview(tx, "order", most=MOST_LOOKED_AT))
        everybody_s, whole = _timed(lambda: preview(tx, "order", most=0))
        further = int(tx.scalar(sa.select(sa.func.count()).select_from(contact_term)))
        known = _drawn(tx)
        searches = [_searched(tx, by, [make(one) for one in known]) for by, make in _WAYS.items()]
    began = time.process_time()
    done = _reindexed(rt)
    return Figures(
        people=whole.people,
        further_terms=further,
        import_s=import_s,
        sample_s=sample_s,
        sampled=part.sampled,
        margin=part.margin,
        everybody_s=everybody_s,
        worst_error=_worst(part, whole),
        reindex_per_s=done / (time.process_time() - began),
        searches=searches,
    )


def _reindexed(rt: Runtime) -> int:
    """Some people lose their terms and are indexed again."""
    with rt.db.begin() as tx:
        ids = [row.id for row in tx.all(sa.select(contact.c.id).order_by(contact.c.id).limit(5000))]
        for start in range(0, len(ids), 500):
            tx.update(contact, contact.c.id.in_(ids[start : start + 500]), last_term=None, first_term=None)
    return reindex(rt)


def _timed(act: Callable[[], Preview]) -> tuple[float, Preview]:
    began = time.process_time()
    told = act()
    return time.process_time() - began, told


def _worst(part: Preview, whole: Preview) -> float:
    pairs = [(part.now, whole.now)]
    pairs += [(part.later[reason], count) for reason, count in whole.later.items()]
    pairs += [(part.never[reason], count) for reason, count in whole.never.items()]
    return max(abs(one - other) for one, other in pairs) / max(1, whole.people)


_WAYS: dict[str, Callable[[dict[str, str]], Wanted]] = {
    "name": lambda one: Wanted(name=f"{one['last']} {one['first']}"),
    "last name": lambda one: Wanted(name=one["last"]),
    "number": lambda one: Wanted(number=one["number"]),
    "last digits": lambda one: Wanted(last_digits=one["number"][-4:]),
    "name, last digits": lambda one: Wanted(name=one["last"], last_digits=one["number"][-4:]),
    "case": lambda one: Wanted(case=one["case"]),
}


def _drawn(tx: Tx) -> list[dict[str, str]]:
    """People of the list as somebody would know them."""
    ids = [row.id for row in tx.all(sa.select(contact.c.id))]
    chosen = random.Random(3).sample(ids, min(SEARCHES, len(ids)))  # noqa: S311 - a draw, not a secret
    rows = tx.all(
        sa.select(contact.c.id, contact.c.person, tracing_case.c.reference, phone_number)
        .join(contact_number, (contact_number.c.contact_id == contact.c.id) & (contact_number.c.rank == 1))
        .join(phone_number, phone_number.c.id == contact_number.c.number_id)
        .outerjoin(tracing_case, tracing_case.c.id == contact.c.case_id)
        .where(contact.c.id.in_(chosen))
    )
    return [_known(tx, row) for row in rows]


def _known(tx: Tx, row: Any) -> dict[str, str]:
    person = read_person(tx, row)
    return {
        "first": person["first_name"],
        "last": person["last_name"],
        "number": reveal(tx, row),
        "case": row.reference or "nothing",
    }


def _searched(tx: Tx, by: str, wanted: list[Wanted]) -> Found:
    times, hits, too_many = [], 0, 0
    for one in wanted:
        began = time.process_time()
        found = find_people(tx, _EVERYWHERE, one)
        times.append((time.process_time() - began) * 1000)
        hits += len(found.hits)
        too_many += found.too_many
    return Found(
        by=by,
        p50_ms=median(times),
        p95_ms=quantiles(times, n=20)[-1],
        found=hits / max(1, len(wanted)),
        too_many=too_many,
    )


def _text(figures: Figures) -> str:
    errors = f"counts within {figures.margin:.2%} promised, {figures.worst_error:.2%} at worst"
    imported = f"imported in {figures.import_s:.1f} s of processor"
    lines = [
        f"{figures.people:,} people, {figures.further_terms:,} further terms; {imported}",
        f"preview of a sample          {figures.sample_s:6.2f} s, {figures.sampled:,} looked at: {errors}",
        f"preview of everybody         {figures.everybody_s:6.2f} s",
        f"indexed anew                 {figures.reindex_per_s:,.0f} people a second",
        "search by              p50 ms   p95 ms    found  too many",
    ]
    return "\n".join(
        lines
        + [
            f"{one.by:20} {one.p50_ms:8.1f} {one.p95_ms:8.1f} {one.found:8.1f} {one.too_many:9}"
            for one in figures.searches
        ]
    )
