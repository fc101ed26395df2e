"""What is measured is what is recommended."""

from pathlib import Path

from callsvc.bench.postgres import RECOMMENDED

_OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def test_imports_are_measured_with_the_server_set_as_documented() -> None:
    rows = [line for line in _OPERATIONS.read_text().splitlines() if line.startswith("| `")]
    for name, value in RECOMMENDED.items():
        assert [row for row in rows if row.startswith(f"| `{name}` |") and f"| `{value}` |" in row], name
