"""The process that prepares a long list for another one, which stores it: see ``preparing_apart.py``.

It imports neither the database's toolkit (but for an upload) nor anything else it does not need: its memory
counts beside that of the process it works for.
"""

import gc
import json
import marshal
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any

from callsvc.contacts.entries import Batch
from callsvc.contacts.importing.lists import ReadOptions, read_list
from callsvc.contacts.importing.sources import FileSource, Source, UploadSource
from callsvc.contacts.preparing import LENGTH, Placing, Preparer
from callsvc.core.clock import MachineClock
from callsvc.core.ids import RandomIds
from callsvc.core.keyring import Keyring


def main() -> None:
    """Read what to do, and write batches until there are none."""
    gc.disable()  # rows hold no circles, and this process ends with its list
    told = json.loads(sys.stdin.buffer.read())
    keyring = Keyring.parse(*told["keys"])
    options = told["options"]
    options |= {"today": date.fromisoformat(options["today"]), "countries": frozenset(options["countries"])}
    with read_list(_source(told, keyring), ReadOptions(**options)) as rows:
        placing, ids = Placing(**told["placing"]), RandomIds(MachineClock())
        preparer = Preparer(rows, placing, keyring, ids.some, at_once=1000)
        _give(preparer.batches(told["after"]), sys.stdout.buffer)


def _source(told: Mapping[str, Any], keyring: Keyring) -> Source:
    if told["path"]:
        return FileSource(Path(told["path"]))
    from callsvc.contacts.uploads import read_piece
    from callsvc.core.db import connect

    engine = connect(told["database"], pool_size=1)
    return UploadSource(
        told["upload"], lambda position: read_piece(engine, keyring, told["upload"], position)
    )


def _give(batches: Iterator[Batch], to: IO[bytes]) -> None:
    try:
        for batch in batches:
            content = marshal.dumps(tuple(batch))
            to.write(LENGTH.pack(len(content)))
            to.write(content)
            to.flush()
    except BrokenPipeError:  # whoever listened is gone, and so are we
        os._exit(0)


if __name__ == "__main__":
    main()
