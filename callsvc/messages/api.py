"""SMS for programs: states and times; what was written stays encrypted where it is."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.errors import NotFound
from callsvc.messages.failing import failure_sentence
from callsvc.messages.tables import message
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, narrowed, page_of
from callsvc.web.models import Listed, Name, Told

messages_api = api_blueprint("messages_api")

MESSAGES = Tag(name="messages", description="SMS in both directions.")


class Message(Told):
    id: str
    direction: Literal["inbound", "outbound"]
    number_id: str
    campaign_contact_id: str | None
    purpose: str
    sid: str | None = Field(description="The carrier's name for it.")
    placement: str = Field(examples=["placed"])
    status: str | None = Field(description="The carrier's word.", examples=["delivered"])
    error_code: int | None
    why: str = Field(description="What went wrong, in words; empty when nothing did.")
    sender: str = Field(description="Our sender, or the number of ours that the person wrote to.")
    reasons: str = Field(description="Why it was refused.")
    planned_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None


class MessageList(Listed):
    items: list[Message]


class MessageFilter(Paging):
    direction: Literal["", "inbound", "outbound"] = ""
    status: Name = ""
    campaign: Name = ""


@messages_api.get("/messages")
@api("report")
@operation(MESSAGES)
def list_messages(query: MessageFilter) -> MessageList:
    """Messages, newest first. Those of no campaign belong to no region: only the whole country sees them."""
    wanted = narrowed(
        _mine(),
        (message.c.direction, query.direction),
        (message.c.status, query.status),
        (campaign_contact.c.campaign_id, query.campaign),
    )
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, message.c.id, newest_first=True)
    return MessageList(items=[_told(row) for row in rows], next=more)


@messages_api.get("/messages/<message_id>")
@api("report")
@operation(MESSAGES, refusals=(Refusal("message-unknown", 404, "No message in your regions has this id."),))
def show_message(message_id: str) -> Message:
    """One message, without its text."""
    with current_rt().db.read() as tx:
        row = tx.first(_mine().where(message.c.id == message_id))
    if row is None:
        raise NotFound("message-unknown", "No message in your regions has this id.")
    return _told(row)


def _told(row: Any) -> Message:
    values = {name: getattr(row, name) for name in Message.model_fields if name != "why"}
    return Message(why=str(failure_sentence(row)), **values)


def _mine() -> sa.Select[Any]:
    columns = [column for column in message.c if column.name != "body"]
    place, principal = campaign_contact.c, current_principal()
    wanted = sa.select(*columns).outerjoin(campaign_contact, place.id == message.c.campaign_contact_id)
    if principal.sees_everything:
        return wanted
    return wanted.where(scope_condition(principal, place.region_code, place.platform_code))
