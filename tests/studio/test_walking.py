"""A walk in the terminal with the data of a row: the flow is told what a call would tell it."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.accounts.tables import access_log
from callsvc.core.errors import NotFound
from callsvc.runtime import Runtime
from callsvc.webhooks.cli import flow
from ivr_flows.library import flow_text

from .test_calling import somebody
from .test_counting import places


@pytest.fixture
def file(rt: Runtime, tmp_path: Path) -> Path:
    places(rt)
    path = tmp_path / "appointment-reminder.yaml"
    path.write_text(flow_text("appointment-reminder"), "utf-8")
    return path


def walked(rt: Runtime, path: Path, *options: str) -> str:
    done = CliRunner().invoke(
        flow, ["walk", str(path), *options], obj=lambda: rt, input="1\n1971\n2\n1\nhangup\n"
    )
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_a_walk_with_a_row_speaks_as_if_it_called_that_person(rt: Runtime, file: Path) -> None:
    place_id, contact_id = somebody(rt)
    for options in (("--place", place_id), ("--place", "any", "--campaign", "reminders")):
        said = walked(rt, file, *options)
        assert "[en] Hello" in said and f"Essai {contact_id}" in said
        assert "on Wednesday 18 November at 10:00" in said
        assert '"appointment": {"do": "move", "slot": "2020-11-16T' in said
    with rt.db.read() as tx:
        read = tx.all(sa.select(access_log).where(access_log.c.action == "contact-read"))
    assert [(row.subject, row.account_id) for row in read] == [(contact_id, "system")] * 2


def test_a_walk_without_a_row_reads_nobody(rt: Runtime, file: Path) -> None:
    assert "Ana Martin" in walked(rt, file)
    with rt.db.read() as tx:
        assert tx.all(sa.select(access_log)) == []
    with pytest.raises(NotFound, match="place-unknown"):
        walked(rt, file, "--place", "cct-nobody")
