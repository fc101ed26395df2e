"""Who must not be contacted: looked at masked, sent as a list, fetched whole, all of it on record."""

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import contact_import, import_piece
from callsvc.people import suppression_lists
from callsvc.runtime import Runtime
from tests.app.conftest import form_token
from tests.factories import advance
from tests.people.test_pages import log
from tests.people.world import LOCAL, NUMBER, OTHER

Enter = Callable[..., FlaskClient]
PAGE = "/console/people/suppressions"
NOBODYS = "06 39 98 12 99"  # nobody has it yet
LIST = f"téléphone;portée\n{NUMBER};sms\n{NOBODYS};all\nune ligne;all\n{NUMBER};jamais\n"


def send(client: FlaskClient, text: str, name: str = "reçue.csv", **said: str) -> TestResponse:
    form = {"csrf_token": form_token(client, PAGE), "scope": "all", **said}
    file = (io.BytesIO(text.encode()), name)
    return client.post(PAGE, data=form | {"list": file}, content_type="multipart/form-data")


def test_entries_are_shown_masked_with_their_evidence_and_the_reading_is_on_record(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    page = enter().get(PAGE).text
    assert "+33 6 •• •• •• 79" in page and "No more SMS" in page and "an SMS" in page
    assert f'<a href="/console/people/{ids["known"]}">message-0</a>' in page  # on the timeline of the person
    assert OTHER[3:] not in page
    assert log(rt, "suppressions-listed") == [("suppressions", {"shown": 1})]


def test_evidence_leads_to_the_import_or_names_the_account(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    with rt.db.begin() as tx:
        tx.insert(
            contact_import, id="imp1", source="liste", file_hash="1", status="completed",
            wish={"campaign": "tracing"}, report={}, started_at=tx.now, deadline_machine_at=tx.machine_now,
        )  # fmt: skip
        number_id = find_number(tx, NUMBER) or ""
        suppress(tx, number_id, "all", source="import", evidence="imp1:12")
        account_id = tx.scalar(sa.text("select id from account where name = 'Chief'"))
        suppress(tx, number_id, "purpose", purpose="survey", source="api", evidence=account_id)
    page = enter().get(PAGE).text
    assert '<a href="/console/campaigns/tracing/people/imports/imp1">imp1:12</a>' in page
    assert re.search(r'data-label="Evidence">Chief<', page)
    local = enter(LOCAL).get(PAGE).text  # imports are the whole country's
    assert "imp1:12" in local and "imports/imp1" not in local


def test_filters_and_pages_find_entries_by_scope_source_state_and_day(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    advance(rt, 3 * 24 * 3600)
    with rt.db.begin() as tx:
        suppress(tx, find_number(tx, NUMBER) or "", "all", source="key", evidence="leg-1")
        day = tx.now.date().isoformat()
    client = enter()

    def shown(query: str) -> list[str]:
        return re.findall(r"•• (\d\d)</span>", client.get(f"{PAGE}?{query}").text)

    assert shown("") == ["78", "79"]  # the newest first
    assert shown("scope=sms") == ["79"] and shown("source=key") == ["78"]
    assert shown(f"day-from={day}") == ["78"]
    assert shown("state=lifted") == [] and shown("state=in-force") == ["78", "79"]
    assert shown("purpose=survey") == []


def test_a_list_is_taken_and_what_is_refused_is_told_and_can_be_fetched(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    answer = send(client, LIST)
    assert answer.status_code == 200
    assert re.findall(r'aria-current="page">([^<]+)<', answer.text) == ["Do not contact"]
    assert re.findall(r"<dt>([\w ]+)</dt><dd>(\d+)</dd>", answer.text) == [
        ("Rows", "4"), ("New", "2"), ("Held already", "0"), ("Refused", "2"),
    ]  # fmt: skip
    assert "A scope is sms, purpose or all." in answer.text and "reçue:2" in answer.text
    counts = {"rows": 4, "new": 2, "known": 0, "refused": 2}
    assert log(rt, "suppressions-imported") == [("suppressions", counts)]
    rejects = client.get(f"{PAGE}/rejects.csv")
    assert rejects.mimetype == "text/csv" and "attachment" in rejects.headers["Content-Disposition"]
    assert "4;une ligne;" in rejects.text and "jamais" in rejects.text
    assert log(rt, "rejects-read") == [("suppressions", {})]
    assert enter(LOCAL).get(f"{PAGE}/rejects.csv").status_code == 404  # the sender's alone
    again = send(client, LIST.replace("une ligne;all\n", "").replace(f"{NUMBER};jamais\n", ""))
    assert "<dt>Held already</dt><dd>2</dd>" in again.text and "rejects.csv" not in again.text
    assert client.get(f"{PAGE}/rejects.csv").status_code == 404


def test_what_was_refused_is_kept_encrypted_for_a_day(enter: Enter, ids: dict[str, str], rt: Runtime) -> None:
    send(enter(), LIST)
    with rt.db.read() as tx:
        [piece] = tx.all(sa.select(import_piece))
        assert b"une ligne" not in piece.content
    advance(rt, 25 * 3600)
    assert enter().get(f"{PAGE}/rejects.csv").status_code == 404


def test_a_form_that_cannot_be_read_says_why_and_changes_nothing(
    enter: Enter, ids: dict[str, str], rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppression_lists, "_LARGEST", 1000)
    client = enter()
    for text, said, why in (
        (LIST, {"scope": "purpose"}, "Name the purpose"),
        (LIST, {"purpose": "survey"}, "Name the purpose"),
        ("", {}, "The file is empty"),
        ("x" * 1001, {}, "The file is too large"),
    ):
        answer = send(client, text, **said)
        assert answer.status_code == 422 and why in answer.text
    token = form_token(client, PAGE)
    assert "Choose a file first" in client.post(PAGE, data={"csrf_token": token}).text
    assert log(rt, "suppressions-imported") == []


def test_an_account_of_some_regions_sends_and_fetches_numbers_of_its_own_people_alone(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    local = enter(LOCAL)
    answer = send(local, f"+33639981280\n{NOBODYS}\n")
    assert "Nothing of it could be taken" in answer.text and "Nobody of your regions" in answer.text
    assert log(rt, "suppressions-imported") == []
    send(enter(), "+33639981280\n")
    assert "81280" not in local.get(f"{PAGE}/export.csv").text
    assert "•• 80" not in local.get(PAGE).text


def test_the_whole_list_is_fetched_with_numbers_in_full_and_on_record(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    answer = client.get(f"{PAGE}/export.csv?scope=sms")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="suppressions.csv"'
    assert answer.text.startswith("\ufeffnumber;scope") and OTHER in answer.text
    assert log(rt, "suppressions-exported") == [
        ("suppressions", {"scope": "sms", "source": "", "lifted": False})
    ]
    assert OTHER not in client.get(f"{PAGE}/export.csv?scope=all").text
    assert client.get(f"{PAGE}/export.csv?scope=never").status_code == 422
