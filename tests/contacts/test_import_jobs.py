"""Lists that are sent: received, proposed, started, worked on, taken up after a death, canceled."""

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import callsvc.contacts.importing_run as run
from callsvc.accounts.scope import SCOPES, Principal
from callsvc.contacts.importing.sources import PIECE
from callsvc.contacts.importing_jobs import (
    ImportWish,
    cancel_import,
    import_seen,
    propose,
    receive_file,
    rejects_of,
    start_import,
)
from callsvc.contacts.importing_work import MOST_TRIES, ask_for_imports, work_imports
from callsvc.contacts.preparing import Preparer
from callsvc.contacts.proposing import source_of_name
from callsvc.contacts.service import open_import
from callsvc.contacts.tables import contact, contact_import, import_piece, import_upload
from callsvc.contacts.uploads import KEPT, forget_old_pieces
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.runtime import Runtime
from tests.factories import advance, make_country, start_campaign

NATIONAL = Principal(account_id="acc", role="administrator", regions="*", scopes=frozenset(SCOPES))
HEADER = "Qui;Joindre;Ville;CP\n"
WISH = ImportWish(source="labo", mapping=("Qui=full_name", "Joindre=phone"))


@pytest.fixture
def world(rt: Runtime) -> Runtime:
    with rt.db.begin() as tx:
        make_country(tx)
    return rt


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Preparer.batches
    monkeypatch.setattr(Preparer, "batches", lambda self, after=0: whole(self, after, size=10))


def people(count: int) -> str:
    return HEADER + "".join(f"N{row} Ana;063998{row:04};Metz;57000\n" for row in range(count))


def sent(rt: Runtime, text: str, name: str = "Export 2020-11-16.csv") -> str:
    return receive_file(rt, io.BytesIO(text.encode("cp1252")), name, "acc")


def asked(rt: Runtime) -> list[str]:
    return [id for job, ids in rt.jobs.take() if job == "import_lists" for id in ids]  # type: ignore[attr-defined]


def seen(rt: Runtime, import_id: str) -> "sa.Row[tuple[object, ...]]":
    with rt.db.read() as tx:
        return import_seen(tx, NATIONAL, import_id)


def count(rt: Runtime, table: sa.Table) -> int:
    with rt.db.read() as tx:
        return int(tx.scalar(sa.select(sa.func.count()).select_from(table)))


def test_a_list_lies_encrypted_until_it_is_imported_and_is_gone_afterwards(world: Runtime) -> None:
    upload_id = sent(world, people(12_000))  # more than one piece
    with world.db.read() as tx:
        stored = [bytes(row.content) for row in tx.all(sa.select(import_piece))]
    assert len(stored) == 1 + len(people(12_000)) // PIECE and not any(b"Ana" in piece for piece in stored)
    import_id = start_import(world, upload_id, WISH)
    work_imports(world, asked(world))
    row = seen(world, import_id)
    assert (row.status, row.lines_done, row.lines) == ("completed", 12_001, 12_002)
    assert (row.report["kept"], row.report["refused"]) == (10_000, 2_000)  # no more numbers are reserved
    assert (count(world, import_piece), count(world, import_upload)) == (1, 0)  # the rejects alone


def test_a_proposal_names_columns_by_name_content_or_memory_and_shows_rows(world: Runtime) -> None:
    first = propose(world, sent(world, people(6)))
    assert [(one.name, one.field, one.because) for one in first.columns] == [
        ("Qui", None, ""), ("Joindre", "phone", "content"), ("Ville", None, ""), ("CP", "postcode", "name"),
    ]  # fmt: skip
    assert (first.source, first.encoding, first.delimiter, first.header_line) == ("export", "utf-8", ";", 1)
    assert first.samples[0] == ("N0 Ana", "0639980000", "Metz", "57000") and len(first.samples) == 5
    assert first.has_phone and not first.remembered
    start_import(world, first.upload_id, ImportWish(mapping=WISH.mapping))
    again = propose(world, sent(world, people(7), "Export 2020-11-17.csv"))
    assert again.remembered and [one.field for one in again.columns] == [
        "full_name",
        "phone",
        None,
        "postcode",
    ]
    assert not propose(world, sent(world, people(8), "autre labo.csv")).remembered
    assert not propose(world, sent(world, people(8).replace("Ville", "Commune"), "Export.csv")).remembered


