"""Log lines: one JSON object each, or columns for a person; on standard error; ids, never a number or a name.

The standard library's loggers (gunicorn, rq, alembic) go the same way, without their tracebacks' values:
an exception is logged as its type and the place it came from, as its message may quote personal data.
"""

import logging
import sys
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure_logs(log_format: str, *, level: int = logging.INFO) -> None:
    """``json`` or ``console``, for this whole process; called once by each process's entry."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_exception,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))  # other people's chatter starts at warnings


def name_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace ``exc_info`` by ``error`` (its type) and ``where`` (file, line, function)."""
    info = _exc_info(event.pop("exc_info", None))
    if info is not None:
        event.setdefault("error", info[0].__name__)
        event.setdefault("where", place(info[2]))
    return event


def _exc_info(value: Any) -> _ExcInfo | None:
    if isinstance(value, BaseException):
        return type(value), value, value.__traceback__
    if isinstance(value, tuple) and value[0] is not None:
        return value
    current = sys.exc_info() if value else (None, None, None)
    return None if current[0] is None else current


def place(traceback: TracebackType | None) -> str:
    """``file:line function`` of the innermost frame; empty without a traceback."""
    if traceback is None:
        return ""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    return f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}"
