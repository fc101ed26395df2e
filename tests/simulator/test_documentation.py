"""What docs/simulator.md tells a newcomer to type works as it stands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from callsvc.simulator.testing import RunningSimulator, running_simulator

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "tests" / "contract" / "node" / "node_modules"
PAGE = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")


def sample(language: str, running: RunningSimulator) -> str:
    """The first sample in that language, turned to this simulator."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    assert "http://127.0.0.1:9000" in found[1]
    return found[1].replace("http://127.0.0.1:9000", running.address)


def printed(command: list[str], **environment: str) -> list[str]:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NO_PROXY": "*", **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_start_with_the_sdk_for_python_places_a_call() -> None:
    with running_simulator(stepped=True) as running:
        sid, status = printed([sys.executable, "-c", sample("python", running)])
        assert (running.call(sid)["to"], status) == ("+33639980001", "queued")


@pytest.mark.skipif(
    not (shutil.which("node") and NODE_MODULES.exists()),
    reason="Node.js or the carrier's SDK for it is not here: run tests/prepare.sh",
)
def test_the_start_with_the_sdk_for_node_places_a_call() -> None:
    with running_simulator(stepped=True) as running:
        sid, status = printed(["node", "-e", sample("js", running)], NODE_PATH=str(NODE_MODULES))
        assert (running.call(sid)["to"], status) == ("+33639980001", "queued")


def test_every_link_inside_the_page_leads_to_a_heading() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", PAGE)) <= headings
