"""What no client would send on purpose: it is refused by name, and nothing breaks."""

import io

import pytest

from .conftest import Caller


@pytest.mark.parametrize("text", ["[" * 60_000, '{"number":' * 6_000], ids=["lists", "objects"])
def test_brackets_in_brackets_by_the_thousand_are_a_wrong_body(national: Caller, text: str) -> None:
    answer = national("POST", "/suppressions", data=text, content_type="application/json")
    assert (answer.status_code, answer.json["id"]) == (422, "body-invalid")


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "id: 2020-13-45", "id: !!int ''"], ids=["brackets", "date", "tag"]
)
def test_a_definition_that_cannot_be_read_is_a_wrong_file(national: Caller, text: str) -> None:
    answer = national("PUT", "/campaigns/tracing", data=text, content_type="application/yaml")
    assert (answer.status_code, answer.json["id"]) == (422, "campaign-file-invalid")


def test_a_body_that_is_too_large_is_taken_from_the_connection_before_it_is_refused(national: Caller) -> None:
    sent = io.BytesIO(b'{"number": "' + b"0" * 200_000 + b'"}')
    size = len(sent.getvalue())
    answer = national(
        "POST", "/suppressions", input_stream=sent, content_length=size, content_type="application/json"
    )
    assert (answer.status_code, answer.json["id"]) == (413, "body-too-large")
    assert sent.tell() == size  # what is left unread breaks the sender's next request
