"""A database with people in it is brought to the newest version, and nobody is lost."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.core.db import connect, metadata
from callsvc.migrations import current_version, newest_version, upgrade

AT = "2020-11-16 09:00:00.000000"


def _fill(engine: sa.Engine) -> None:
    """One row of each table that others point to, by reflection: today's tables are not those of then."""
    then = sa.MetaData()
    then.reflect(engine)
    rows: dict[str, dict[str, Any]] = {
        "region": {"code": "44"},
        "platform": {"code": "67", "region_code": "44"},
        "flow_version": {"version": "v1"},
        "campaign": {"id": "tracing", "flow_version": "v1", "state": "running", "config": "{}"},
        "contact": {"id": "ctc1", "platform_code": "67", "region_code": "44"},
        "campaign_contact": {
            "id": "cct1",
            "campaign_id": "tracing",
            "contact_id": "ctc1",
            "region_code": "44",
            "platform_code": "67",
            "status": "waiting",
        },
        "call": {"id": "cal1", "region_code": "44", "platform_code": "67", "campaign_contact_id": "cct1"},
    }
    with engine.begin() as connection:
        for name, values in rows.items():
            table = then.tables[name]
            full = {column.name: values.get(column.name, _any(column)) for column in table.columns}
            marks = ", ".join(f":{column}" for column in full)
            names = ", ".join(f'"{column}"' for column in full)
            connection.execute(sa.text(f'INSERT INTO "{name}" ({names}) VALUES ({marks})'), full)


def _any(column: sa.Column[Any]) -> Any:
    if column.nullable:
        return None
    kind = str(column.type).upper()
    if "DATE" in kind or "TIME" in kind:
        return AT
    if "INT" in kind or "BOOL" in kind:
        return 0
    return b"" if "BLOB" in kind else ""


@pytest.mark.parametrize("version", ["0005", "0006"])
def test_people_of_an_older_version_keep_their_places_and_calls(tmp_path: Path, version: str) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, version)
    _fill(engine)
    upgrade(engine)
    assert current_version(engine) == newest_version()
    with engine.connect() as connection:
        place = connection.execute(sa.select(metadata.tables["campaign_contact"])).one()
        call = connection.execute(sa.select(metadata.tables["call"])).one()
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert (place.id, str(place.elicited_on), place.resting, place.tries_by_kind) == (
        "cct1",
        "2020-11-16",
        False,
        {},
    )
    assert call.campaign_contact_id == "cct1"
    engine.dispose()