@pytest.mark.parametrize(
    ("name", "source"),
    [("Export_2020-11-16 (2).csv", "export"), ("2020.csv", "list"), ("Labo Nord.txt", "labo nord")],
)
def test_a_source_is_what_stays_of_a_files_name(name: str, source: str) -> None:
    assert source_of_name(name) == source


def test_a_worker_that_dies_is_followed_by_another_behind_its_last_batch(
    world: Runtime, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = people(25) + "Zoé;112;Metz;57000\n"
    import_id = start_import(world, sent(world, bad), WISH)
    whole, stored = run.store_batch, []

    def dies(*arguments: object) -> object:
        stored.append(1)
        if len(stored) == 2:
            raise KeyboardInterrupt
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "store_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        work_imports(world, asked(world))
    row = seen(world, import_id)
    assert (row.status, row.lines_done, count(world, contact)) == ("running", 11, 10)
    work_imports(world, [import_id])  # somebody seems to work on it
    assert len(stored) == 2
    assert ask_for_imports(world) == 0
    advance(world, run.LEASE.total_seconds() + 1)
    assert ask_for_imports(world) == 1
    work_imports(world, asked(world))
    row = seen(world, import_id)
    assert (row.status, row.report["rows"], row.report["kept"], row.report["contacts_new"]) == (
        "completed", 26, 25, 25,
    )  # fmt: skip
    assert count(world, contact) == 25
    assert b"short-number" in b"".join(rejects_of(world, NATIONAL, import_id))


def test_a_worker_thought_dead_stops_at_its_next_batch(world: Runtime, small_batches: None) -> None:
    import_id = start_import(world, sent(world, people(30)), WISH)
    whole, stored = run.store_batch, []

    def robbed(*arguments: object) -> object:
        stored.append(1)
        if len(stored) == 2:
            advance(world, run.LEASE.total_seconds() + 1)
            ask_for_imports(world)
        return whole(*arguments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "store_batch", robbed)
        if world.db.dialect == "postgresql":  # SQLite lets nobody write beside a batch
            work_imports(world, asked(world))
            assert (seen(world, import_id).status, count(world, contact)) == ("running", 10)
    work_imports(world, asked(world))
    assert (seen(world, import_id).status, count(world, contact)) == ("completed", 30)


def test_a_list_that_kills_its_workers_ends_as_failed(world: Runtime) -> None:
    import_id = start_import(world, sent(world, people(3)), WISH)
    with world.db.begin() as tx:
        tx.update(contact_import, contact_import.c.id == import_id, tries=MOST_TRIES)
    work_imports(world, asked(world))
    row = seen(world, import_id)
    assert (row.status, row.error) == ("failed", "import-crashed")


def test_a_canceled_import_keeps_what_it_stored_and_stores_no_more(
    world: Runtime, small_batches: None
) -> None:
    import_id = start_import(world, sent(world, people(30)), WISH)
    jobs = asked(world)
    with world.db.begin() as tx:
        cancel_import(tx, import_id, "acc")
    work_imports(world, jobs)
    assert (seen(world, import_id).status, count(world, contact), count(world, import_piece)) == (
        "canceled",
        0,
        0,
    )
    with world.db.begin() as tx, pytest.raises(Conflict, match="import-over"):
        cancel_import(tx, import_id, "acc")


def test_canceled_in_the_middle_it_ends_before_the_next_batch(
    world: Runtime, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = start_import(world, sent(world, people(30)), WISH)
    whole = run.run_batches

    def interrupted(rt: Runtime, work: run.Work, batches: Iterator[run.Batch]) -> None:
        def one_then_cancel() -> Iterator[run.Batch]:
            yield next(batches)
            with rt.db.begin() as tx:
                cancel_import(tx, work.import_id, "acc")
            yield from batches

        whole(rt, work, one_then_cancel())

    monkeypatch.setattr("callsvc.contacts.importing_work.run_batches", interrupted)
    work_imports(world, asked(world))
    row = seen(world, import_id)
    assert (row.status, row.lines_done, count(world, contact)) == ("canceled", 11, 10)
    assert row.report["kept"] == 10


def test_the_same_list_twice_is_one_import_and_another_mapping_is_another(world: Runtime) -> None:
    first = start_import(world, sent(world, people(5)), WISH)
    with pytest.raises(Conflict, match="import-running"):
        start_import(world, sent(world, people(5)), WISH)
    work_imports(world, asked(world))
    assert start_import(world, sent(world, people(5)), WISH) == first
    assert start_import(world, sent(world, people(5)), ImportWish(mapping=("Joindre=phone",))) != first
    work_imports(world, asked(world))
    assert count(world, contact) >= 5


def test_an_unknown_or_stopped_campaign_is_refused_at_once(world: Runtime) -> None:
    upload_id = sent(world, people(2))
    with pytest.raises(NotFound, match="campaign-unknown"):
        start_import(world, upload_id, ImportWish(campaign="nothing", mapping=WISH.mapping))
    assert count(world, contact_import) == 0


def test_a_list_nobody_starts_is_forgotten_after_a_day(world: Runtime) -> None:
    upload_id = sent(world, people(2))
    advance(world, KEPT.total_seconds())
    assert forget_old_pieces(world) == 1
    with pytest.raises(NotFound, match="upload-unknown"):
        start_import(world, upload_id, WISH)
    with pytest.raises(Invalid, match="file-empty"):
        sent(world, "")


def test_rejects_open_in_a_spreadsheet_and_run_nothing_there(world: Runtime) -> None:
    text = HEADER + '=HYPERLINK("x");112;@SUM(1);57000\nAna;3,36E+10;Metz;57000\n'
    import_id = start_import(world, sent(world, text), WISH)
    work_imports(world, asked(world))
    whole = b"".join(rejects_of(world, NATIONAL, import_id)).decode()
    assert whole.startswith("\ufeffligne;colonne;cellule;motif")
    lines = list(csv.reader(io.StringIO(whole[1:]), delimiter=";"))
    assert [line[3] for line in lines[1:]] == ["short-number", "scientific-notation"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)


def test_a_long_list_prepared_in_a_process_of_its_own_is_stored_the_same(
    world: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from callsvc.contacts import preparing_apart
    from callsvc.core.clock import MachineClock
    from callsvc.core.ids import RandomIds

    monkeypatch.setattr(preparing_apart, "LONG", 0)
    monkeypatch.setattr(preparing_apart, "RandomIds", type(world.ids))
    settings = world.settings.model_copy(
        update={"database_url": world.db.engine.url.render_as_string(hide_password=False)}
    )
    object.__setattr__(world, "settings", settings)
    assert RandomIds(MachineClock()).some("ctc", 2)[0].startswith("ctc")
    import_id = start_import(world, sent(world, people(30) + "Zoé;112;;57000\n"), WISH)
    work_imports(world, asked(world))
    row = seen(world, import_id)
    assert (row.status, row.report["kept"], row.report["refused"]) == ("completed", 30, 1)
    assert count(world, contact) == 30


def test_people_of_a_list_are_in_the_running_campaign(rt: Runtime) -> None:
    start_campaign(rt, "+33639980001")
    wish = ImportWish(campaign="tracing", mapping=WISH.mapping)
    import_id = start_import(rt, sent(rt, people(4)), wish)
    work_imports(rt, asked(rt))
    assert seen(rt, import_id).report["for_campaign"] == 4
    assert seen(rt, import_id).ended_at - rt.clock.now() < timedelta(seconds=1)


def test_nothing_is_kept_of_a_list_that_is_refused_for_its_size_or_breaks_off(
    world: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callsvc.contacts.uploads.LARGEST", 2 * PIECE)
    with pytest.raises(Invalid, match="file-too-large"):
        receive_file(world, io.BytesIO(b"0" * (3 * PIECE)), "big.csv", "acc")
    assert count(world, import_piece) == 0

    class Gone(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= PIECE:
                raise ConnectionError("whoever sent it has gone")
            return super().read(size)

    with pytest.raises(ConnectionError):
        receive_file(world, Gone(b"0" * (2 * PIECE)), "half.csv", "acc")
    assert count(world, import_piece) == count(world, import_upload) == 0


def test_the_same_list_begun_twice_in_one_instant_runs_once(world: Runtime) -> None:
    def begin() -> str:
        with world.db.begin() as tx:
            return open_import(tx, WISH, "the same bytes", "two").status

    with ThreadPoolExecutor() as pool:
        with world.db.begin() as tx:
            assert open_import(tx, WISH, "the same bytes", "one").status == "running"
            other = pool.submit(begin)
            assert wait([other], 0.3).not_done  # it waits for the first one's row
        with pytest.raises(Conflict, match="import-running"):
            other.result()
    assert count(world, contact_import) == 1
