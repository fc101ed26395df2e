"""The command line: `python -m callsvc.simulator`, and `callsvc simulator`."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
from pathlib import Path

import click
from click.core import ParameterSource

from callsvc.simulator.clock import ScaledClock
from callsvc.simulator.profiles.profile import PROFILES
from callsvc.simulator.server import serve
from callsvc.simulator.settings import DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN, DEFAULT_STRANGERS, Settings
from callsvc.simulator.stepping import SteppedClock


class Weights(click.ParamType[dict[str, float]]):
    """human=50,no-answer=25,machine=17,busy=8"""

    name = "weights"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, float]:
        """Read the weights."""
        if isinstance(value, dict):
            return value
        try:
            pairs = [entry.split("=") for entry in str(value).split(",")]
            weights = {name.strip(): float(weight) for name, weight in pairs}
        except ValueError:
            self.fail(f"{value!r} is not like human=50,busy=8", param, ctx)
        if set(weights) - {"human", "machine", "busy", "no-answer", "failed", "fax"}:
            self.fail(f"{value!r} names something no number can do", param, ctx)
        return weights


@click.command("simulator", context_settings={"show_default": True})
@click.option("--port", envvar="SIMULATOR_PORT", default=9000, help="Port to listen on; 0 picks a free one.")
@click.option("--host", envvar="SIMULATOR_HOST", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--data-dir", envvar="SIMULATOR_DATA_DIR", type=click.Path(path_type=Path), help="Where the ledger is."
)
@click.option(
    "--profile",
    envvar="SIMULATOR_PROFILE",
    type=click.Choice(list(PROFILES)),
    default="twilio",
    help="Which carrier to play.",
)
@click.option("--account-sid", envvar="TWILIO_ACCOUNT_SID", default=DEFAULT_ACCOUNT_SID, help="The account.")
@click.option(
    "--auth-token", envvar="TWILIO_AUTH_TOKEN", default=DEFAULT_AUTH_TOKEN, help="Its token; signs webhooks."
)
@click.option(
    "--api-key-sid", envvar="TWILIO_API_KEY_SID", default="", help="An API key that may be used instead."
)
@click.option("--api-key-secret", envvar="TWILIO_API_KEY_SECRET", default="", help="Its secret.")
@click.option("--seed", envvar="SIMULATOR_SEED", default="1", help="Makes strangers and faults repeat.")
@click.option("--cps", envvar="SIMULATOR_CPS", default=10.0, help="Calls that may start in a lived second.")
@click.option(
    "--concurrent-calls",
    envvar="SIMULATOR_CONCURRENT_CALLS",
    default=0,
    help="Outbound calls that may be live at once; the excess is refused with 429. 0 is no limit.",
)
@click.option(
    "--cps-policy",
    envvar="SIMULATOR_CPS_POLICY",
    type=click.Choice(["queue", "refuse"]),
    default="queue",
    help="The excess waits, or is refused with 429.",
)
@click.option(
    "--people",
    envvar="SIMULATOR_PEOPLE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON Lines file of people; may be given several times.",
)
@click.option(
    "--faults",
    envvar="SIMULATOR_FAULTS",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file of planned faults.",
)
@click.option(
    "--replay",
    envvar="SIMULATOR_REPLAY",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A log of faults to make happen again.",
)
@click.option(
    "--strangers", envvar="SIMULATOR_STRANGERS", type=Weights(), default=DEFAULT_STRANGERS, help="Weights."
)
@click.option(
    "--voice-url", envvar="SIMULATOR_VOICE_URL", default="", help="Webhook of calls to the platform."
)
@click.option("--sms-url", envvar="SIMULATOR_SMS_URL", default="", help="Webhook of texts to the platform.")
@click.option(
    "--voice-status-url",
    "status_url",
    envvar="SIMULATOR_STATUS_URL",
    default="",
    help="Their status callback.",
)
@click.option(
    "--sender", envvar="SIMULATOR_SENDER", default="+33199000000", help="Sender of Messaging Services."
)
@click.option("--opt-out/--no-opt-out", envvar="SIMULATOR_OPT_OUT", default=True, help="STOP blocks a pair.")
@click.option("--stepped", is_flag=True, help="The clock stands until POST /_simulator/clock/step.")
@click.option("--timeline/--no-timeline", envvar="SIMULATOR_TIMELINE", default=True, help="Keep timelines.")
@click.pass_context
def command(context: click.Context, /, stepped: bool, **options: object) -> None:
    """Run the embedded carrier: a Twilio-compatible telephone company with simulated people.

    The clock is CALLSVC_CLOCK_ORIGIN, CALLSVC_CLOCK_REAL_ORIGIN and CALLSVC_CLOCK_SPEED; without them it
    is real time.
    """
    explicit = context.get_parameter_source("host") is ParameterSource.COMMANDLINE
    if not explicit and not _is_loopback(str(options["host"])):
        raise click.UsageError("only --host on the command line may open the simulator to other machines")
    # The service may be given several tokens while one replaces another: the first is the one that signs.
    options["auth_token"] = str(options["auth_token"]).split(",")[0].strip()
    settings = Settings(**options)  # type: ignore[arg-type]  # the options above are the fields, checked by click
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        scaled = ScaledClock.from_environment(os.environ)
        asyncio.run(serve(settings, SteppedClock(scaled.origin) if stepped else scaled))
    except (ValueError, OSError) as problem:
        raise click.ClickException(str(problem)) from problem


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    command(prog_name="python -m callsvc.simulator")
