"""Lists received: kept in the database in encrypted pieces until they are imported, or a day has passed."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import IO, Final

import sqlalchemy as sa

from callsvc.contacts.importing.sources import PIECE, UploadSource
from callsvc.contacts.tables import import_piece, import_upload
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid, NotFound
from callsvc.core.keyring import Keyring
from callsvc.runtime import Runtime

KEPT: Final = timedelta(hours=24)  # machine time
LARGEST: Final = 64 * 1024 * 1024  # bytes


def receive_file(rt: Runtime, stream: IO[bytes], name: str, by: str) -> str:
    """Store a list as it comes, and give its upload id; nothing of it ever lies in the clear.

    Raises Invalid `file-empty` and `file-too-large`. Example: `receive_file(rt, stream, "a.csv", by)`.
    """
    with rt.db.begin() as tx:
        upload_id = tx.new_id("upl")
    try:
        _receive(rt, stream, upload_id, name, by)
    except BaseException:  # refused, or whoever sent it has gone: nobody will ask for its pieces
        with rt.db.begin() as tx:
            forget_upload(tx, upload_id)
        raise
    return upload_id


def _receive(rt: Runtime, stream: IO[bytes], upload_id: str, name: str, by: str) -> None:
    digest, size, lines, position = hashlib.sha256(), 0, 0, 0
    while piece := _read_whole(stream):
        size += len(piece)
        if size > LARGEST:
            raise Invalid(
                "file-too-large",
                f"The list is larger than {LARGEST >> 20} MiB: send it in parts, or use "
                "`callsvc contacts import` on the server.",
            )
        digest.update(piece)
        lines += piece.count(b"\n")
        with rt.db.begin() as tx:
            keep_piece(tx, upload_id, position, piece)
        position += 1
    if not size:
        raise Invalid("file-empty", "The file is empty: export the list again.")
    with rt.db.begin() as tx:
        tx.insert(
            import_upload, id=upload_id, name=name[:120], by=by[:80], size=size, lines=lines + 1,
            sha256=digest.hexdigest(), received_at=tx.now, expires_at=tx.machine_now + KEPT,
        )  # fmt: skip


def _read_whole(stream: IO[bytes]) -> bytes:
    """A full piece, but the last: a socket gives what it has."""
    parts: list[bytes] = []
    missing = PIECE
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def keep_piece(tx: Tx, owner_id: str, position: int, content: bytes) -> None:
    """One piece of an upload or of rejects, encrypted and bound to its place."""
    tx.insert(
        import_piece, owner_id=owner_id, position=position, expires_at=tx.machine_now + KEPT,
        content=tx.keyring.encrypt_bytes(content, f"import_piece:{owner_id}:{position}"),
    )  # fmt: skip


def read_piece(engine: sa.Engine, keyring: Keyring, owner_id: str, position: int) -> bytes | None:
    """One piece as it was; None past the end."""
    here = (import_piece.c.owner_id == owner_id) & (import_piece.c.position == position)
    with engine.connect().execution_options(callsvc_read=True) as connection:
        content = connection.execute(sa.select(import_piece.c.content).where(here)).scalar()
    if content is None:
        return None
    return keyring.decrypt_bytes(content, f"import_piece:{owner_id}:{position}")


def pieces_kept(rt: Runtime, owner_id: str) -> Iterator[bytes]:
    """Every piece in order, one in memory at a time; none when their day has passed."""
    piece = import_piece.c
    for position in count():
        here = (piece.owner_id == owner_id) & (piece.position == position)
        with rt.db.read() as tx:
            live = tx.first(sa.select(piece.position).where(here, piece.expires_at > tx.machine_now))
        content = None if live is None else read_piece(rt.db.engine, rt.db.keyring, owner_id, position)
        if content is None:
            return
        yield content


def upload_source(rt: Runtime, upload_id: str) -> UploadSource:
    """An upload to read from."""
    return UploadSource(
        upload_id, lambda position: read_piece(rt.db.engine, rt.db.keyring, upload_id, position)
    )


def upload_row(tx: Tx, upload_id: str) -> "sa.Row[tuple[str, str, str, int, int, str]]":
    """What is known of an upload (id, name, by, size, lines, sha256). Raises `upload-unknown`."""
    upload = import_upload.c
    row = tx.first(
        sa.select(upload.id, upload.name, upload.by, upload.size, upload.lines, upload.sha256).where(
            upload.id == upload_id, upload.expires_at > tx.machine_now
        )
    )
    if row is None:
        raise NotFound("upload-unknown", "No list of this id is kept, or a day has passed: send it again.")
    return row


def forget_upload(tx: Tx, upload_id: str) -> None:
    """A list is deleted as soon as it is imported."""
    tx.delete(import_piece, import_piece.c.owner_id == upload_id)
    tx.delete(import_upload, import_upload.c.id == upload_id)


def forget_old_pieces(rt: Runtime) -> int:
    """Delete uploads and rejects whose day has passed; how many pieces they were."""
    with rt.db.begin() as tx:
        tx.delete(import_upload, import_upload.c.expires_at <= tx.machine_now)
        return tx.delete(import_piece, import_piece.c.expires_at <= tx.machine_now)
