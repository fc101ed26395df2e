"""Settings: a name, a default and a sentence each; read from the environment, documented from here."""

import re
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from callsvc.core.desk_settings import DeskSettings
from callsvc.core.errors import Invalid
from callsvc.core.tariffs import read_tariffs

# As many as, per one unit of time: "1200 per minute".
RATE = r"^[1-9][0-9]{0,6} per (second|minute|hour)$"


class Settings(DeskSettings):
    """Everything that can be set. ``docs/settings.md`` is generated from these fields."""

    model_config = SettingsConfigDict(env_prefix="", extra="ignore", frozen=True)

    database_url: str = Field(
        "sqlite:///var/callsvc.db",
        description="SQLite by default; postgresql://user@host/name in production.",
    )
    redis_url: str = Field(
        "redis://127.0.0.1:6390/0", description="The Redis-compatible server; the embedded one by default."
    )
    public_base_url: str = Field(
        "http://127.0.0.1:8000", description="The address under which the carrier reaches this service."
    )
    callsvc_stream_url: str = Field(
        "",
        description="Where pages and desks find the stream process; empty behind a proxy that sends /stream/ "
        "to it.",
    )
    twilio_account_sid: str = Field(description="Account at the carrier (any string for the simulator).")
    twilio_auth_token: str = Field(
        description="Signs the carrier's webhooks; several, comma-separated, while rotating."
    )
    twilio_api_key_sid: str = Field("", description="API key for REST calls; the auth token when empty.")
    twilio_api_key_secret: str = Field("", description="Secret of the API key.")
    twilio_api_base_url: str = Field(
        "http://127.0.0.1:9000", description="A Twilio-compatible server; the simulator by default."
    )
    callsvc_carrier_profile: str = Field(
        "twilio",
        description="Make of the carrier behind that address: twilio, signalwire, telnyx or somleng.",
    )
    callsvc_carrier_public_key: str = Field(
        "", description="Base64 public key of a carrier that signs its webhooks with Ed25519 (telnyx)."
    )
    callsvc_carrier_application: str = Field(
        "", description="Application of the account that calls are placed in, where the carrier asks for one."
    )
    callsvc_hand_over: str = Field(
        "conference",
        pattern="conference|dial|none",
        description="How calls are handed to agents: conference; dial, where the carrier has none (no hold, "
        "no consultation, no listening); or none when nobody needs an agent.",
    )
    callsvc_secret_key: str = Field(description="Signs sessions and forms; any long random text.")
    callsvc_data_keys: str = Field(
        description="Keys that encrypt personal data: 1:<base64 of 32 bytes>[,2:...]; the highest encrypts."
    )
    callsvc_lookup_key: str = Field(
        description="Key of the hash that finds a number again: base64, 32 bytes."
    )
    callsvc_clock_origin: str = Field(
        "", description="Lived instant at which a scaled clock starts (ISO 8601)."
    )
    callsvc_clock_real_origin: float = Field(
        0.0, description="Machine time (epoch seconds) at which the lived instant was the origin."
    )
    callsvc_clock_speed: float = Field(1.0, gt=0, description="Lived seconds per real second.")
    callsvc_client_timeout_s: float = Field(
        2.0, gt=0, description="Real seconds we wait for the carrier's answer to one REST request."
    )
    callsvc_lease_s: float = Field(
        3.0, gt=0, description="Real seconds a worker may hold a claimed call before it counts as in doubt."
    )
    callsvc_settle_s: float = Field(
        5.0,
        gt=0,
        description="Real seconds before a call in doubt is looked for at the carrier; must exceed the "
        "client time-out plus the carrier's delay.",
    )
    callsvc_reconcile_s: float = Field(
        8.0, gt=0, description="Real seconds without news after which a live leg is fetched from the carrier."
    )
    callsvc_calls_per_second: float = Field(
        1.0, gt=0, description="Lived call set-ups a second we allow ourselves at the carrier, all campaigns."
    )
    callsvc_most_live: int = Field(
        0,
        ge=0,
        description="Calls of all campaigns at once, shared by their weights; 0: only each campaign's own.",
    )
    callsvc_approval_size: int = Field(
        1000,
        ge=0,
        description="A campaign of more people than this needs a second person's approval to start; 0: none "
        "does. An administrator may set another size while the service runs.",
    )
    callsvc_approval_margin: int = Field(
        10,
        ge=0,
        le=100,
        description="Percent by which a campaign may outgrow what its second person saw before it needs "
        "another look, and never by more than CALLSVC_APPROVAL_SIZE people.",
    )
    callsvc_retention_days: int = Field(
        90, ge=1, le=3660, description="Days after its campaign when a person is erased: docs/retention.md."
    )
    callsvc_retention_at_carrier: Literal["keep", "empty", "delete"] = Field(
        "keep", description="SMS and recordings there, once erased here: keep, empty or delete."
    )
    callsvc_stop_requests: int = Field(
        16,
        ge=1,
        le=32,
        description="Requests to the carrier at once during an emergency stop.",
    )
    callsvc_zone: str = Field(
        "Europe/Paris", description="Time zone of this installation: schedules of campaigns are in it."
    )
    callsvc_countries: str = Field(
        "FR,RE,YT,GP,MQ,GF,PM,BL,MF,NC,PF,WF", description="Countries and territories that may be called."
    )
    callsvc_tariffs: str = Field(
        "FR:fixed=0.012,FR:mobile=0.035,*=0.20",
        description="Euros a minute by territory and kind of number, for budgets: FR:mobile=0.035,RE=0.06, "
        "and *= for all others.",
    )
    callsvc_inbound_flow: str = Field(
        "front-desk", description="The flow that answers people who call us: the id of a published flow."
    )
    callsvc_default_platform: str = Field(
        "75", description="Code of the platform that takes callers whose number we do not know."
    )
    callsvc_verify_phone: str = Field(
        "01 99 00 01 00",
        description="The published number a person may call to check that a call was ours; flows speak it.",
    )
    callsvc_who: str = Field(
        "Assurance Maladie",
        min_length=1,
        max_length=40,
        description="Who we are, at the head of the SMS that answer HELP, STOP and late replies.",
    )
    callsvc_sms_rates: str = Field(
        "*=10",
        pattern=r"^([^=,\s]+=\d+(\.\d+)?(,|$))*$",
        description="Lived SMS a second of each sender, * for any other: 36105=40,*=10.",
    )
    callsvc_sms_prices: str = Field(
        "FR=0.08,*=0.10",
        pattern=r"^(([A-Z]{2}|\*)=\d+(\.\d+)?(,|$))*$",
        description="Euros for one segment of an SMS by country, * for any other: for estimates and budgets.",
    )
    callsvc_stop_confirmation: str = Field(
        "ours",
        pattern="ours|never",
        description="Who says stop in a word that the carrier does not know (ARRET) is told once that it is "
        "done: ours; or never. The carrier itself answers STOP and its English kin.",
    )
    callsvc_flow_hosts: str = Field(
        "",
        description="Systems that flows may ask, as name=https://host/path, comma-separated; a flow knows "
        "the names alone.",
    )
    callsvc_speech_confidence: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How sure the carrier must be of words a person said for them to count, such as 0.6; "
        "0: only keys are listened for.",
    )
    callsvc_api_rate: str = Field(
        "1200 per minute",
        pattern=RATE,
        description="Requests one API key or one signed-in browser may make; more is answered with 429.",
    )
    callsvc_refusal_rate: str = Field(
        "120 per minute",
        pattern=RATE,
        description="Requests refused for want of a right (401, 403) that one address may make to the API.",
    )
    callsvc_sign_in_rate: str = Field(
        "30 per minute", pattern=RATE, description="Attempts to sign in that one address may make."
    )
    callsvc_trusted_proxies: int = Field(
        0,
        ge=0,
        le=5,
        description="Reverse proxies in front of the web process whose X-Forwarded-For is believed; behind "
        "one, without it, all people share one address when failed sign-ins are counted.",
    )
    callsvc_oidc_issuer: str = Field(
        "",
        description="The organisation's OpenID Connect issuer, exactly as it names itself; empty: passwords "
        "alone.",
    )
    callsvc_oidc_client_id: str = Field("", description="Our name at the organisation's sign-in.")
    callsvc_oidc_client_secret: str = Field(
        "", description="Our secret there; empty for a client that has none."
    )
    callsvc_oidc_label: str = Field(
        "SSO", description="What the button of the organisation's sign-in calls it."
    )
    callsvc_log_format: str = Field("json", pattern="json|console", description="json or console.")

    @model_validator(mode="after")
    def _times_that_prevent_doubles(self) -> Self:
        """A request may be under way for the client's time-out; nobody may settle its leg before that."""
        if self.callsvc_lease_s <= self.callsvc_client_timeout_s:
            raise ValueError("CALLSVC_LEASE_S must exceed CALLSVC_CLIENT_TIMEOUT_S")
        if self.callsvc_settle_s <= self.callsvc_client_timeout_s:
            raise ValueError("CALLSVC_SETTLE_S must exceed CALLSVC_CLIENT_TIMEOUT_S plus the carrier's delay")
        return self

    @field_validator("callsvc_tariffs")
    @classmethod
    def _tariffs_that_can_be_read(cls, text: str) -> str:
        read_tariffs(text)
        return text

    @field_validator("callsvc_zone")
    @classmethod
    def _a_zone_there_is(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no time zone has this name; write one such as Europe/Paris") from None
        return name

    @model_validator(mode="after")
    def _a_client_for_its_issuer(self) -> Self:
        if self.callsvc_oidc_issuer and not self.callsvc_oidc_client_id:
            raise ValueError("CALLSVC_OIDC_CLIENT_ID is needed with CALLSVC_OIDC_ISSUER")
        return self

    @model_validator(mode="after")
    def _no_fiction_on_a_real_carrier(self) -> Self:
        """The defaults are numbers of fiction: real people must never be shown them or told to call them."""
        from callsvc.core.phone_numbers import is_fictional

        if self.carrier_is_loopback:
            return self
        for name in ("callsvc_caller_id", "callsvc_verify_phone"):
            digits = re.sub(r"\D", "", getattr(self, name))
            if is_fictional("+" + (f"33{digits[1:]}" if digits.startswith("0") else digits)):
                raise ValueError(f"{name.upper()} is a number reserved for fiction: set one of yours")
        return self

    @classmethod
    def from_environment(cls) -> Self:
        """The settings in force; a missing or bad one is named with what to do about it."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            # A rule over several settings has no place of its own; its sentence begins with the name.
            said = first["msg"].removeprefix("Value error, ")
            name = str(first["loc"][0]).upper() if first["loc"] else said.split()[0]
            if first["type"] == "missing":
                raise Invalid(
                    "setting-missing",
                    f"Set {name} in the environment; docs/settings.md says what it holds.",
                    setting=name,
                ) from None
            raise Invalid(
                "setting-invalid", f"{name} is not valid: {said}. See docs/settings.md.", setting=name
            ) from None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of this installation."""
        return ZoneInfo(self.callsvc_zone)

    @property
    def carrier_is_loopback(self) -> bool:
        """True while calls can only reach simulated people: fictional numbers are accepted only then."""
        from ipaddress import ip_address
        from urllib.parse import urlsplit

        host = urlsplit(self.twilio_api_base_url).hostname or ""
        if host == "localhost":
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        return tuple(token.strip() for token in self.twilio_auth_token.split(",") if token.strip())
