"""Who may listen, and to what. Everything here asks the database and runs in a thread of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from callsvc.accounts.keys import authenticate_key
from callsvc.accounts.scope import Principal
from callsvc.accounts.sessions import resume_session
from callsvc.agents.queries import agent_of_account, version_of
from callsvc.campaigns.queries import campaign_seen
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError, Forbidden, NotFound
from callsvc.core.topics import TOPICS
from callsvc.runtime import Runtime
from callsvc.stream.listener import Credential, Listener

MOST_WORDS = 64
LONGEST_WORD = 120


@dataclass(frozen=True)
class Token:
    """What somebody showed: a session's cookie or an API key."""

    kind: str  # session, key
    text: str


def split_words(text: str) -> list[str]:
    """The words of ``?topics=figures,campaign:abc``, each once; too many or too long ones are left out."""
    words = dict.fromkeys(text.replace(",", " ").split())
    return [word for word in words if len(word) <= LONGEST_WORD][:MOST_WORDS]


def authenticate(rt: Runtime, token: Token) -> Principal:
    """Raises ``Forbidden`` (sign-in-needed, password-must-change, key-refused)."""
    if token.kind == "key":
        return authenticate_key(rt, token.text)
    principal = resume_session(rt, token.text, touch=False)
    if principal is None:
        raise Forbidden("sign-in-needed", "Sign in first.")
    if principal.must_change:
        raise Forbidden("password-must-change", "Choose a password of your own first.")
    return principal


def admit_page(rt: Runtime, token: Token, words: Iterable[str]) -> Listener:
    """A listener to those of these words that may be heard; the others are left out without a word."""
    principal = authenticate(rt, token)
    with rt.db.read() as tx:
        agent_id = agent_of_account(tx, principal.account_id) or ""
        heard = {
            looked_up: word
            for word in words
            if (looked_up := _looked_up(tx, principal, agent_id, word)) is not None
        }
    return _listener(principal, token, heard, agent_id)


def admit_desk(rt: Runtime, token: Token) -> Listener:
    """A listener to the desk of this agent, who is told its version first.

    Raises ``Forbidden`` (sign-in-needed, key-refused, scope-missing, not-an-agent).
    """
    principal = authenticate(rt, token)
    principal.require("desk")
    with rt.db.read() as tx:
        agent_id = agent_of_account(tx, principal.account_id)
        if agent_id is None:
            raise Forbidden("not-an-agent", "This account has no desk; sign in as an agent.")
        version = version_of(tx, agent_id)
    word = f"desk:{agent_id}"
    listener = _listener(principal, token, {word: "desk"}, agent_id)
    listener.note(word, version)
    return listener


def still_the_same(rt: Runtime, listener: Listener) -> str:
    """How this stream ends, now that something about its account changed; empty if it need not."""
    token = Token(listener.credential.kind, listener.token)
    try:
        principal = authenticate(rt, token)
    except CallsvcError:
        return "signed-out"
    return "" if principal == listener.principal else "later"  # it comes back with the rights of now


def _listener(principal: Principal, token: Token, words: dict[str, str], agent_id: str) -> Listener:
    id = token.text.partition(".")[0] if token.kind == "key" else principal.session_id
    return Listener(principal, Credential(token.kind, id), words, agent_id=agent_id, token=token.text)


def _looked_up(tx: Tx, principal: Principal, agent_id: str, word: str) -> str | None:
    """The word the hub knows this by; None when it is not theirs to hear."""
    name, _, which = word.partition(":")
    topic = next((TOPICS[known] for known in TOPICS if known == name), None)
    if topic is None or not topic.scope or not principal.may(topic.scope):
        return None
    if name == "desk":
        return f"desk:{agent_id}" if agent_id and which in ("", agent_id) else None
    if topic.by == "region" and which and not principal.works_in(which):
        return None
    if name == "campaign" and which and not _sees_campaign(tx, principal, which):
        return None
    return word


def _sees_campaign(tx: Tx, principal: Principal, campaign_id: str) -> bool:
    try:
        campaign_seen(tx, principal, campaign_id)
    except NotFound:
        return False
    return True
