"""The blueprint of a supervisor's pages, and what they share."""

from flask import Blueprint

from callsvc.accounts.scope import Principal
from callsvc.core.db import Tx
from callsvc.platforms.queries import regions_by_name

blueprint = Blueprint("supervising", __name__, url_prefix="/console")


def regions_of(tx: Tx, principal: Principal) -> dict[str, str]:
    """Names of the reader's regions by code, in the order of names."""
    return {row.code: row.name for row in regions_by_name(tx) if principal.works_in(row.code)}


def names_of(tx: Tx) -> dict[str, str]:
    """Names of all regions: whom one aids may be anywhere."""
    return {row.code: row.name for row in regions_by_name(tx)}
