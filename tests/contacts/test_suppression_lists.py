"""Do-not-contact lists: read twice they change nothing, what is refused says why, what goes out comes in."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsvc.accounts.tables import access_log
from callsvc.contacts.cli import contacts
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppression_lists import export_suppressions, import_suppressions, rejects_csv
from callsvc.contacts.suppressions import suppressions_of
from callsvc.contacts.tables import suppression
from callsvc.core.errors import Invalid
from callsvc.runtime import Runtime

MESSY = """\
\ufeffTéléphone;Portée;Objet
06 39 98 00 01;;
+33639980002;sms;
0639980003;purpose;contact-tracing

06 39 98 00 01;;
pas un numéro;;
06 39 98 00 04 / 06 39 98 00 05;;
0639980006;tout;
0639980007;purpose;
"0639980008;sms;
"""


def _read(rt: Runtime, text: str, **options: Any) -> Any:
    return import_suppressions(rt, text.splitlines(keepends=True), name="opposition 2020", **options)


def _live(rt: Runtime, number: str) -> list[tuple[str, str]]:
    with rt.db.read() as tx:
        return [(one.scope, one.purpose) for one in suppressions_of(tx, find_number(tx, number) or "")]


def test_every_row_is_in_force_or_comes_back_with_its_line_and_reason(rt: Runtime) -> None:
    report = _read(rt, MESSY)
    assert (report.rows, report.new, report.known, report.refused) == (9, 4, 1, 4)
    assert _live(rt, "+33639980001") == [("all", "")]
    assert _live(rt, "+33639980002") == [("sms", "")]
    assert _live(rt, "+33639980003") == [("purpose", "contact-tracing")]
    assert _live(rt, "+33639980008") == [("all", "")]  # a quote that is never closed: in doubt, everything
    assert [(one.line, one.reason) for one in report.rejects] == [
        (7, "text-not-number"),
        (8, "several-numbers"),
        (9, "scope-unknown"),
        (10, "purpose-missing"),
    ]
    assert all(one.says(language) for one in report.rejects for language in ("fr", "en"))
    assert "".join(rejects_csv(report)).count("\r\n") == 5
    with rt.db.read() as tx:
        row = tx.first(sa.select(suppression).order_by(suppression.c.id))
    assert row is not None and (row.source, row.evidence) == ("list", "opposition 2020:2")


def test_the_same_list_again_changes_nothing(rt: Runtime) -> None:
    _read(rt, MESSY)
    again = _read(rt, MESSY)
    assert (again.new, again.known, again.refused) == (0, 5, 4)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(suppression)) == 4


@pytest.mark.parametrize(
    "options", [{"scope": "everything"}, {"scope": "purpose"}, {"purpose": "vaccination"}]
)
def test_a_wish_that_makes_no_sense_is_refused_before_the_first_row(
    rt: Runtime, options: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        _read(rt, MESSY, **options)
    with rt.db.read() as tx:
        assert tx.first(sa.select(suppression)) is None


def test_without_a_header_the_first_column_is_the_number(rt: Runtime) -> None:
    report = _read(rt, "0639980001\n0639980002\n", scope="purpose", purpose="vaccination")
    assert (report.rows, report.new) == (2, 2)
    assert _live(rt, "+33639980001") == [("purpose", "vaccination")]


def test_what_is_exported_can_be_imported_elsewhere(rt: Runtime) -> None:
    _read(rt, MESSY)
    text = "".join(export_suppressions(rt, None))
    assert text.splitlines()[0] == "number;scope;purpose;source;evidence;recorded_at;lifted_at"
    assert "+33639980003;purpose;contact-tracing;list;opposition 2020:4;2020-11-16T09:00:00+00:00;" in text
    again = _read(rt, text)
    assert (again.rows, again.known, again.refused) == (4, 4, 0)
    assert "".join(export_suppressions(rt, None, scope="sms")).count("\r\n") == 2


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(st.text(max_size=60), st.sampled_from(["0639980001", "0639980002;sms", '"', ";;;"])))
)
def test_any_text_at_all_is_a_list_whose_rows_are_all_accounted_for(rt: Runtime, lines: list[str]) -> None:
    report = import_suppressions(rt, lines, name="anything")
    assert report.rows == report.new + report.known + report.refused


def test_the_command_says_what_it_did_and_leaves_its_mark_in_the_access_log(
    rt: Runtime, tmp_path: Path
) -> None:
    given_list, rejects, out = tmp_path / "stop.csv", tmp_path / "rejects.csv", tmp_path / "out.csv"
    given_list.write_text(MESSY, encoding="utf-8")
    run = CliRunner().invoke(
        contacts,
        ["suppressions", "import", str(given_list), "--rejects", str(rejects), "--format", "json"],
        obj=lambda: rt,
    )
    assert json.loads(run.output) == {"rows": 9, "new": 4, "known": 1, "refused": 4}
    assert len(rejects.read_text("utf-8-sig").splitlines()) == 5
    run = CliRunner().invoke(contacts, ["suppressions", "export", str(out)], obj=lambda: rt)
    assert run.output.startswith("4 entries") and out.stat().st_mode & 0o077 == 0
    with rt.db.read() as tx:
        logged = tx.all(sa.select(access_log).order_by(access_log.c.id))
    assert [row.action for row in logged] == ["suppressions-imported", "suppressions-exported"]
    assert "3998" not in json.dumps([row.details for row in logged])
