"""What people fill in on these pages."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from callsvc.contacts.choosing import Choices
from callsvc.contacts.searching.finding import Wanted, readings_of
from callsvc.contacts.searching.names import codes_asked
from callsvc.web.texts import gettext


class Search(BaseModel):
    """At least one field; together they narrow."""

    name: str = Field("", max_length=120)
    number: str = Field("", max_length=40)
    last_digits: str = Field("", max_length=4)
    case: str = Field("", max_length=80)

    @field_validator("name")
    @classmethod
    def _of_letters(cls, name: str) -> str:
        if name and not codes_asked(name):
            raise ValueError(gettext("A name is made of letters."))
        return name

    @field_validator("number")
    @classmethod
    def _one_number(cls, number: str) -> str:
        if number and not readings_of(number):
            raise ValueError(gettext("This is not a whole telephone number."))
        return number

    @field_validator("last_digits")
    @classmethod
    def _four(cls, digits: str) -> str:
        if digits and not (len(digits) == 4 and digits.isascii() and digits.isdigit()):
            raise ValueError(gettext("Four digits are needed."))
        return digits

    @model_validator(mode="after")
    def _something(self) -> "Search":
        if self.wanted.empty:
            raise ValueError(gettext("Say at least one thing about the person."))
        return self

    @property
    def wanted(self) -> Wanted:
        return Wanted(name=self.name, number=self.number, last_digits=self.last_digits, case=self.case)


class OptOut(BaseModel):
    scope: Literal["sms", "purpose", "all"]
    purpose: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]{0,58})?$")


class ChoicesSaid(BaseModel):
    """Empty is no wish: any hour, calls as ever, the language we know."""

    hours: list[Literal["morning", "afternoon", "evening"]] = Field(default_factory=list)
    channel: Literal["", "voice", "sms"] = ""
    speech: str = Field("", pattern=r"^([a-z]{2})?$")
    first_number: str = ""

    @property
    def choices(self) -> Choices:
        return Choices(
            hours=tuple(self.hours),
            channel=self.channel,
            language=self.speech,
            first_number=self.first_number,
        )


class LiftWished(BaseModel):
    """``entry``: the id of what is to end. The reason is kept in the access log: no name, no number."""

    entry: str
    reason: str = Field(min_length=10, max_length=200)


class NumberGiven(BaseModel):
    number: str = Field(max_length=40)
    instead_of: str = ""


class CallbackWish(BaseModel):
    """A moment by the clock of the place where the person lives."""

    day: date
    time: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    number_id: str


class Enrolment(BaseModel):
    campaign_id: str
