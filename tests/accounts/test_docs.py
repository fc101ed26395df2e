"""docs/accounts.md says what the code does."""

import re
from pathlib import Path

import pytest

from callsvc.accounts.guard import guard_of
from callsvc.accounts.scope import NATIONAL, ROLE_SCOPES, SCOPES
from callsvc.accounts.tables import ROLES
from callsvc.accounts.words import ROLE_WORDS, SCOPE_WORDS
from callsvc.app import create_app
from callsvc.runtime import Runtime

PAGE = Path(__file__).parents[2] / "docs/accounts.md"


def part(name: str) -> str:
    found = re.search(rf"<!-- {name}:.*?-->\n(.*?)<!-- /{name} -->", PAGE.read_text(), re.S)
    assert found, name
    return found[1]


def roles() -> str:
    rows = [
        ["scope", "what it allows", *ROLE_SCOPES],
        ["---"] * (2 + len(ROLE_SCOPES)),
        *(
            [f"`{scope}`{' *' if scope in NATIONAL else ''}", meaning]
            + ["yes" if scope in held else "" for held in ROLE_SCOPES.values()]
            for scope, meaning in SCOPES.items()
        ),
    ]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def test_the_table_of_roles_is_the_codes() -> None:
    assert part("roles") == roles(), f"put this between the marks:\n{roles()}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_list_of_what_anybody_may_ask_is_the_codes(rt: Runtime) -> None:
    app = create_app(rt)
    lines = set()
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if guard is not None and guard.kind == "public":
            methods = "/".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            lines.add(f"| `{methods} {rule.rule}` | {guard.why} |\n")
    table = "| route | why that is safe |\n|---|---|\n" + "".join(sorted(lines))
    assert part("public") == table, f"put this between the marks:\n{table}"


def test_every_role_and_scope_has_words_and_somebody_holds_every_scope() -> None:
    assert set(ROLE_WORDS) == set(ROLES) == set(ROLE_SCOPES)
    assert set(SCOPE_WORDS) == set(SCOPES) == frozenset().union(*ROLE_SCOPES.values())
