"""The command line. Each command is imported when it is used, so that ``callsvc --help`` is quick.

A command gets, as ``ctx.obj`` (``@click.pass_obj``), a function without arguments that returns the Runtime.
Errors end a command with one line, ``error-id: sentence``, and an exit code by kind; never with a traceback.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callsvc.core.errors import CallsvcError

if TYPE_CHECKING:
    from callsvc.runtime import Runtime

EXIT_CODES = {"invalid": 2, "not-found": 3, "conflict": 4, "forbidden": 5, "unavailable": 6}

# name -> (where it lives, what it does); hidden ones are for the maintainers of this project.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("callsvc.processes.up:command", "Run everything here until Ctrl+C."),
    "demo": ("callsvc.demo.run:command", "Run a whole campaign on embedded parts, and sum it up."),
    "doctor": ("callsvc.doctor.command:command", "Check this installation and say what to do."),
    "simulator": ("callsvc.simulator.__main__:command", "Run the embedded carrier alone."),
    "db": ("callsvc.migrations.cli:db", "The database: bring it to the newest version."),
    "platforms": ("callsvc.platforms.cli:platforms", "Regions and platforms: declare France's."),
    "organisation": ("callsvc.organising.cli:organisation", "Platforms, hours and agreements: apply a file."),
    "agents": ("callsvc.organising.cli:agents", "Agents and teams: take in a list."),
    "user": ("callsvc.accounts.cli:user", "Accounts: who may sign in, as what, for which regions."),
    "routing": ("callsvc.routing.cli:routing", "The order of service and how far aid goes."),
    "directory": ("callsvc.directory.cli:directory", "Whom calls may be transferred to: apply, list."),
    "flow": ("callsvc.webhooks.cli:flow", "IVR flows: lint, test, walk, draw, import, results."),
    "slots": ("callsvc.appointments.cli:slots", "Moments with room for appointments: apply, list."),
    "contacts": ("callsvc.contacts.cli:contacts", "Contact lists: import."),
    "campaign": ("callsvc.rehearsal.cli:campaign", "Campaigns: apply, preview, start, pause, stop, status."),
    "callers": ("callsvc.dialing.control_cli:callers", "Numbers and names that people are shown."),
    "report": ("callsvc.metrics.cli:report", "Call-volume figures."),
    "audit": ("callsvc.audit.cli:audit", "Our books against the carrier's; the seal of the access log."),
    "retention": ("callsvc.retention.cli:retention", "Personal data nobody needs: preview, erase."),
    "reconcile": ("callsvc.dialing.cli:reconcile", "Settle what is in doubt with the carrier now."),
    "staff": ("callsvc.planning.cli:staff", "How many agents a load needs."),
    "forecast": ("callsvc.planning.cli:forecast", "The load to expect."),
    "twin": ("callsvc.planning.twin.command:twin", "A day in virtual time, under the real rules."),
    "bench": ("callsvc.bench.command:command", "Measure this machine against the budgets."),
    "settings": ("callsvc.core.settings_page:command", "Print the documentation of the settings."),
}
HIDDEN = frozenset({"settings"})


def exists(target: str) -> bool:
    """True when the module of ``package.module:name`` is there, without importing any of it."""
    top, *rest = target.partition(":")[0].split(".")
    spec = find_spec(top)
    if spec is None or not spec.submodule_search_locations:
        return False
    path = Path(spec.submodule_search_locations[0], *rest)
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


class LazyGroup(click.Group):
    """A group whose commands are imported by name when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [name for name, (target, _) in COMMANDS.items() if exists(target)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        target, _ = COMMANDS.get(cmd_name, ("", ""))
        if not target or not exists(target):
            return None
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, COMMANDS[name][1]) for name in self.list_commands(ctx) if name not in HIDDEN]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CallsvcError as error:
            click.echo(str(error), err=True)
            ctx.exit(EXIT_CODES.get(error.kind, 1))
        except Exception as error:
            sentence = _explain(error)
            if sentence is None:
                raise
            click.echo(sentence, err=True)
            ctx.exit(EXIT_CODES["unavailable"])


def _explain(error: Exception) -> str | None:
    """One line for a server that does not answer; None for what is truly unexpected."""
    module, name = type(error).__module__.partition(".")[0], type(error).__name__
    if module == "sqlalchemy" and name in {"OperationalError", "InterfaceError"}:
        return (
            f"database-unavailable: The database does not do as asked ({name}); `callsvc doctor` says more."
        )
    if module == "redis" and name in {"ConnectionError", "TimeoutError"}:
        return "redis-unavailable: Redis does not answer; `callsvc doctor` says more."
    return None


@cache
def runtime() -> "Runtime":
    """The Runtime a command works with, from the environment, ``.env`` or the embedded stack's settings."""
    from callsvc.assembly import make_runtime
    from callsvc.processes.environment import adopt_environment

    adopt_environment()
    return make_runtime()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="callsvc", message="%(prog)s %(version)s")
@click.pass_context
def callsvc(ctx: click.Context) -> None:
    """Call automation for public-health call platforms."""
    if ctx.obj is None:  # a test hands in its own
        ctx.obj = runtime


def main(arguments: Sequence[str] | None = None) -> None:
    run: Callable[..., Any] = callsvc.main
    run(args=arguments, prog_name="callsvc")
