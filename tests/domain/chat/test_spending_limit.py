import asyncio

from gptchina.domain import accounts, catalog, chat, spending
from gptchina.domain.spending import set_limit, spending_of
from tests.domain.chat.conftest import MODEL, balance, begin, ended, stored, until
from tests.domain.chat.test_admission import price, useful_price
from tests.factories import make_account

RICH = 10**9


async def test_of_64_turns_at_once_a_limit_for_10_admits_10(provider):
    text = "[demo first=60000]"
    account = make_account(RICH)
    set_limit(account, 10 * price(text, catalog.find(MODEL).max_output))
    turns = await asyncio.gather(*(begin(account, text) for _ in range(64)))
    assert len([turn for turn in turns if turn.request]) == 10
    assert spending_of(account).left < useful_price(text)
    await until(lambda: len(provider) == 10)
    for turn in turns:
        chat.stop(account, turn.id)
        end = await ended(account, turn)
        assert end.code == ("" if turn.request else "spending_limit")
    assert balance(account).held == 0
    assert spending_of(account).spent == RICH - balance(account).balance


async def test_a_limit_shortens_the_answer_as_a_small_balance_does(provider):
    text = "[demo length=3000]"
    account = make_account(RICH)
    limit = useful_price(text) * 2
    set_limit(account, limit)
    turn = await begin(account, text)
    assert turn.request is not None
    assert turn.request.max_output < catalog.find(MODEL).max_output
    await ended(account, turn)
    assert spending_of(account).spent == stored(turn.id)[1].cost <= limit


async def test_beyond_the_limit_the_message_says_what_is_left(provider):
    text = "Tell me more."
    account = make_account(RICH)
    set_limit(account, useful_price(text) - 1)
    accounts.set_time_zone(account, "Asia/Shanghai")
    end = await ended(account, await begin(account, text))
    assert (end.status, end.code) == ("error", "spending_limit")
    assert end.params == {"price": useful_price(text), "left": useful_price(text) - 1}
    assert not provider
    set_limit(account, None)
    assert (await ended(account, await begin(account, "[demo length=1]"))).status == "done"
    assert spending.spending_of(account).spent > 0
