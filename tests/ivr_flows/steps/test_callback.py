"""``callback``: a time chosen, or booked without asking."""

import pytest

from ivr_flows import BookCallback

OFFERS = """\
  start:
    callback:
      prompt: ask
      offers: {"1": {in: 60}, "2": {at: "18:00"}, "3": {at: "10:00", days: 1}}
      max_attempts: 2
      invalid_prompt: sorry
    keys: {"0": no}
    on_timeout: repeat
    on_invalid: repeat
    on_exhausted: default
    next: booked
  default: {callback: {in: 30}, next: booked}
  booked: {say: bye, end: callback-booked}
  no: {end: no-callback}
"""


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("1", BookCallback(in_minutes=60)),
        ("2", BookCallback(at="18:00")),
        ("3", BookCallback(at="10:00", days=1)),
    ],
)
def test_a_key_chooses_a_time(call, key, effect):
    talk = call(OFFERS).press(key)
    assert (talk.effects, talk.outcome, talk.ids) == ([effect], "callback-booked", ["bye"])


def test_another_key_leads_elsewhere_and_books_nothing(call):
    talk = call(OFFERS).press("0")
    assert (talk.effects, talk.outcome) == ([], "no-callback")


def test_who_asked_for_a_callback_and_stays_silent_can_still_get_one(call):
    assert call(OFFERS).silence(2).effects == [BookCallback(in_minutes=30)]
    assert call(OFFERS).press("8").ids == ["sorry", "ask"]


def test_by_sms_the_key_is_texted(call):
    assert call(OFFERS, channel="sms").text("2").effects == [BookCallback(at="18:00")]
    assert call(OFFERS, channel="sms").text("ce soir").ids == ["sorry", "ask"]


def test_a_time_may_be_booked_without_asking(call):
    assert call("  start: {callback: {at: '09:30', days: 2}, end: done}").effects == [
        BookCallback(at="09:30", days=2)
    ]


def test_silence_without_an_exit_ends_the_session(call):
    steps = "  start: {callback: {prompt: ask, offers: {'1': {in: 60}}, max_attempts: 1}, end: done}"
    assert call(steps).silence().outcome == "no-input"
