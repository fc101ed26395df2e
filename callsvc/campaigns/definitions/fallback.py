"""``sms_fallback`` and ``voice_fallback``: the other way to whom the first one did not reach."""

from typing import Self

from pydantic import Field, model_validator

from callsvc.core.yaml_files import Part


class SmsFallback(Part):
    """To a person whom no call reached: one SMS that names neither purpose nor health, or a conversation.

    after_tries: once so many calls were made in vain, while further ones go on; 0: when there is no further
    one. sender: of the text; empty: as any SMS of the campaign, so that a pool may send it. campaign: instead
    of a text, the campaign by SMS that writes to them.
    """

    sender: str = ""
    text: dict[str, str] = Field(default_factory=dict)
    after_tries: int = Field(0, ge=0, le=20)
    campaign: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]{0,58})?$")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.text) == bool(self.campaign):
            raise ValueError("give a text, or the campaign by SMS that writes to them, and not both")
        if self.campaign and self.after_tries:
            raise ValueError("a campaign takes over when no further call is made: leave after_tries out")
        return self


class VoiceFallback(Part):
    """The campaign by voice that calls whom an SMS did not reach, or who did not answer it.

    after_hours: how long an answer is waited for; 0: as long as the flow's own question waits.
    """

    campaign: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,58}$")
    after_hours: float = Field(0, ge=0, le=24 * 7)
