"""Which numbers people are shown is told on one page, with the campaigns of the reader's places."""

import re
from collections.abc import Callable

from callsvc.campaigns.caller_files import apply_callers, read_callers
from callsvc.campaigns.service import change_state
from callsvc.runtime import Runtime
from tests.campaigning.conftest import Visit

POOLS = """
pools:
  - id: national
    title: Numéros nationaux
    verify: "01 99 00 09 99"
    choose: day
    senders: [{value: "+33199000101", regions: ["44"]}, {value: "+33199000102", can_reply: false}]
  - {id: writing, title: Pour écrire, senders: [{value: "38000"}, {value: "SANTE"}]}
"""


def declare(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        apply_callers(tx, read_callers(POOLS), "test")


def rows(page: str) -> dict[str, list[str]]:
    """By number its cells, as words."""
    found = re.findall(r'<th scope="row"><span class="number">([^<]+)</span></th>(.*?)</tr>', page, re.S)
    cells = {value: re.findall(r"<td[^>]*>(.*?)</td>", rest, re.S) for value, rest in found}
    return {
        value: [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in told] for value, told in cells.items()
    }


def test_pools_tell_what_each_number_may_do_and_the_number_that_proves_a_call(
    rt: Runtime, visit: Visit
) -> None:
    declare(rt)
    page = visit("ana").get("/callers").text
    kind, all_of_it = "reserved for fiction", "those of its kind"
    assert rows(page) == {
        "+33199000101": [kind, "yes", "yes", "yes", "Grand Est", all_of_it],
        "+33199000102": [kind, "yes", "yes", "no", "all", all_of_it],
        "38000": ["short code", "no", "yes", "yes", "all", all_of_it],
        "SANTE": ["name", "no", "yes", "no", "all", all_of_it],
    }
    assert "01 99 00 09 99" in page and "Another number each day" in page
    assert "callsvc callers apply FILE" in page and "PUT /api/v1/callers" in page


def test_a_pool_names_the_campaigns_of_the_readers_places_that_use_it(
    rt: Runtime, visit: Visit, fill: Callable[..., str]
) -> None:
    declare(rt)
    fill(campaign_id="autumn", caller_id="", caller_pool="national", sms_sender="", sms_pool="writing")
    fill(campaign_id="own-number")
    fill(people=0, campaign_id="elsewhere", caller_id="", caller_pool="national")
    page = visit("ana").get("/callers").text
    national, writing = (page.index(f'id="pool-{name}"') for name in ("national", "writing"))
    assert page[national:writing].count("/console/campaigns/autumn") == 1
    assert "/console/campaigns/elsewhere" in page[national:writing]
    assert "/console/campaigns/autumn" in page[writing : page.index('id="single"')]
    single = page[page.index('id="single"') :]
    assert single.count("/console/campaigns/own-number") == 1 and "calls, SMS" in single
    local = visit("eve").get("/callers").text
    assert "/console/campaigns/autumn" in local and "elsewhere" not in local


def test_a_campaign_that_is_over_is_counted_and_not_listed(
    rt: Runtime, visit: Visit, fill: Callable[..., str]
) -> None:
    declare(rt)
    fill(caller_id="", caller_pool="national")
    change_state(rt, "autumn", "start", "test")
    change_state(rt, "autumn", "stop", "test")
    page = visit("ana").get("/callers").text
    assert "Campaigns that are over: 1" in page and "/console/campaigns/autumn" not in page


def test_without_a_pool_the_page_says_so(visit: Visit) -> None:
    assert "No pool is declared" in visit("ana").get("/callers").text
    assert visit("sue").get("/callers").status_code == 403
