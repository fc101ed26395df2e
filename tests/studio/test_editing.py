"""Drafts: what is wrong is said with its line, nobody overwrites anybody, only what is right is published."""

import re

import sqlalchemy as sa

from callsvc.accounts.tables import access_log
from callsvc.flows.service import newest_version
from callsvc.flows.tables import flow_draft, flow_publication
from callsvc.runtime import Runtime
from tests.factories import advance

from .conftest import TEXT, Visitor, form_of

DRAFT = "/console/flows/callback/draft"
PUBLISH = "/console/flows/callback/publish"
BROKEN = TEXT.replace('"2": no_longer', '"2": nowhere')
OTHER = TEXT.replace("Merci et au revoir.", "Au revoir.")


def test_the_list_of_nothing_says_what_to_do(visit: Visitor) -> None:
    page = visit("ana").get("/console/flows/").text
    assert "Aucun scénario" in page and "/console/flows/new" in page


def test_a_flow_is_listed_with_what_a_reader_asks(visit: Visitor, version: str) -> None:
    page = visit("ana").get("/console/flows/").text
    assert "Rappel demandé" in page and version[:8] in page and "fr, en" in page


def test_a_supervisor_reads_and_changes_nothing(visit: Visitor, version: str) -> None:
    sue = visit("sue")
    for path in ("", "callback", f"callback/versions/{version}", "callback/leaving", "callback/compare"):
        answer = sue.get(f"/console/flows/{path}")
        assert answer.status_code == 200 and "callback/draft" not in answer.text, path
    assert sue.get(DRAFT).status_code == 403
    assert visit("art").get("/console/flows/").status_code == 403


def test_findings_come_with_their_line_and_what_to_do(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    told = ana.post(f"{DRAFT}/lint", data=form_of(ana, DRAFT, source=BROKEN)).json
    finding = next(one for one in told["findings"] if one["id"] == "dangling-target")
    assert BROKEN.splitlines()[finding["line"] - 1].strip().startswith("keys:") and finding["fix"]
    assert f'data-line="{finding["line"]}"' in told["html"] and "start" in told["names"]["steps"]


def test_a_text_that_is_no_flow_is_a_finding_too(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    for text in ("", "a: [", "id: other\n", "- 1", "&a [*a]", "x" * 200_000):
        answer = ana.post(f"{DRAFT}/lint", data=form_of(ana, DRAFT, source=text))
        assert answer.status_code == 200 and answer.json["findings"], text[:20]


def test_a_long_text_in_any_script_fits_and_a_longer_one_is_told(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    long = f"{TEXT}# {'سلام' * 48_000}"
    assert ana.post(f"{DRAFT}/lint", data=form_of(ana, DRAFT, source=long)).json["findings"] == []
    answer = ana.post(DRAFT, data=form_of(ana, DRAFT, source="x" * 200_001))
    assert answer.status_code == 422 and "flow-too-long" in answer.text


def test_a_text_under_another_name_is_refused(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    renamed = TEXT.replace("id: callback", "id: renamed")
    told = ana.post(f"{DRAFT}/lint", data=form_of(ana, DRAFT, source=renamed)).json
    assert told["findings"][0]["id"] == "flow-name-differs"
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=renamed))
    answer = ana.post(PUBLISH, data=form_of(ana, PUBLISH.replace("publish", "draft"), why="A new name."))
    assert answer.status_code == 422


def test_two_people_do_not_overwrite_each_other(rt: Runtime, visit: Visitor, version: str) -> None:
    ana, ben = visit("ana"), visit("ben")
    of_ana, of_ben = form_of(ana, DRAFT, source=OTHER), form_of(ben, DRAFT, source=BROKEN)
    by_script = {"Accept": "application/json"}
    assert ana.post(DRAFT, data=of_ana, headers=by_script).json == {"revision": 1}
    refused = ben.post(DRAFT, data=of_ben, headers=by_script)
    assert refused.status_code == 409 and "Ana" in refused.json["message"]
    page = ben.post(DRAFT, data=of_ben)
    assert (
        page.status_code == 409 and "Ana" in page.text and "nowhere" in page.text
    )  # what ben wrote is still there
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(flow_draft.c.source)) == OTHER


def test_an_error_is_never_published(rt: Runtime, visit: Visitor, version: str) -> None:
    ana = visit("ana")
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=BROKEN))
    sent = form_of(ana, DRAFT, why="It will be fine.")
    assert ana.post(PUBLISH, data=sent).status_code == 422
    with rt.db.read() as tx:
        assert newest_version(tx, "callback") == version


def test_publishing_asks_why_and_keeps_the_answer(rt: Runtime, visit: Visitor, version: str) -> None:
    ana = visit("ana")
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=OTHER))
    advance(rt, 60)
    assert ana.post(PUBLISH, data=form_of(ana, PUBLISH)).status_code == 422
    assert ana.post(PUBLISH, data=form_of(ana, PUBLISH, why="A shorter goodbye.")).status_code == 302
    page = ana.get("/console/flows/callback").text
    assert "A shorter goodbye." in page and "Ana" in page
    with rt.db.read() as tx:
        assert newest_version(tx, "callback") != version
        assert tx.first(sa.select(flow_draft)) is None
        row = tx.first(sa.select(flow_publication).order_by(flow_publication.c.at.desc()))
        assert row is not None and row.previous == version
        said = tx.all(sa.select(access_log.c.action, access_log.c.subject))
        assert ("flow-published", "callback") in [tuple(one) for one in said]


