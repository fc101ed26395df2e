"""A stop of everything is told where an operator looks."""

from callsvc.campaigns.halting import lift_stop
from callsvc.dialing.stopping import emergency_stop
from callsvc.operations.checks.stops import check_stop
from callsvc.runtime import Runtime


def test_a_stop_of_everything_is_wrong_until_it_is_lifted(rt: Runtime) -> None:
    url = rt.db.engine.url.render_as_string(hide_password=False)
    settings = rt.settings.model_copy(update={"database_url": url})
    assert check_stop(settings).state == "ok"
    emergency_stop(rt, None, "alice")
    told = check_stop(settings)
    assert told.state == "wrong" and "lift-stop" in told.advice
    with rt.db.begin() as tx:
        lift_stop(tx, "bob")
    assert check_stop(settings).state == "ok"


def test_a_database_that_is_not_there_is_another_checks_affair(rt: Runtime) -> None:
    settings = rt.settings.model_copy(update={"database_url": "sqlite:////nowhere/at/all.db"})
    assert check_stop(settings).state == "skipped"
