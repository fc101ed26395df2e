"""Writes that are sent together arrive, and fail, as if each had been sent alone."""

import pytest
from sqlalchemy.exc import IntegrityError

from callsvc.platforms.tables import region
from callsvc.runtime import Runtime


def test_all_of_them_are_there_for_the_next_statement(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        with tx.together():
            tx.insert(region, code="44", name="Grand Est", zone="Europe/Paris")
            tx.insert(region, code="53", name="Bretagne", zone="Europe/Paris")
            tx.update_row(region, "44", name="Alsace")
        assert {row.code: row.name for row in tx.all(region.select())} == {"44": "Alsace", "53": "Bretagne"}


def test_an_error_of_one_is_raised_as_ever_and_undoes_the_transaction(rt: Runtime) -> None:
    with pytest.raises(IntegrityError), rt.db.begin() as tx, tx.together():
        tx.insert(region, code="44", name="Grand Est", zone="Europe/Paris")
        tx.insert(region, code="44", name="Alsace", zone="Europe/Paris")
        tx.insert(region, code="53", name="Bretagne", zone="Europe/Paris")
    with rt.db.begin() as tx:  # and the connection may be used again
        assert tx.all(region.select()) == []
