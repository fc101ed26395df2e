"""Does what the service answers to a text: Message replies, Redirect asks elsewhere, a plain text is a reply.

"Only Message and Redirect may be in an answer to a message" (14110 otherwise). A document that fails is asked
for again at the fallback address with ErrorCode and ErrorUrl; then nothing more happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from callsvc.simulator.ledger.messages import is_blocked
from callsvc.simulator.messages.delivery import send_message
from callsvc.simulator.messages.record import MessageRecord
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.document import document_of, text_of
from callsvc.simulator.twiml.errors import DocumentError
from callsvc.simulator.webhooks.answer import Answer

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier

MOST_DOCUMENTS = 10  # "document retrieval limit reached"


class Webhook:
    """The two addresses of a number's messages, and what they are told of one of them."""

    def __init__(
        self,
        carrier: Carrier,
        message: MessageRecord,
        parameters: Mapping[str, str],
        fallback: tuple[str, str],
    ) -> None:
        self._carrier = carrier
        self._message = message
        self._parameters = parameters
        self._fallback = fallback
        self._cookies: dict[str, str] = {}

    async def tell(self, url: str, method: str) -> None:
        """Post the message and do what is answered; at the fallback address when that fails."""
        try:
            await self._follow(url, method, {})
        except DocumentError as problem:
            self._note_problem(problem.code, problem.message)
            fallback, fallback_method = self._fallback
            if not fallback:
                return
            extra = {"ErrorCode": str(problem.code), "ErrorUrl": url.partition("#")[0]}
            try:
                await self._follow(fallback, fallback_method, extra)
            except DocumentError as second:
                self._note_problem(second.code, second.message)

    async def _follow(self, url: str, method: str, extra: Mapping[str, str]) -> None:
        for _ in range(MOST_DOCUMENTS):
            answer = await self._carrier.webhooks.send(
                "message-webhook", url, method, {**self._parameters, **extra}, self._cookies
            )
            self._note("response", {"url": url, "answer": answer.status, "code": answer.code})
            if not answer.good:
                raise DocumentError(answer.code, f"{answer.reason} from {url}")
            onward = self._obey(answer, url)
            if onward is None:
                return
            url, method = urljoin(url, text_of(onward)), (onward.get("method") or "POST").upper()
        raise DocumentError(codes.SMS_RETRIEVALS)

    def _obey(self, answer: Answer, url: str) -> Element | None:
        """Do what the document says; the Redirect it ends with, if any."""
        if answer.content_type.startswith("text/plain"):
            if answer.body.strip():
                self._reply(answer.body, url, {})
            return None
        for element in document_of(answer.body, answer.content_type):
            if element.tag in ("Message", "Sms"):
                self._reply(element.findtext("Body") or text_of(element), url, element.attrib)
            elif element.tag == "Redirect":
                return element
            else:
                self._note_problem(codes.SMS_VERB, f"{codes.CODES[codes.SMS_VERB].words}: {element.tag}")
        return None

    def _reply(self, body: str, url: str, wanted: Mapping[str, str]) -> None:
        to, from_ = wanted.get("to", self._message.from_), wanted.get("from", self._message.to)
        code = 0 if body.strip() else codes.SMS_BODY
        if is_blocked(self._carrier.store, to, from_):
            code = codes.OPTED_OUT
        if code:
            self._note_problem(code, codes.CODES[code].words)
            return
        callback = wanted.get("action") or wanted.get("statusCallback") or ""
        send_message(
            self._carrier,
            to=to,
            from_=from_,
            body=body.strip(),
            callback=urljoin(url, callback) if callback else "",
            direction="outbound-reply",
        )

    def _note_problem(self, code: int, words: str) -> None:
        known = codes.CODES.get(code)
        level = known.level if known is not None else codes.ERROR
        self._note("notification", {"code": code, "level": level, "message": words})

    def _note(self, kind: str, facts: dict[str, object]) -> None:
        self._carrier.store.note(self._message.sid, self._carrier.clock.now(), kind, facts)
