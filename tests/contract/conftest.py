"""One simulator, one service and both SDKs for every contract test; what is answered is judged at once."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from callsvc.simulator.settings import DEFAULT_AUTH_TOKEN
from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.contract.recorder import Recorder
from tests.contract.sdks import NODE, NodeSdk, PythonSdk, Sdk
from tests.contract.vendor import SPEC, Vendor
from tests.simulator.service import Service

KEY, SECRET = "SK" + "0" * 32, "the-secret-of-the-key"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The count of what was covered comes last."""
    last = [item for item in items if item.name == "test_every_operation_was_judged"]
    for item in last:
        items.remove(item)
        items.append(item)


@pytest.fixture(scope="session")
def vendor() -> Vendor:
    if not SPEC.exists():
        pytest.skip("the carrier's description is not here: run tests/prepare.sh")
    return Vendor.load()


@pytest.fixture(scope="session")
def contract_simulator() -> Iterator[RunningSimulator]:
    with running_simulator(speed=50.0, api_key_sid=f"SK{'1' * 32},{KEY}", api_key_secret=f"x,{SECRET}") as it:
        yield it


@pytest.fixture(scope="session")
def recorder(contract_simulator: RunningSimulator) -> Iterator[Recorder]:
    recorder = Recorder(contract_simulator.address)
    yield recorder
    recorder.stop()


@pytest.fixture(scope="session")
def sdks(recorder: Recorder, contract_simulator: RunningSimulator) -> Iterator[dict[str, Any]]:
    """Both SDKs; the one of Node.js signs in with an API key."""
    account = contract_simulator.settings.account_sid
    made: dict[str, Any] = {
        "python": PythonSdk(recorder.address, account, account, contract_simulator.settings.auth_token)
    }
    if (NODE / "node_modules/twilio").exists() and shutil.which("node"):
        made["node"] = NodeSdk(recorder.address, account, KEY, SECRET)
    yield made
    for sdk in made.values():
        sdk.close()


@pytest.fixture(params=["python", "node"])
def sdk(
    request: pytest.FixtureRequest, sdks: dict[str, Any], recorder: Recorder, vendor: Vendor
) -> Iterator[Sdk]:
    """One SDK after the other; every answer it got is held against the vendor's schema."""
    if request.param not in sdks:
        pytest.skip("Node.js or the carrier's SDK for it is not here: run tests/prepare.sh")
    begun = len(recorder.exchanges)
    yield sdks[request.param]
    for one in recorder.exchanges[begun:]:
        if not one.sound:
            vendor.check_answer(one.method, one.path, one.status, one.body)


@pytest.fixture
def service(contract_simulator: RunningSimulator) -> Iterator[Service]:
    service = Service(DEFAULT_AUTH_TOKEN)
    yield service
    contract_simulator.clear_faults()
    service.stop()


_numbers = itertools.count(1)


@pytest.fixture
def person(contract_simulator: RunningSimulator) -> Callable[..., str]:
    """Add a person at a fresh number reserved for fiction; the answer is the number."""

    def add(**facts: Any) -> str:
        number = f"+3353010{next(_numbers):04d}"
        contract_simulator.add_people([{"number": number, "ring": 1.0, **facts}])
        return number

    return add