def test_a_draft_that_changed_since_it_was_read_is_not_published(visit: Visitor, version: str) -> None:
    ana, ben = visit("ana"), visit("ben")
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=OTHER))
    read = form_of(ana, PUBLISH, why="A shorter goodbye.")
    ben.post(DRAFT, data=form_of(ben, DRAFT, source=TEXT.replace("Merci et", "Merci,")))
    assert ana.post(PUBLISH, data=read).status_code == 409


def test_a_warning_must_be_ticked(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    unused = TEXT.replace("prompts:\n", "prompts:\n  spare: {fr: {text: Rien.}, en: {text: Nothing.}}\n", 1)
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=unused))
    sent = form_of(ana, PUBLISH, why="With a spare prompt.")
    assert ana.post(PUBLISH, data=sent).status_code == 422
    tickets = re.findall(r'name="ticked" value="([^"]+)"', ana.get(PUBLISH).text)
    assert any(one.startswith("unused-prompt@") for one in tickets)
    assert ana.post(PUBLISH, data=sent | {"ticked": tickets}).status_code == 302


def test_going_back_is_publishing_again_with_a_reason(rt: Runtime, visit: Visitor, version: str) -> None:
    ana = visit("ana")
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=OTHER))
    advance(rt, 60)
    ana.post(PUBLISH, data=form_of(ana, PUBLISH, why="A shorter goodbye."))
    advance(rt, 60)
    back = f"/console/flows/callback/versions/{version}/publish"
    assert ana.post(back, data=form_of(ana, back)).status_code == 422
    assert ana.post(back, data=form_of(ana, back, why="People missed the thanks.")).status_code == 302
    with rt.db.read() as tx:
        assert newest_version(tx, "callback") == version
    assert "People missed the thanks." in ana.get("/console/flows/callback").text


def test_a_new_flow_begins_with_one_of_the_library(visit: Visitor, version: str) -> None:
    ana, new = visit("ana"), "/console/flows/new"
    assert ana.post(new, data=form_of(ana, new, name="Majuscules", template="callback")).status_code == 422
    assert ana.post(new, data=form_of(ana, new, name="callback", template="callback")).status_code == 409
    assert ana.post(new, data=form_of(ana, new, name="mine", template="callback")).status_code == 302
    page = ana.get("/console/flows/mine/draft").text
    assert "id: mine" in page and "library" not in page.partition("<textarea")[0].lower()


def test_a_draft_travels_as_a_file(visit: Visitor, version: str) -> None:
    from io import BytesIO

    ana = visit("ana")
    file = ana.get(f"{DRAFT}/file")
    assert file.text == TEXT and "callback.yaml" in file.headers["Content-Disposition"]
    sent = form_of(ana, DRAFT) | {"file": (BytesIO(OTHER.encode()), "callback.yaml")}
    assert ana.post(f"{DRAFT}/file", data=sent, content_type="multipart/form-data").status_code == 302
    assert ana.get(f"{DRAFT}/file").text == OTHER
    wrong = form_of(ana, DRAFT) | {"file": (BytesIO(b"\xff\xfe\x00"), "callback.yaml")}
    assert ana.post(f"{DRAFT}/file", data=wrong, content_type="multipart/form-data").status_code == 422


def test_a_draft_is_thrown_away_and_the_version_stays(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=OTHER))
    ana.post(f"{DRAFT}/discard", data=form_of(ana, DRAFT))
    assert "Merci et au revoir." in ana.get(DRAFT).text


def test_what_a_flow_says_is_text_wherever_it_is_shown(rt: Runtime, visit: Visitor, version: str) -> None:
    """Its drawing and its differences stand in the page itself."""
    ana, evil = visit("ana"), "<img src=x>"
    text = OTHER.replace("session.language == 'en'", f"session.language == 'en' or platform.name == '{evil}'")
    text = text.replace("Rappel demandé", f"Rappel {evil}").replace("Au revoir.", f"Au revoir {evil}.")
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=text))
    before = [
        ana.get(f"/console/flows/callback{path}") for path in ("/compare", "/publish", "/draft", "/try")
    ]
    answer = ana.post(PUBLISH, data=form_of(ana, PUBLISH, why=f"Because {evil}."))
    assert answer.status_code == 302, answer.text
    after = [ana.get(f"/console/flows/{path}") for path in ("", "callback", "callback/compare")]
    for page in (*before, *after):
        assert page.status_code == 200 and evil not in page.text
    assert "&lt;img src=x&gt;" in after[1].text


def test_a_flow_nobody_knows_is_not_found(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    for path in ("nowhere", "nowhere/draft", "nowhere/try", "nowhere/leaving", "callback/versions/v9"):
        assert ana.get(f"/console/flows/{path}").status_code == 404, path
    assert ana.get("/console/flows/callback/publish").status_code == 404
