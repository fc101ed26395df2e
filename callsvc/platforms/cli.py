"""``callsvc platforms``: the map of regions and platforms, for whoever sets up a database of their own."""

from collections.abc import Callable

import click

from callsvc.platforms.service import load_france
from callsvc.runtime import Runtime


@click.group()
def platforms() -> None:
    """Regions and departmental platforms."""


@platforms.command()
@click.pass_obj
def france(make_rt: Callable[[], Runtime]) -> None:
    """Declare France's 18 regions and 101 platforms; what is there keeps its pool and hours."""
    with make_rt().db.begin() as tx:
        count = load_france(tx)
    click.echo(f"{count} platforms are known.")
