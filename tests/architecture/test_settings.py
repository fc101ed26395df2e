"""The page of the settings is the code's; the example file names what must be set."""

from pathlib import Path

from callsvc.core.settings import Settings
from callsvc.core.settings_page import PAGE, page
from callsvc.processes.environment import read_env_file

PROJECT = Path(__file__).parents[2]


def test_the_page_of_the_settings_is_current() -> None:
    assert (PROJECT / PAGE).read_text() == page(), "run: callsvc settings --write"


def test_every_setting_has_a_sentence() -> None:
    silent = [
        name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")
    ]
    assert silent == []


def test_the_example_names_every_required_setting_and_nothing_unknown() -> None:
    example = read_env_file(PROJECT / ".env.example")
    fields = {name.upper(): field for name, field in Settings.model_fields.items()}
    assert {name for name, field in fields.items() if field.is_required()} <= example.keys()
    assert {name for name in example if not name.startswith("SIMULATOR_")} <= fields.keys()
