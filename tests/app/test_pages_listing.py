"""Tables kept in the URL: nothing an address says fails, no row stands on two pages, no count runs away."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsvc.accounts.tables import access_log
from callsvc.runtime import Runtime
from callsvc.web.filters import ChoiceFilter, DateFilter, NumberFilter, TextFilter, contains, equals
from callsvc.web.listing import Column, Listing
from callsvc.web.paged import Table

PARIS = ZoneInfo("Europe/Paris")
ACTS = (("read", "Read"), ("write", "Written"))


def make(most_counted: int = 1000, indexed: bool = False) -> Listing:
    log = access_log.c
    return Listing(
        columns=(
            Column("at", "When", log.at, indexed=True, down_first=True),
            Column("action", "Act", log.action, indexed=indexed),
            Column("subject", "Of"),
        ),
        filters=(
            TextFilter("subject", "Of", contains(log.subject)),
            ChoiceFilter("action", "Act", ACTS, equals(log.action)),
            DateFilter("day", "Day", log.at, PARIS),
            NumberFilter("size", "Size", sa.func.length(log.subject)),
        ),
        unique=log.id,
        default="-at",
        most_counted=most_counted,
    )


@pytest.fixture
def rows(rt: Runtime, app: Flask) -> Iterator[Runtime]:
    """230 rows: three a day at 22:30, 23:30 and 00:30 in Paris, most of one action."""
    with rt.db.begin() as tx:
        for number in range(230):
            at = tx.now.replace(hour=21, minute=30) + timedelta(days=number // 3, hours=number % 3)
            tx.insert(
                access_log, id=f"log{number:04}", at=at, account_id="a", details={},
                action="write" if number % 10 == 0 else "read", subject=f"100%_{'x' * (number % 5)}",
            )  # fmt: skip
    with app.test_request_context("/console/", headers={"Accept-Language": "en"}):
        yield rt


def show(rt: Runtime, args: dict[str, str], listing: Listing | None = None) -> Table:
    mine = sa.select(access_log).where(access_log.c.account_id == "a")
    with rt.db.read() as tx:
        return (listing or make()).show(tx, mine, args, "/console/log")


def follow(rt: Runtime, link: str, listing: Listing | None = None) -> Table:
    args = {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}
    return show(rt, args, listing)


def test_the_first_page_shows_the_usual_order_and_the_total(rows: Runtime) -> None:
    table = show(rows, {})
    assert (table.total, table.more, table.pages, table.first, table.last) == (230, False, 10, 1, 25)
    assert table.rows[0].id == "log0229"
    assert [head.aria for head in table.headers] == ["descending", "none", "none"]
    assert table.headers[2].link == ""
    assert table.notices == ()


def test_pages_together_show_every_row_once_though_most_are_equal(rows: Runtime) -> None:
    pages = (show(rows, {"sort": "-action", "size": "50", "page": str(number)}) for number in range(1, 6))
    seen = [(row.action, row.id) for page in pages for row in page.rows]
    assert len(set(seen)) == 230
    assert seen == sorted(seen, reverse=True)  # equal ones in an order of their own, the same on every page


def test_links_keep_filters_and_order_and_turn_the_order_around(rows: Runtime) -> None:
    table = show(rows, {"action": "read", "sort": "action", "size": "50", "page": "2"})
    assert table.page(3) == "/console/log?action=read&sort=action&size=50&page=3"
    assert table.headers[1].link == "/console/log?action=read&sort=-action&size=50"
    assert follow(rows, table.headers[1].link).headers[1].aria == "descending"
    assert table.sized(100) == "/console/log?action=read&sort=action&size=100"
    [chip] = table.chips
    assert (chip.title, chip.value) == ("Act", "Read")
    assert table.without(chip) == "/console/log?sort=action&size=50"
    assert follow(rows, table.without(chip)).total == 230


def test_filters_mean_what_they_say(rows: Runtime) -> None:
    assert show(rows, {"action": "write"}).total == 23
    assert show(rows, {"subject": "%_XX"}).total == 138  # % and _ are themselves, the case does not matter
    assert show(rows, {"subject": "1_0"}).total == 0
    assert show(rows, {"size-from": "8", "size-to": "9"}).total == 92
    days = show(rows, {"day-from": "2020-11-17", "day-to": "2020-11-17"})
    assert days.total == 3  # half past midnight, and 22:30 and 23:30 of that day in Paris
    assert days.chips[0].value == "17 Nov 2020"


def test_what_the_address_gets_wrong_is_left_out_and_told(rows: Runtime) -> None:
    wrong = {
        "action": "burn", "day-from": "16/11/2020", "size-to": "-1", "sort": "password", "size": "7",
        "page": "99", "subject": "x" * 81,
    }  # fmt: skip
    table = show(rows, wrong)
    assert table.total == 230
    assert table.number == table.pages
    assert len(table.notices) == 7
    assert table.chips == ()
    assert table.link() == "/console/log?page=10"
    assert "The filter “Act” was left out: this choice does not exist." in table.notices


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    args=st.dictionaries(
        st.sampled_from(
            ["subject", "action", "day-from", "day-to", "size-from", "size-to", "sort", "size", "page"]
        ),
        st.one_of(
            st.text(max_size=90),
            st.sampled_from(["9" * 30, "²", "٣", "0000-01-01", "9999-12-31", "\x00", "-"]),
        ),
    )
)
def test_no_address_fails(rows: Runtime, args: dict[str, str]) -> None:
    table = show(rows, args)
    assert 1 <= table.number <= table.pages
    follow(rows, table.link())


def test_a_count_ends_where_it_is_told_and_pages_with_it(rows: Runtime) -> None:
    table = show(rows, {"page": "5"}, make(most_counted=100))
    assert (table.total, table.more, table.pages, table.number) == (100, True, 4, 4)


def test_an_order_without_an_index_is_refused_while_rows_are_uncounted(rows: Runtime) -> None:
    few = make(most_counted=100)
    table = show(rows, {"sort": "action"}, few)
    assert table.headers[0].aria == "descending"
    assert "filter them first" in table.notices[0]
    assert show(rows, {"sort": "action", "action": "write"}, few).notices == ()
    assert show(rows, {"sort": "action"}, make(most_counted=100, indexed=True)).notices == ()


def test_the_pager_names_the_ends_and_the_neighbours(rows: Runtime) -> None:
    assert show(rows, {}).near == (1, 2, 0, 10)
    assert show(rows, {"page": "4"}).near == (1, 2, 3, 4, 5, 0, 10)
    assert show(rows, {"page": "6"}).near == (1, 0, 5, 6, 7, 0, 10)
    assert show(rows, {"action": "write"}).near == (1,)
