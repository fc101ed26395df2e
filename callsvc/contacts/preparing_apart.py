"""Batches of a list, prepared here or, for a long list, in a process of its own.

Reading, checking and encrypting takes as long as storing; two processes do both at once. The other one is
told on its input what to read, and gives batches on its output; it ends when nobody listens any more.
"""

import json
import marshal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import IO, Final

from callsvc.contacts.entries import Batch
from callsvc.contacts.importing import ContactList, ReadOptions
from callsvc.contacts.importing.sources import FileSource, Source, UploadSource
from callsvc.contacts.preparing import LENGTH, Placing, Preparer
from callsvc.core.ids import RandomIds
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime

LONG: Final = 4 * 1024 * 1024
"""Bytes of a list for which another process is worth its start (half a second)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read, how, and behind which line: all that a preparer needs to know."""

    source: Source
    options: ReadOptions
    placing: Placing
    after: int = 0
    size: int = 0  # bytes of the list


def prepared(rt: Runtime, rows: ContactList, reading: Reading) -> Iterator[Batch]:
    """Batches of a list, whichever way is quicker."""
    if reading.size < LONG or not isinstance(rt.ids, RandomIds):
        return Preparer(rows, reading.placing, rt.db.keyring, rt.ids.some).batches(reading.after)
    return _apart(rt.settings, reading)


def _apart(settings: Settings, reading: Reading) -> Iterator[Batch]:
    command = [sys.executable, "-m", "callsvc.contacts.preparing_process"]
    with (
        ThreadPoolExecutor(1) as reader,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,  # noqa: S603
    ):
        told, given = process.stdin, process.stdout
        assert told is not None and given is not None  # noqa: S101 - they were asked for
        try:
            told.write(_written(settings, reading))
            told.close()
            # Each batch is taken from the pipe while the database stores the one before.
            ahead = reader.submit(_next, given)
            while batch := ahead.result():
                ahead = reader.submit(_next, given)
                yield batch
            if process.wait():
                raise RuntimeError("the process that reads the list ended by itself")
        finally:
            process.terminate()  # which ends the reader, too
            reader.shutdown()


def _next(given: IO[bytes]) -> Batch | None:
    head = given.read(LENGTH.size)
    if not head:
        return None
    return Batch._make(marshal.loads(given.read(LENGTH.unpack(head)[0])))  # noqa: S302 - of our own process


def _written(settings: Settings, reading: Reading) -> bytes:
    """Everything, keys too, by the pipe: arguments and environments can be seen by others."""
    options, source = reading.options, reading.source
    told = {
        "path": str(source.path) if isinstance(source, FileSource) else "",
        "upload": source.upload_id if isinstance(source, UploadSource) else "",
        "database": settings.database_url,
        "keys": [settings.callsvc_data_keys, settings.callsvc_lookup_key],
        "options": asdict(options) | {"today": str(options.today), "countries": sorted(options.countries)},
        "placing": asdict(reading.placing) | {"platforms": dict(reading.placing.platforms)},
        "after": reading.after,
    }
    return json.dumps(told).encode()
