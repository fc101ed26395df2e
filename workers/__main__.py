"""One worker process: ``python -m workers --queue dialing``."""

import click

from callsvc.core.errors import CallsvcError
from callsvc.core.jobs import QUEUES
from callsvc.core.logs import configure_logs
from callsvc.operations.beating import start_beating


@click.command()
@click.option(
    "--queue", required=True, type=click.Choice(sorted(set(QUEUES.values()))), help="Whose jobs to run."
)
def main(queue: str) -> None:
    """Run the jobs of one queue until told to stop; the job at hand is finished first."""
    from workers import current_runtime
    from workers.queue_worker import work

    try:
        rt = current_runtime()
    except CallsvcError as error:
        raise SystemExit(str(error)) from None
    configure_logs(rt.settings.callsvc_log_format)
    start_beating(rt, f"worker-{queue}")
    work(queue, rt.settings.redis_url)


if __name__ == "__main__":
    main()
