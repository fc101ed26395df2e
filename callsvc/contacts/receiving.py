"""A list received over HTTP: written aside as it comes, imported by a thread, its rejects kept for a day.

Whoever sent it is answered with the end when that comes soon, else with the import's id. A process that dies
leaves the import as every other: sending the same list again finishes it.
"""

import tempfile
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

import structlog

from callsvc.contacts.importing import ImportReport
from callsvc.contacts.service import import_contacts
from callsvc.core.errors import CallsvcError
from callsvc.runtime import Runtime
from callsvc.web.tables import kept_file

log = structlog.get_logger(__name__)

_CHUNK: Final = 64 * 1024
_WAIT_S: Final = 2.0  # real; most lists are short
_KEPT: Final = timedelta(hours=24)  # machine time
_MOST_REJECTS: Final = 8 * 1024 * 1024  # bytes; what is beyond is left out


class Reception:
    """One list on its way in. ``report`` is set once the import has its id, ``error`` when it failed."""

    def __init__(self, rt: Runtime, stream: IO[bytes], wish: Mapping[str, Any]) -> None:
        self.report: ImportReport | None = None
        self.error: BaseException | None = None
        self._rt, self._wish = rt, wish
        self._home = tempfile.TemporaryDirectory(prefix="callsvc-import-")  # nobody else may enter it
        self._list = Path(self._home.name, "list.csv")
        try:
            with self._list.open("wb") as file:
                while chunk := stream.read(_CHUNK):
                    file.write(chunk)
        except BaseException:
            self._home.cleanup()
            raise

    def run(self) -> ImportReport:
        """Import, and wait a moment for the end. Raises what the import raised by then."""
        thread = threading.Thread(target=self._import, name="import", daemon=True)
        thread.start()
        thread.join(_WAIT_S)
        while self.report is None and self.error is None and thread.is_alive():
            thread.join(0.1)
        if self.error is not None or self.report is None:
            raise self.error or RuntimeError("the import ended without saying how")
        return self.report

    def _begun(self, report: ImportReport) -> None:
        self.report = report

    def _import(self) -> None:
        rejects = Path(self._home.name, "rejects.csv")
        try:
            report = import_contacts(self._rt, self._list, rejects=rejects, begun=self._begun, **self._wish)
            if report.refused:
                keep_rejects(self._rt, report.import_id, rejects)
        except CallsvcError as error:
            self.error = error
        except Exception as error:
            log.exception("import-crashed")
            self.error = error
        finally:
            self._home.cleanup()


def keep_rejects(rt: Runtime, import_id: str, path: Path) -> None:
    """Encrypted, for whoever sent the list to fetch; the same import keeps its first ones."""
    with path.open("rb") as file:
        text = file.read(_MOST_REJECTS).decode("utf-8", "ignore")
    with rt.db.begin() as tx:
        tx.insert_once(
            kept_file,
            id=import_id,
            content=tx.keyring.encrypt(text, f"kept_file.content:{import_id}"),
            expires_at=tx.machine_now + _KEPT,
        )
