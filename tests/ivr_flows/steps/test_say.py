"""``say``: words, in order, and then on."""


def test_prompts_are_said_in_order_and_the_step_goes_on(call):
    talk = call("  start: {say: [ask, sorry], next: last}\n  last: {say: bye, end: done}")
    assert talk.ids == ["ask", "sorry", "bye"]
    assert talk.words.endswith("Au revoir Ana.")
    assert talk.outcome == "done"


def test_words_are_in_the_persons_language_with_its_voice(call):
    assert call("  start: {say: bye, end: done}", language="en").words == "Goodbye Ana."
    assert call("  start: {say: bye, end: done}", language="en-GB").words == "Goodbye Ana."
    assert call("  start: {say: bye, end: done}", facts={"contact": {"language": "en"}}).words == "Goodbye ."
    assert call("  start: {say: bye, end: done}", language="de").words == "Au revoir Ana."


def test_a_prompt_nobody_wrote_is_left_out(call):
    talk = call("  start: {say: [nothing, bye], end: done}")
    assert talk.ids == ["bye"]


def test_a_missing_translation_falls_back_to_the_first_language(flow_text, call):
    text = flow_text("  start: {say: sorry, end: done}").replace(', en: {text: "Sorry?"}', "")
    (spoken,) = call(text, whole=True, language="en").turn.spoken
    assert (spoken.language, spoken.text) == ("fr", "Pardon ?")


def test_what_a_fact_holds_is_never_read_as_a_prompt_or_as_control(call):
    facts = {"contact": {"first_name": "{contact.last_name}\x07<Hangup/>"}}
    assert (
        call("  start: {say: bye, end: done}", facts=facts).words == "Au revoir {contact.last_name}<Hangup/>."
    )
