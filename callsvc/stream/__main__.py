"""``python -m callsvc.stream``: the ``stream`` process."""

import asyncio

import click
from aiohttp import web

from callsvc.core.errors import CallsvcError
from callsvc.core.logs import configure_logs
from callsvc.core.settings import Settings
from callsvc.operations.beating import start_beating
from callsvc.runtime import runtime_from_settings
from callsvc.stream.feed import RedisFeed
from callsvc.stream.limits import raise_file_limit
from callsvc.stream.server import StreamServer


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, help="The port to listen on.")
def main(host: str, port: int) -> None:
    """Serve the live event streams of pages and desks."""
    try:
        settings = Settings.from_environment()
        rt = runtime_from_settings(settings)
    except CallsvcError as error:
        raise SystemExit(str(error)) from None
    configure_logs(settings.callsvc_log_format)
    start_beating(rt, "stream")
    most = raise_file_limit()

    async def application() -> web.Application:
        return StreamServer(rt, RedisFeed(settings.redis_url), most_streams=most).application()

    web.run_app(
        application(),
        host=host,
        port=port,
        loop=asyncio.new_event_loop(),
        access_log=None,  # its lines would tell who watches what
        handler_cancellation=True,  # who leaves is gone at once
        shutdown_timeout=0.5,
        backlog=1024,  # everybody comes back at the same time
        print=None,
    )


if __name__ == "__main__":
    main()
