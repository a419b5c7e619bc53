"""How a turn begins: a question is priced, the worst case is held, and both are stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Conversation, Message
from gptchina.domain import catalog, clock, ledger, pricing, spending
from gptchina.domain.errors import DomainError, NotFoundError
from gptchina.providers.llm import CompletionRequest

from . import prompts
from .charges import Price
from .conversations import messages_of, owned, title_from
from .endings import LEASE, publish_turn
from .records import MessageRecord, Question, Turn

if TYPE_CHECKING:
    from gptchina.domain.catalog import OfferedModel


class TurnRunningError(DomainError):
    """The conversation already has an answer on its way."""

    code = "turn_running"


@dataclass(frozen=True)
class _Plan:
    """A turn before it is admitted."""

    account_id: int
    conversation_id: str
    question: Question
    model: OfferedModel
    prompt: prompts.Prompt
    replaces: str = ""


def start(account_id: int, conversation_id: str, text: str, model_id: str) -> Turn:
    """Take a question: store it, hold the worst case of its answer, and return the turn.

    Without enough for a useful answer, in the balance and within the owner's limit for the day,
    nothing is held: the question is stored together
    with an answer that says so, and the turn comes back without a request.

    Args:
        account_id: who asks.
        conversation_id: the conversation, or "" for a new one.
        text: the question.
        model_id: the model to answer.

    Raises:
        InvalidMessageError, MessageTooLongError: the text cannot be a question.
        ModelNotOfferedError: the model is not offered.
        NotFoundError: the conversation is not the account's.
        TurnRunningError: the conversation already has an answer on its way.
    """
    question = Question(uuid4().hex, prompts.clean(text))
    model = catalog.find(model_id)
    history: list[MessageRecord] = []
    if conversation_id:
        with reading() as session:
            owned(session, account_id, conversation_id)
            history = messages_of(session, conversation_id)
    prompt = prompts.build(model.id, _room(model), history, question.text)
    return _admit(_Plan(account_id, conversation_id, question, model, prompt))


def retry(account_id: int, message_id: str, model_id: str) -> Turn:
    """Answer a question anew whose last answer failed or was stopped; the old one goes.

    Raises:
        NotFoundError: the message is not the last of a conversation of the account, or is no
            answer that can be tried again.
        ModelNotOfferedError: the model is not offered.
    """
    model = catalog.find(model_id)
    with reading() as session:
        row = session.get(Message, message_id)
        if row is None or row.status not in {"error", "stopped"}:
            raise NotFoundError
        owned(session, account_id, row.conversation_id)
        *history, asked, answer = messages_of(session, row.conversation_id)
    if answer.id != message_id or asked.role != "user":
        raise NotFoundError
    prompt = prompts.build(model.id, _room(model), history, asked.text)
    question = Question(asked.id, asked.text)
    return _admit(
        _Plan(account_id, row.conversation_id, question, model, prompt, replaces=message_id)
    )


def _room(model: OfferedModel) -> int:
    return max(model.context_window - model.max_output, model.context_window // 2)


def _admit(plan: _Plan) -> Turn:
    turn_id = uuid4().hex
    try:
        with transaction() as session:
            conversation_id = _store_question(session, plan)
            max_output, refusal = _hold(session, plan, turn_id, conversation_id)
            session.add(
                Message(
                    id=turn_id,
                    conversation_id=conversation_id,
                    position=_next_position(session, conversation_id),
                    role="assistant",
                    status="error" if refusal else "streaming",
                    code=refusal.code if refusal else "",
                    params=dict(refusal.params) if refusal else {},
                    model=plan.model.id,
                    created_at=clock.now(),
                )
            )
    except IntegrityError as error:
        # PostgreSQL names the constraint, SQLite the columns.
        if "uq_message" in str(error.orig) or "message." in str(error.orig):
            raise TurnRunningError from error
        raise
    publish_turn(plan.account_id)
    return _turn(plan, turn_id, conversation_id, 0 if refusal else max_output)


def _turn(plan: _Plan, turn_id: str, conversation_id: str, max_output: int) -> Turn:
    model, prompt = plan.model, plan.prompt
    request = CompletionRequest(
        model=model.upstream,
        vendor=model.vendor,
        messages=prompt.messages,
        max_output=max_output,
    )
    return Turn(
        id=turn_id,
        account_id=plan.account_id,
        conversation_id=conversation_id,
        title=title_from(plan.question.text),
        question=plan.question,
        model=model.id,
        price=Price(model.rates, model.markup, prompt.tokens.likely, model.context_window),
        request=request if max_output else None,
    )


def _store_question(session: Session, plan: _Plan) -> str:
    """Store the question in its conversation, made if need be; return the conversation's id."""
    now = clock.now()
    conversation_id = plan.conversation_id or uuid4().hex
    if not plan.conversation_id:
        session.add(
            Conversation(
                id=conversation_id,
                account_id=plan.account_id,
                title=title_from(plan.question.text),
                model=plan.model.id,
                created_at=now,
                updated_at=now,
            )
        )
    else:
        row = owned(session, plan.account_id, conversation_id)
        row.updated_at, row.model = now, plan.model.id
    session.flush()
    if plan.replaces:
        row = session.get(Message, plan.replaces)
        if row is None:
            raise TurnRunningError
        session.delete(row)
    else:
        session.add(
            Message(
                id=plan.question.id,
                conversation_id=conversation_id,
                position=_next_position(session, conversation_id),
                role="user",
                text=plan.question.text,
                created_at=now,
            )
        )
    session.flush()
    return conversation_id


def _next_position(session: Session, conversation_id: str) -> int:
    last = session.exec(
        select(func.max(Message.position)).where(Message.conversation_id == conversation_id)
    ).one()
    return (last or 0) + 1


ATTEMPTS = 3


def _hold(
    session: Session, plan: _Plan, turn_id: str, conversation_id: str
) -> tuple[int, DomainError | None]:
    """Hold what the answer can cost at most; return the output cap, or why there is none."""
    model, prompt = plan.model, plan.prompt
    day = spending.today(session, plan.account_id)
    rates, markup = model.rates, model.markup
    terms = ledger.Terms(
        turn_id=turn_id,
        account_id=plan.account_id,
        conversation_id=conversation_id,
        model=model.id,
        input_rate=rates.input,
        output_rate=rates.output,
        cache_read_rate=rates.cache_read,
        cache_write_rate=rates.cache_write,
        markup=markup,
        prompt_tokens=prompt.tokens.likely,
        day=day,
    )
    useful = min(model.min_output, model.max_output)
    for _ in range(ATTEMPTS):
        # Another turn may take its hold between this look and ours: then look again.
        spendable = ledger.balance_of(session, plan.account_id).spendable(day)
        affordable = pricing.affordable_output(spendable, prompt.tokens.most, rates, markup)
        max_output = min(model.max_output, affordable)
        if max_output < useful:
            break
        amount = _least(pricing.worst_case(prompt.tokens.most, max_output, rates, markup))
        try:
            ledger.hold(session, terms, amount, clock.now() + LEASE)
        except (ledger.InsufficientBalanceError, ledger.SpendingLimitError):
            continue
        return max_output, None
    price = _least(pricing.worst_case(prompt.tokens.most, useful, rates, markup))
    return 0, ledger.refusal(ledger.balance_of(session, plan.account_id), price, day)


def _least(amount: int) -> int:
    """Return the amount to hold: one token at least, since a free turn has a hold, too."""
    return max(amount, 1)
