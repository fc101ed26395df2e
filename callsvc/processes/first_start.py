"""What an embedded installation needs before anybody can do anything with it.

Only for SQLite, and only while there is no account: France's regions and platforms, the library's flows, and
an administrator whose password is said once. A production database is set up by its operator.
"""

import secrets

from callsvc.accounts.service import add_account, has_accounts
from callsvc.assembly import make_runtime
from callsvc.flows.service import publish
from callsvc.platforms.service import load_france
from callsvc.processes.stack import Stack
from callsvc.runtime import Runtime
from ivr_flows.library import EXAMPLES, flow_text, names

FIRST = "admin@localhost.example"


def set_up_first(stack: Stack) -> str:
    """The administrator's password if this was the first start; empty otherwise."""
    if not stack.database_url.startswith("sqlite"):
        return ""
    rt = make_runtime(stack.settings())
    try:
        return "" if has_accounts(rt) else _found(rt)
    finally:
        rt.db.engine.dispose()


def _found(rt: Runtime) -> str:
    with rt.db.begin() as tx:
        load_france(tx)
        for name in names():
            if name not in EXAMPLES:
                publish(tx, flow_text(name), "library")
    password = secrets.token_urlsafe(9)
    # It was on a screen and maybe in a log, so it opens one page: the one that asks for another.
    add_account(
        rt,
        FIRST,
        password=password,
        role="administrator",
        regions=("*",),
        name="Administrator",
        must_change=True,
    )
    return password
