"""A flow as a PO file, for a translator who never sees YAML."""

from __future__ import annotations

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from ivr_flows.definition import Definition
from ivr_flows.translating.messages import Message, messages_of

_HEADER = """\
# {title}
msgid ""
msgstr ""
"Project-Id-Version: {flow} {version}\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def to_po(definition: Definition, language: str) -> str:
    """The PO file of one language; the same flow gives the same bytes (no dates in it).

    Messages that are translated already carry their translation.
    """
    catalog = Catalog()
    for message in messages_of(definition, language):
        catalog.add(
            message.source,
            message.translation,
            context=message.context,
            auto_comments=_comments(definition, message),
        )
    written = _Bytes()
    write_po(written, catalog, width=100, omit_header=True)
    header = _HEADER.format(
        title=" ".join(definition.title.get(definition.languages[0], definition.id).split()),
        flow=definition.id,
        version=definition.version[:12],
        language=language.replace("-", "_"),
    )
    return header + b"".join(written.parts).decode()


def _comments(definition: Definition, message: Message) -> list[str]:
    comments = list(dict.fromkeys(message.where)) or ["not spoken anywhere"]
    if message.places:
        comments.append("Keep: " + ", ".join(f"{{{name}}}" for name in sorted(message.places)))
    if message.keys:
        comments.append("Speak of the keys: " + ", ".join(message.keys))
    if message.sms:
        most = definition.limits.sms_segments
        comments.append(f"By SMS: at most {most} segments (160 letters, or 70 with one such as ê or ç)")
    return comments


class _Bytes:
    """Where babel writes to; nothing here is a file."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> None:
        self.parts.append(part)
