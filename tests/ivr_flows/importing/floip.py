"""A small FLOIP container, written by hand after the specification 1.0.0-rc4."""

from __future__ import annotations

import json
from typing import Any


def block(uuid: str, kind: str, *exits: tuple[str, str | None, str | None], **config: Any) -> dict[str, Any]:
    """One block; each exit is a name, a test (None for the default) and where it leads."""
    made = [
        {
            "uuid": f"{uuid}-{name}",
            "name": name,
            "destination_block": to,
            **({"test": test} if test else {"default": True}),
        }
        for name, test, to in exits
    ]
    return {"uuid": uuid, "name": uuid, "type": kind, "config": config, "exits": made}


def text(uuid: str, french: str, english: str | None = None, mode: str = "IVR") -> dict[str, Any]:
    """One resource in one or two languages."""
    wordings = [("fra", french), ("eng", english)]
    values = [
        {
            "language_id": language,
            "content_type": "TEXT",
            "mime_type": "text/plain",
            "modes": [mode],
            "value": value,
        }
        for language, value in wordings
        if value
    ]
    return {"uuid": uuid, "values": values}


def container(
    *blocks: dict[str, Any], resources: tuple[dict[str, Any], ...] = (), modes: tuple[str, ...] = ("IVR",)
) -> str:
    """A container with one flow that begins with the first block."""
    flow = {
        "uuid": "flow-1",
        "name": "Fever",
        "first_block_id": blocks[0]["uuid"],
        "supported_modes": list(modes),
        "languages": [{"id": "fra", "iso_639_3": "fra"}, {"id": "eng", "iso_639_3": "eng"}],
        "blocks": list(blocks),
    }
    whole = {"specification_version": "1.0.0-rc4", "name": "C", "flows": [flow], "resources": list(resources)}
    return json.dumps(whole)


FEVER = container(
    block("hello", "MobilePrimitives.Message", ("d", None, "fever"), prompt="r-hello"),
    block(
        "fever",
        "MobilePrimitives.SelectOneResponse",
        ("yes", "block.value = 'yes'", "degrees"),
        ("d", None, "hello"),
        prompt="r-fever",
        choices=[
            {"name": "yes", "prompt": "r-yes", "ivr_test": {"test_expression": "block.response = 1"}},
            {"name": "no", "prompt": "r-no", "ivr_test": {"test_expression": "block.response = 2"}},
        ],
    ),
    block(
        "degrees",
        "MobilePrimitives.NumericResponse",
        ("hot", "@(block.value >= 39)", "case"),
        ("d", None, "bye"),
        prompt="r-degrees",
        validation_minimum=35,
        validation_maximum=43,
    ),
    block(
        "case", "Core.Case", ("c", "AND(flow.fever = 'YES', flow.degrees > 40)", "alarm"), ("d", None, "bye")
    ),
    block("alarm", "MobilePrimitives.Message", ("d", None, "kept"), prompt="@flow.degrees degrés !"),
    block("kept", "Core.Output", ("d", None, "bye"), value="@flow.degrees"),
    block("bye", "MobilePrimitives.Message", ("d", None, None), prompt="r-bye"),
    resources=(
        text("r-hello", "Bonjour @contact.first_name.", "Hello @contact.first_name."),
        text("r-fever", "Fièvre ? Oui, tapez 1. Non, tapez 2.", "Fever? Yes, press 1. No, press 2."),
        text("r-yes", "Oui"),
        text("r-no", "Non"),
        text("r-degrees", "Combien de degrés ?", "How many degrees?"),
        text("r-bye", "Au revoir.", "Goodbye."),
    ),
)
