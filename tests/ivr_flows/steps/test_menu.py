"""``menu``: keys, words, silence, mistakes."""

from ivr_flows import AskKeys, AskWords, Hop, MachineVerdict, QueueEnded

MENU = """\
  start:
    menu: {prompt: ask, timeout: 4, max_attempts: 3, timeout_prompt: silent, invalid_prompt: sorry}
    keys: {"1": one, "2": two}
    words: {one: [oui, "tout à fait"], two: [non], three: [peut-être]}
    on_timeout: repeat
    on_invalid: repeat
    on_exhausted: lost
  one: {end: one}
  two: {end: two}
  three: {end: three}
  lost: {say: bye, end: lost}
"""


def test_a_menu_asks_inside_the_wait_so_that_a_key_stops_the_words(call):
    talk = call(MENU)
    assert talk.turn.spoken == ()
    wait = talk.turn.wait
    assert isinstance(wait, AskKeys)
    assert [spoken.prompt_id for spoken in wait.prompts] == ["ask"]
    assert (wait.timeout_s, wait.num_digits, wait.finish_on_key) == (4, 1, "#")


def test_a_key_leads_to_its_step(call):
    assert call(MENU).press("1").outcome == "one"
    assert call(MENU).press("2").turn.path == (Hop("start", "keys.2", "two"), Hop("two", "end", None))


def test_silence_and_mistakes_repeat_the_question_with_their_own_words(call):
    assert call(MENU).silence().ids == ["silent", "ask"]
    assert call(MENU).press("7").ids == ["sorry", "ask"]
    assert call(MENU).press("").ids == ["silent", "ask"]
    assert call(MENU).press("11").ids == ["sorry", "ask"]


def test_attempts_of_both_kinds_add_up_and_then_the_menu_is_exhausted(call):
    talk = call(MENU).silence().press("7").silence()
    assert (talk.outcome, talk.words) == ("lost", "Au revoir Ana.")
    assert call(MENU).press("7", "7", "1").outcome == "one"


def test_without_on_exhausted_the_session_ends_as_no_input(call):
    talk = call("  start: {menu: {prompt: ask, max_attempts: 1}, keys: {'1': one}}\n  one: {end: one}")
    assert talk.silence().outcome == "no-input"


def test_a_failure_may_lead_somewhere_at_once(call):
    steps = MENU.replace("on_timeout: repeat", "on_timeout: two").replace(
        "on_invalid: repeat", "on_invalid: three"
    )
    assert call(steps).silence().outcome == "two"
    assert call(steps).press("7").outcome == "three"


def test_attempts_begin_anew_when_a_menu_is_entered_again(call):
    steps = "  start: {menu: {prompt: ask, max_attempts: 2}, keys: {'1': start, '2': one}}\n  one: {end: one}"
    assert call(steps).silence().press("1").silence().press("2").outcome == "one"


def test_by_sms_the_question_is_a_message_and_the_answer_is_words(call):
    talk = call(MENU, channel="sms")
    assert isinstance(talk.turn.wait, AskWords)
    assert talk.turn.wait.expires_s == 86400
    assert talk.ids == ["ask"]
    assert talk.text("OUI !").outcome == "one"
    assert call(MENU, channel="sms").text("Oui, c'est moi").outcome == "one"
    assert call(MENU, channel="sms").text("Tout a fait.").outcome == "one"
    assert call(MENU, channel="sms").text("Peut être").outcome == "three"
    assert call(MENU, channel="sms").text(" 2. ").outcome == "two"


def test_two_different_answers_in_one_message_are_no_answer(call):
    assert call(MENU, channel="sms").text("oui et non").ids == ["sorry", "ask"]
    assert call(MENU, channel="sms").text("bonjour").ids == ["sorry", "ask"]


def test_a_yes_that_is_taken_back_is_no_answer(call):
    assert call(MENU).text("Oui, mais ce n'est pas moi").ids == ["sorry", "ask"]
    assert call(MENU).text("non ce n'est pas moi").outcome == "two"


def test_recognised_speech_is_taken_as_words_too(call):
    assert call(MENU).text("non merci").outcome == "two"


def test_what_is_no_answer_changes_nothing(call):
    talk = call(MENU).silence()
    before = talk.turn.state
    assert talk.give(QueueEnded("connected")).turn.state == before
    assert talk.give(MachineVerdict("human")).turn.state == before
    assert talk.turn.effects == ()


def test_keys_of_several_lengths_wait_for_the_finishing_key(call):
    steps = "  start: {menu: {prompt: ask}, keys: {'1': one, '12': one, '*': one}}\n  one: {end: one}"
    assert call(steps).turn.wait.num_digits is None
    assert call(steps).press("12").outcome == "one"
    assert call(steps).press("*").outcome == "one"


def test_the_hash_key_can_be_a_choice(call):
    steps = "  start: {menu: {prompt: ask}, keys: {'#': one}}\n  one: {end: one}"
    assert call(steps).turn.wait.finish_on_key == ""
    assert call(steps).press("#").outcome == "one"
