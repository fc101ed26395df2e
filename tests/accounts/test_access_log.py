"""The access log: whoever touches a sealed row is found out, and the row is named."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.accounts.access import record_access, seal_access_log, verify_access_log
from callsvc.accounts.tables import access_log, access_seal
from callsvc.audit.cli import audit
from callsvc.core.db import Tx
from callsvc.runtime import Runtime


@pytest.fixture
def sealed(rt: Runtime) -> Runtime:
    """Six rows in two sealed batches."""
    for batch in range(2):
        with rt.db.begin() as tx:
            for place in range(3):
                record_access(tx, None, "contact-read", f"ctc{batch}{place}", {"why": "call", "n": place})
        rt.machine.advance(60)  # type: ignore[attr-defined]
        assert seal_access_log(rt) == 3
    return rt


def test_an_untouched_log_verifies_and_new_rows_are_pending(sealed: Runtime) -> None:
    with sealed.db.begin() as tx:
        record_access(tx, None, "contact-read", "ctc9", {})
    verdict = verify_access_log(sealed)
    assert (verdict.sealed, verdict.pending, verdict.first_bad_row) == (6, 1, None)
    assert seal_access_log(sealed) == 1
    assert seal_access_log(sealed) == 0
    assert verify_access_log(sealed).sealed == 7


def _change(tx: Tx) -> None:
    tx.update(access_log, access_log.c.id == "log4", details={"why": "curiosity", "n": 0})


def _backdate(tx: Tx) -> None:
    tx.update(access_log, access_log.c.id == "log4", at=tx.now)


def _remove(tx: Tx) -> None:
    tx.delete(access_log, access_log.c.id == "log4")


def _forge_seal(tx: Tx) -> None:
    tx.update(access_seal, access_seal.c.id == "log4", hash="f" * 64)


@pytest.mark.parametrize("tamper", [_change, _backdate, _remove, _forge_seal])
def test_the_first_bad_row_is_named(sealed: Runtime, tamper: Callable[[Tx], None]) -> None:
    with sealed.db.begin() as tx:
        tamper(tx)
    assert verify_access_log(sealed).first_bad_row == "log4"


def test_each_row_is_named_when_it_is_the_one_changed(sealed: Runtime) -> None:
    for number in range(1, 7):
        mine = access_log.c.id == f"log{number}"
        with sealed.db.begin() as tx:
            before = tx.scalar(sa.select(access_log.c.subject).where(mine))
            tx.update(access_log, mine, subject="other")
        assert verify_access_log(sealed).first_bad_row == f"log{number}"
        with sealed.db.begin() as tx:
            tx.update(access_log, mine, subject=before)
    assert verify_access_log(sealed).first_bad_row is None


def test_a_row_removed_with_its_seal_breaks_the_numbering(sealed: Runtime) -> None:
    with sealed.db.begin() as tx:
        tx.delete(access_log, access_log.c.id == "log4")
        tx.delete(access_seal, access_seal.c.id == "log4")
    verdict = verify_access_log(sealed)
    assert verdict.first_bad_row == "log5"
    assert "missing before it" in verdict.why


def test_a_row_slipped_in_as_sealed_is_named(sealed: Runtime) -> None:
    with sealed.db.begin() as tx:
        record_access(tx, None, "contact-read", "ctc", {})
        tx.update(access_log, access_log.c.seal_id.is_(None), seal_id="log1")
    assert verify_access_log(sealed).first_bad_row == "log7"


def test_cutting_off_the_end_shows_against_a_head_noted_earlier(sealed: Runtime) -> None:
    head = verify_access_log(sealed).head
    with sealed.db.begin() as tx:
        tx.delete(access_log, access_log.c.id == "log6")
        tx.delete(access_seal, access_seal.c.id == "log6")
    assert verify_access_log(sealed).first_bad_row is None
    assert verify_access_log(sealed, head=head).first_bad_row == "end-of-log"


def test_the_command_says_ok_or_names_the_row_and_fails(sealed: Runtime) -> None:
    assert CliRunner().invoke(audit, ["verify", "--seal"], obj=lambda: sealed).exit_code == 0
    with sealed.db.begin() as tx:
        _change(tx)
    result = CliRunner().invoke(audit, ["verify", "--format", "json"], obj=lambda: sealed)
    assert result.exit_code == 1
    assert '"first_bad_row": "log4"' in result.output
