"""The page about contact rules says what the code does: every reason, preset, kind of retry and setting."""

import re
from pathlib import Path
from typing import get_args

from callsvc.campaigns.calendar import PRESETS
from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.definitions.retries import Kind
from callsvc.campaigns.dispositions import DISPOSITIONS
from callsvc.campaigns.presets import LAWS
from callsvc.campaigns.reasons import REASONS

PAGE = (Path(__file__).parents[2] / "docs/contact-rules.md").read_text("utf-8")


def test_every_reason_is_explained_with_what_ends_it() -> None:
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (never|time|event) \|", PAGE, re.M)) == REASONS


def test_every_preset_names_its_source() -> None:
    told = dict(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]* \| ([^|]+?) \|$", PAGE, re.M))
    assert told == {name: law.source for name, law in LAWS.items()} and LAWS.keys() == PRESETS.keys()


def test_every_kind_of_retry_is_explained_and_no_disposition_has_another() -> None:
    kinds = set(get_args(Kind))
    assert set(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \|$", PAGE, re.M)) == kinds
    assert {flags.retry_after for flags in DISPOSITIONS.values() if flags.retry_after} == kinds


def test_the_settings_of_the_page_are_a_campaign_s() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    rest = "id: t\ntitle: T\npurpose: t\nflow: t\ncaller_id: '+33199000100'\n"
    windows = "windows: [{days: [mon], from: '09:00', to: '20:00'}]\n"
    file = read_campaign(rest + windows + example)
    assert file.retries.policy("busy").mode == "MULT" and file.budget.euros_a_day == 40
