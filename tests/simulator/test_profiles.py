"""The carriers that can be played: what each lacks and how it is entered."""

from typing import Any

import pytest
import requests

from callsvc.simulator.profiles.profile import PROFILES
from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.simulator.service import OURS


def asked(
    running: RunningSimulator, method: str, path: str, *, bearer: bool, **data: str
) -> requests.Response:
    settings = running.settings
    auth = None if bearer else (settings.account_sid, settings.auth_token)
    headers = {"Authorization": f"Bearer {settings.auth_token}"} if bearer else {}
    with requests.Session() as session:
        session.trust_env = False
        url = f"{running.address}{path}"
        return session.request(method, url, data=data, auth=auth, headers=headers, timeout=10)


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "somleng"])
def test_a_profile_answers_under_its_own_address_and_credentials_only(profile: str) -> None:
    chosen = PROFILES[profile]
    with running_simulator(profile=profile) as running:
        path = chosen.address("/Calls.json").format(account=running.settings.account_sid)
        bearer = chosen.auth == "bearer"
        assert asked(running, "GET", path, bearer=bearer).status_code == 200
        assert asked(running, "GET", path, bearer=not bearer).status_code == 401
        for other in PROFILES.values():
            if other.base != chosen.base:
                elsewhere = other.address("/Calls.json").format(account=running.settings.account_sid)
                assert asked(running, "GET", elsewhere, bearer=bearer).status_code == 404


def test_a_carrier_without_conferences_knows_neither_the_resource_nor_the_noun() -> None:
    with running_simulator(profile="somleng", stepped=True) as running:
        account = f"/2010-04-01/Accounts/{running.settings.account_sid}"
        assert asked(running, "GET", f"{account}/Conferences.json", bearer=False).status_code == 404
        running.add_people([{"number": "+33639980001"}])
        document = "<Response><Dial><Conference>room</Conference></Dial></Response>"
        made = asked(
            running,
            "POST",
            f"{account}/Calls.json",
            bearer=False,
            To="+33639980001",
            From=OURS,
            Twiml=document,
        ).json()
        assert len(made["sid"]) == 36
        running.step(until="idle")
        lines = running.call(made["sid"])["timeline"]
        assert [line["code"] for line in lines if line["kind"] == "notification"] == [12200]


def test_a_carrier_that_wants_an_application_says_so() -> None:
    with running_simulator(profile="telnyx") as running:
        path = f"/v2/texml/Accounts/{running.settings.account_sid}/Calls"
        form = {"To": "+33639980001", "From": OURS, "Twiml": "<Response/>"}
        refusal = asked(running, "POST", path, bearer=True, **form)
        assert (refusal.status_code, "ApplicationSid" in refusal.text) == (400, True)
        assert asked(running, "POST", path, bearer=True, ApplicationSid="app-1", **form).status_code == 201


@pytest.mark.parametrize("profile", ["twilio", "signalwire"])
def test_addresses_inside_answers_lead_where_they_say(profile: str) -> None:
    """A participant's recording, a page, a notification: each is found again at the `uri` that was told."""
    twiml = "<Response><Nonsense/><Dial><Conference waitUrl=''>room</Conference></Dial></Response>"
    with running_simulator(profile=profile, stepped=True) as running:
        running.add_people([{"number": f"+3363998000{last}"} for last in (1, 2)])
        path = PROFILES[profile].address("/Calls.json", running.settings.account_sid)
        for last in (1, 2):
            form = {"To": f"+3363998000{last}", "From": OURS, "Twiml": twiml}
            made = asked(running, "POST", path, bearer=False, **form).json()
        running.step(20)

        def fetch(uri: str) -> Any:
            answer = asked(running, "GET", uri, bearer=False)
            assert answer.status_code == 200, uri
            return answer.json()

        call = fetch(made["uri"])
        (notice,) = fetch(call["subresource_uris"]["notifications"])["notifications"]
        assert fetch(notice["uri"])["call_sid"] == call["sid"]
        listed = fetch(PROFILES[profile].address("/Conferences.json", running.settings.account_sid))
        conference = fetch(listed["conferences"][0]["uri"])
        page = fetch(conference["subresource_uris"]["participants"] + "?PageSize=1")
        second = fetch(page["next_page_uri"])["participants"][0]
        other = page["participants"][0]["call_sid"]
        coached = asked(
            running, "POST", second["uri"], bearer=False, Coaching="true", CallSidToCoach=other
        ).json()
        assert (fetch(second["uri"])["call_sid_to_coach"], coached["coaching"]) == (other, True)


def test_a_request_is_on_the_page_of_its_call_whatever_the_base_path() -> None:
    with running_simulator(profile="signalwire", stepped=True) as running:
        running.add_people([{"number": "+33639980001"}])
        path = PROFILES["signalwire"].address("/Calls.json", running.settings.account_sid)
        form = {"To": "+33639980001", "From": OURS, "Twiml": "<Response><Nonsense/></Response>"}
        sid = asked(running, "POST", path, bearer=False, **form).json()["sid"]
        running.step()
        page = asked(running, "GET", f"/_simulator/page/calls/{sid}", bearer=False).text
        assert path in page
        overview = asked(running, "GET", "/", bearer=False).text
        assert f'href="/_simulator/page/calls/{sid}"><time' in overview.replace("\n", "")
