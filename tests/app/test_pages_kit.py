"""The frame around every page: menu by role, times by region, toasts once, the theme without a flash."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask, g, session
from flask.testing import FlaskClient
from flask_babel import force_locale

from callsvc.accounts.scope import ROLE_SCOPES, Principal
from callsvc.language import register_languages
from callsvc.web import csrf, navigation
from callsvc.web.kit import register_kit
from callsvc.web.navigation import Entry, menu
from callsvc.web.times import ago, day, reader_zone, weekday_names, when, zone_of
from callsvc.web.toasts import take_toasts, toast

from .conftest import form_token
from .world import CHIEF

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
SignIn = Callable[[str], FlaskClient]


def principal(role: str = "supervisor", *regions: str) -> Principal:
    return Principal(
        account_id="acc1",
        role=role,
        regions=frozenset(regions) or "*",
        scopes=ROLE_SCOPES[role],
        language="en",
    )


@pytest.fixture
def request_of() -> Iterator[None]:
    app = Flask("callsvc")
    app.secret_key = "test"
    csrf.init_app(app)
    register_languages(app)
    register_kit(app, zones=lambda: {"44": "Europe/Paris", "04": "Indian/Reunion", "99": "Mars/Olympus"})
    app.add_url_rule("/console/dashboard", endpoint="metrics.dashboard", view_func=lambda: "")
    app.add_url_rule("/console/accounts", endpoint="accounts.index", view_func=lambda: "")
    app.add_url_rule(
        "/console/stop/<id>", endpoint="campaigns.act", view_func=lambda id: id, methods=["POST"]
    )
    with app.test_request_context("/console/dashboard", headers={"Accept-Language": "en"}):
        yield


@pytest.mark.usefixtures("request_of")
class TestTimes:
    def test_an_instant_is_shown_by_the_clock_of_its_region(self) -> None:
        assert '<time datetime="2020-11-16T11:00:00+00:00"' in when(NOON)
        assert ">16 Nov 2020, 12:00<" in when(NOON)
        assert ">16 Nov 2020, 15:00 UTC+4<" in when(NOON, zone_of("04"))

    def test_whoever_lives_there_needs_no_name_of_the_zone(self) -> None:
        g.principal = principal("supervisor", "04")
        assert str(reader_zone()) == "Indian/Reunion"
        assert ">16 Nov 2020, 15:00<" in when(NOON, zone_of("04"))
        assert ">12:00 CET<" in when(NOON, zone_of("44"), "time")

    def test_the_whole_country_and_unknown_places_read_paris(self) -> None:
        g.principal = principal()
        assert str(reader_zone()) == str(zone_of("nowhere")) == str(zone_of("99")) == "Europe/Paris"

    def test_distances_and_days(self) -> None:
        assert ">3 min ago<" in ago(NOON, NOON.replace(minute=3))
        assert ">in 2 hr<" in ago(NOON, NOON.replace(hour=9))
        assert ">17 Nov 2020<" in day(NOON.replace(hour=21), zone_of("04"))
        assert "<time" not in when(None) + ago(None) + day(None)

    def test_days_of_the_week_are_named_in_the_language_of_the_reader(self) -> None:
        assert (weekday_names()["mon"], weekday_names("wide")["sun"]) == ("Mon", "Sunday")
        with force_locale("fr"):
            assert (weekday_names()["fri"], weekday_names("narrow")["wed"]) == ("ven.", "M")


@pytest.mark.usefixtures("request_of")
class TestToasts:
    def test_a_toast_is_told_once_with_what_undoes_it(self) -> None:
        toast("Paused.", undo=("campaigns.act", {"id": "tracing"}))
        [one] = take_toasts()
        assert (one.text, one.kind, one.undo) == ("Paused.", "good", "/console/stop/tracing")
        assert take_toasts() == []

    def test_only_the_newest_wait(self) -> None:
        for number in range(9):
            toast(str(number))
        assert [one.text for one in take_toasts()] == ["6", "7", "8"]
        assert "toasts" not in session


@pytest.mark.usefixtures("request_of")
class TestMenu:
    def test_the_menu_offers_what_exists_and_what_the_person_may(self) -> None:
        assert menu() == []
        g.principal = principal("supervisor")
        assert [str(link.title) for _, links in menu() for link in links] == ["Dashboard"]
        g.principal = principal("administrator")
        links = [link for _, links in menu() for link in links]
        assert [(link.href, link.current) for link in links] == [
            ("/console/dashboard", True),
            ("/console/accounts", False),
        ]

    def test_a_page_the_menu_does_not_name_belongs_to_its_blueprint(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entries = (Entry("metrics.board", "Board", "report"), Entry("accounts.index", "Accounts", "report"))
        monkeypatch.setattr(navigation, "MENU", (("All", entries),))
        g.principal = principal("administrator")
        assert [link.current for _, links in menu() for link in links] == [False]  # accounts is another one


def test_every_entry_of_the_menu_asks_for_what_its_page_asks(app: Flask) -> None:
    from callsvc.accounts.guard import guard_of

    asked = {}
    for _, entries in navigation.MENU:
        for entry in entries:
            if view := app.view_functions.get(entry.endpoint):
                guard = guard_of(view)
                assert guard is not None
                asked[entry.endpoint] = (entry.scope, guard.scope)
    assert asked["metrics.dashboard"]
    assert [endpoint for endpoint, (offered, needed) in asked.items() if offered != needed] == []


def test_the_theme_and_the_language_are_kept_without_an_account(client: FlaskClient) -> None:
    assert 'data-theme="auto"' in client.get("/console/sign-in").text
    token = form_token(client)
    form = {"theme": "dark", "next": "/console/sign-in?x=1", "csrf_token": token}
    assert client.post("/console/preferences", data=form).location == "/console/sign-in?x=1"
    page = client.get("/console/sign-in").text
    assert 'data-theme="dark"' in page
    assert '<meta name="color-scheme" content="dark">' in page
    client.post("/console/preferences", data={"language": "en", "csrf_token": token})
    assert '<html lang="en"' in client.get("/console/sign-in", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize("form", [{"theme": "pink"}, {"language": "de"}, {}])
def test_a_preference_that_does_not_exist_is_refused(client: FlaskClient, form: dict[str, str]) -> None:
    answer = client.post("/console/preferences", data=form | {"csrf_token": form_token(client)})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/console\\x", "/console x", "/api/"]
)
def test_a_preference_never_leads_to_another_site(client: FlaskClient, next_: str) -> None:
    form = {"theme": "light", "next": next_, "csrf_token": form_token(client)}
    assert client.post("/console/preferences", data=form).location == "/"


def test_a_forged_theme_is_the_usual_one(client: FlaskClient) -> None:
    client.set_cookie("callsvc_theme", '"><script>')
    assert 'data-theme="auto"' in client.get("/console/sign-in").text


def test_a_signed_in_page_shows_its_place_in_the_menu(signed_in: SignIn) -> None:
    page = signed_in(CHIEF).get("/console/campaigns/tracing").text
    assert '<a href="/console/campaigns/" aria-current="page">Campagnes</a>' in page
