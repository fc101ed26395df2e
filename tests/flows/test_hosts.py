"""The list of hosts: https, or this machine itself; nothing that could smuggle a credential."""

import pytest

from callsvc.core.errors import Invalid
from callsvc.core.settings import Settings
from callsvc.flows.hosts import hosts_of
from callsvc.runtime import Runtime


def _settings(rt: Runtime, hosts: str) -> Settings:
    return rt.settings.model_copy(update={"callsvc_flow_hosts": hosts})


def test_names_lead_to_addresses(rt: Runtime) -> None:
    given = "lab=https://lab.example/api/, own=http://127.0.0.1:8099"
    assert hosts_of(_settings(rt, given)) == {
        "lab": "https://lab.example/api",
        "own": "http://127.0.0.1:8099",
    }
    assert hosts_of(_settings(rt, "")) == {}


@pytest.mark.parametrize(
    "given",
    [
        "lab",
        "lab=",
        "=https://lab.example",
        "lab=http://lab.example",
        "lab=http://10.0.0.1",
        "lab=https://user:secret@lab.example",
        "lab=https://lab.example?x=1",
        "lab=https://lab.example:port",
        "lab=ftp://lab.example",
    ],
)
def test_anything_else_is_refused(rt: Runtime, given: str) -> None:
    with pytest.raises(Invalid, match="CALLSVC_FLOW_HOSTS"):
        hosts_of(_settings(rt, given))
