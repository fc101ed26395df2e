"""``callsvc contacts reindex``: make everybody findable, after an update or a new data key."""

from collections.abc import Callable

import click

from callsvc.runtime import Runtime


@click.command("reindex")
@click.option("--everybody", is_flag=True, help="Begin anew, also for people indexed already.")
@click.pass_obj
def command(make_rt: Callable[[], Runtime], *, everybody: bool) -> None:
    """Index people by name, last digits and case, a batch at a time; interrupted, run it again."""
    from callsvc.contacts.searching.indexing import reindex, unindexed

    rt = make_rt()
    done = reindex(rt, everybody=everybody)
    with rt.db.read() as tx:
        click.echo(f"{done} people indexed, {unindexed(tx)} left")
