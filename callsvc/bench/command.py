"""``callsvc bench NAME``: one file a measurement, imported when it is asked for."""

from importlib import import_module

import click

# name -> (where it lives, what it measures)
MEASUREMENTS: dict[str, tuple[str, str]] = {
    "streams": ("callsvc.bench.streams:streams", "Event streams held by one stream process."),
    "webhook": ("callsvc.bench.webhook:webhook", "What a voice webhook costs, against a bare route."),
    "flows": ("callsvc.bench.flows:flows", "What a turn of a flow costs, against its state as JSON."),
    "import": ("callsvc.bench.imports:imports", "A long messy list imported, against its numbers alone."),
    "routing": ("callsvc.bench.routing:routing", "Our router against others, in the twin."),
    "twin": ("callsvc.bench.twin:twin", "A national day in the twin, against its bare events."),
    "choice": ("callsvc.bench.choice:choice", "One choice among 6,000 agents, against a plain scan."),
    "people": ("callsvc.bench.people:people", "The preview of a long list, and searching in it."),
    "order": ("callsvc.bench.order:order", "Whom to call next, among 200,000 people who wait."),
    "pacing": (
        "callsvc.bench.control:pacing",
        "Set-ups of three campaigns, against what is configured.",
    ),
    "stopping": ("callsvc.bench.control:stopping", "An emergency stop with a thousand calls out."),
    "afternoon": (
        "callsvc.bench.afternoon.command:afternoon",
        "The real service, lived, against the twin.",
    ),
    "simulator": ("callsvc.bench.simulator:simulator", "Calls the simulator holds, and how late it is."),
}


class _Measurements(click.Group):
    """A group whose commands are imported by name when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(MEASUREMENTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        target, _ = MEASUREMENTS.get(cmd_name, ("", ""))
        if not target:
            return None
        module, _, attribute = target.partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Measurements"):
            formatter.write_dl([(name, MEASUREMENTS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=_Measurements)
def command() -> None:
    """Measure this machine against the budgets; every figure is printed beside its baseline."""
