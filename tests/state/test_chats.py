import reflex as rx

from gptchina.db.engine import transaction
from gptchina.db.models import Conversation, Message
from gptchina.domain import clock
from gptchina.domain.accounts import Identity
from gptchina.state.chats import ChatsState
from tests.factories import make_account


async def test_an_answer_that_begins_or_ends_does_not_send_the_list_again(database):
    account = make_account()
    with transaction() as session:
        now = clock.now()
        session.add(
            Conversation(id="c", account_id=account, title="Tea", created_at=now, updated_at=now)
        )
    chats = await rx.State().get_state(ChatsState)
    identity = Identity(account, 1, "Li", "", "user", "", "", "", "")
    await chats._load(identity)
    assert [chat.title for chat in chats.chats] == ["Tea"]
    for status, running in (("streaming", ["c"]), ("done", [])):
        chats._clean()
        with transaction() as session:
            answer = session.get(Message, "m") or Message(
                id="m", conversation_id="c", position=1, role="assistant", created_at=now
            )
            answer.status = status
            session.add(answer)
        await chats._load(identity)
        assert chats.running == running
        assert "chats" not in chats.dirty_vars
