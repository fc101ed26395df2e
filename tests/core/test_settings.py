"""Settings that would let the service do harm are refused at the start, each by name."""

import pytest

from callsvc.core.errors import Invalid
from callsvc.core.settings import Settings

NEEDED = {
    "TWILIO_ACCOUNT_SID": "ACtest",
    "TWILIO_AUTH_TOKEN": "token",
    "CALLSVC_SECRET_KEY": "secret",
    "CALLSVC_DATA_KEYS": "1:AAAA",
    "CALLSVC_LOOKUP_KEY": "AAAA",
}
REAL = {"TWILIO_API_BASE_URL": "https://api.carrier.example"}
# Reserved for drama in the United Kingdom; this service knows the French ranges of fiction only.
OURS = {"CALLSVC_CALLER_ID": "+441632960100", "CALLSVC_VERIFY_PHONE": "+44 1632 960100"}
SLOW = {"CALLSVC_CLIENT_TIMEOUT_S": "4", "CALLSVC_LEASE_S": "9", "CALLSVC_SETTLE_S": "4"}


def _read(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in (NEEDED | values).items():
        monkeypatch.setenv(name, value)
    return Settings.from_environment()


def test_the_embedded_defaults_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _read(monkeypatch).carrier_is_loopback


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"CALLSVC_CLIENT_TIMEOUT_S": "3"}, "CALLSVC_LEASE_S"),
        (
            {"CALLSVC_CLIENT_TIMEOUT_S": "4", "CALLSVC_LEASE_S": "9", "CALLSVC_SETTLE_S": "4"},
            "CALLSVC_SETTLE_S",
        ),
        (REAL, "CALLSVC_CALLER_ID"),
        (REAL | {"CALLSVC_CALLER_ID": OURS["CALLSVC_CALLER_ID"]}, "CALLSVC_VERIFY_PHONE"),
        ({"CALLSVC_CLOCK_SPEED": "0"}, "CALLSVC_CLOCK_SPEED"),
    ],
)
def test_a_harmful_setting_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _read(monkeypatch, **values)
    assert (refused.value.id, refused.value.details["setting"]) == ("setting-invalid", named)


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {})
    with pytest.raises(Invalid) as refused:
        Settings.from_environment()
    assert refused.value.id == "setting-missing" and refused.value.details["setting"] in NEEDED


def test_a_real_carrier_with_our_own_numbers_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _read(monkeypatch, **REAL, **OURS).carrier_is_loopback
