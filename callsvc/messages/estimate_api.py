"""What the SMS of a campaign will cost, and what a text would, for programs."""

from typing import Literal

from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.campaigns.queries import campaign_seen, require_all_regions
from callsvc.messages.estimating import Cost, estimate
from callsvc.messages.segments import advice, count
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Told

estimates_api = api_blueprint("estimates_api")

ESTIMATES = Tag(name="sms-estimates", description="Segments and euros before anything is sent.")
_UNKNOWN = Refusal("campaign-unknown", 404, "No campaign of your regions has this id.")
_BEYOND = Refusal("campaign-beyond-regions", 403, "It also calls people outside your regions.")


class Swap(Told):
    character: str
    instead: str
    same: bool = Field(description="Nobody reads it otherwise: a straight apostrophe for a curved one.")


class Measured(Told):
    encoding: Literal["GSM-7", "UCS-2"]
    units: int = Field(description="Septets, or units of 16 bits.")
    segments: int = Field(description="Messages that are billed.")
    plain_segments: int = Field(description="The same with every character swapped.")
    swaps: list[Swap] = Field(description="What keeps the text out of GSM-7, and what could stand for it.")


class TextEstimate(Told):
    what: Literal["conversation", "announcement", "fallback"]
    language: str
    text: str = Field(description="With long but ordinary values in its places.")
    people: int
    segments: int
    at_most: int = Field(description="Segments with all that may follow.")
    measured: Measured


class SmsEstimate(Told):
    people: int = Field(description="Who can be written to.")
    without_number: int = Field(description="Who has no number that takes SMS.")
    texts: list[TextEstimate]
    segments: int = Field(description="At least.")
    most_segments: int
    euros: float = Field(description="At least.")
    most_euros: float
    unpriced: list[str] = Field(description="Countries without a price; they count for nothing in euros.")
    lasts_s: float = Field(description="Lived seconds that the first messages take at the sender's pace.")


class TextWish(Asked):
    text: str = Field(max_length=1600, examples=["Rappel : c’est à 10 h."])


@estimates_api.get("/campaigns/<campaign_id>/sms-estimate")
@api("campaigns")
@operation(ESTIMATES, refusals=(_UNKNOWN, _BEYOND))
def estimate_campaign(campaign_id: str) -> SmsEstimate:
    """What the SMS to everybody whose place is still open will cost, at least and at most."""
    with current_rt().db.read() as tx:
        campaign_seen(tx, current_principal(), campaign_id)
        require_all_regions(tx, current_principal(), campaign_id)
        return told(estimate(tx, campaign_id))


@estimates_api.post("/sms-measures")
@api("campaigns")
@operation(ESTIMATES, again="nature")
def measure_text(json: TextWish) -> Measured:
    """How many SMS a text is, and which characters make it more; nothing is kept."""
    return measured(json.text)


def told(cost: Cost) -> SmsEstimate:
    texts = [
        TextEstimate(
            what=one.what,
            language=one.language,
            text=one.text,
            people=one.people,
            segments=one.size.segments,
            at_most=one.at_most,
            measured=measured(one.text),
        )
        for one in cost.texts
    ]
    return SmsEstimate(
        people=cost.people,
        without_number=cost.without_number,
        texts=texts,
        segments=cost.segments[0],
        most_segments=cost.segments[1],
        euros=cost.euros[0],
        most_euros=cost.euros[1],
        unpriced=list(cost.unpriced),
        lasts_s=cost.lasts.total_seconds(),
    )


def measured(text: str) -> Measured:
    size, found = count(text), advice(text)
    swaps = found.swaps if found is not None else ()
    return Measured(
        encoding=size.encoding,
        units=size.units,
        segments=size.segments,
        plain_segments=found.then.segments if found is not None else size.segments,
        swaps=[Swap(character=one.character, instead=one.instead, same=one.same) for one in swaps],
    )
