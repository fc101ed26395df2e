"""Batches of a list, prepared here or, for a long list, in a process of its own.

Reading, checking and encrypting takes as long as storing; two processes do both at once. The other one is
told on its input what to read, and gives batches on its output; it ends when nobody listens any more.
"""

import gc
import json
import marshal
import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from callsvc.contacts.entries import Batch
from callsvc.contacts.importing import ContactList, ReadOptions, read_list
from callsvc.contacts.importing.sources import FileSource, Source
from callsvc.contacts.preparing import Placing, Preparer
from callsvc.contacts.uploads import UploadSource, read_piece
from callsvc.core.clock import MachineClock
from callsvc.core.db import connect
from callsvc.core.ids import RandomIds
from callsvc.core.keyring import Keyring
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime

LONG: Final = 4 * 1024 * 1024
"""Bytes of a list for which another process is worth its start (half a second)."""

_LENGTH: Final = struct.Struct(">I")


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
    command = [sys.executable, "-m", "callsvc.contacts.preparing_apart"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603
        told, given = process.stdin, process.stdout
        assert told is not None and given is not None  # noqa: S101 - they were asked for
        try:
            told.write(_written(settings, reading))
            told.close()
            while head := given.read(_LENGTH.size):
                yield Batch._make(marshal.loads(given.read(_LENGTH.unpack(head)[0])))  # noqa: S302
            if process.wait():
                raise RuntimeError("the process that reads the list ended by itself")
        finally:
            given.close()
            process.terminate()


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


def main() -> None:
    """Read what to do, and write batches until there are none."""
    gc.disable()  # rows hold no circles, and this process ends with its list
    told = json.loads(sys.stdin.buffer.read())
    keyring = Keyring.parse(*told["keys"])
    options = told["options"]
    options |= {"today": date.fromisoformat(options["today"]), "countries": frozenset(options["countries"])}
    with read_list(_source(told, keyring), ReadOptions(**options)) as rows:
        preparer = Preparer(rows, Placing(**told["placing"]), keyring, RandomIds(MachineClock()).some)
        _give(preparer.batches(told["after"]), sys.stdout.buffer)


def _source(told: Mapping[str, Any], keyring: Keyring) -> Source:
    if told["path"]:
        return FileSource(Path(told["path"]))
    engine = connect(told["database"], pool_size=1)
    return UploadSource(
        told["upload"], lambda position: read_piece(engine, keyring, told["upload"], position)
    )


def _give(batches: Iterator[Batch], to: IO[bytes]) -> None:
    try:
        for batch in batches:
            content = marshal.dumps(tuple(batch))
            to.write(_LENGTH.pack(len(content)))
            to.write(content)
            to.flush()
    except BrokenPipeError:  # whoever listened is gone, and so are we
        os._exit(0)


if __name__ == "__main__":
    main()
