"""What the pages show: frozen, plain, ready to be sent to a browser."""

from __future__ import annotations

from dataclasses import dataclass, field

Params = dict[str, str | int]


@dataclass(frozen=True)
class ChatView:
    """A conversation in the list; age is "today", "yesterday", "week", "month" or "older"."""

    id: str
    title: str
    age: str


@dataclass(frozen=True)
class MessageView:
    """A message; cost in tokens, code and params of a failure."""

    id: str
    role: str
    text: str
    reasoning: str = ""
    status: str = "done"
    code: str = ""
    params: Params = field(default_factory=dict[str, str | int])
    cost: int = 0
    model: str = ""
    estimated: bool = False


@dataclass(frozen=True)
class RefusalView:
    """Why a question was not taken, and its text, which goes back to where it was typed."""

    code: str = ""
    params: Params = field(default_factory=dict[str, str | int])
    draft: str = ""


@dataclass(frozen=True)
class ModelView:
    """A model to choose; rates are USD per 1,000,000 model tokens, as shown."""

    id: str
    name: str
    vendor: str
    input_rate: str
    output_rate: str
    demo: bool


@dataclass(frozen=True)
class DeviceView:
    """A signed-in device; last_seen is an ISO time in UTC."""

    id: str
    browser: str
    address: str
    last_seen: str
    current: bool


@dataclass(frozen=True)
class WrongFieldView:
    """What is wrong with a form: in which field, "" for all of it, and the message, "" if none."""

    name: str = ""
    message: str = ""
    params: Params = field(default_factory=dict[str, str | int])


@dataclass(frozen=True)
class NoticeView:
    """A short message about what just happened; kind is "success", "error" or "info"."""

    id: str
    kind: str
    message: str
    params: Params


@dataclass(frozen=True)
class EntryView:
    """An entry of the ledger and its cause; amounts in tokens, `at` an ISO time in UTC.

    `chat` is the id of the conversation, "" when there is none any more; `tokens` and `money`, in
    minor units, are those of an order.
    """

    id: str
    at: str
    kind: str
    change: int
    debt: int
    balance: int
    model: str = ""
    chat: str = ""
    title: str = ""
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0
    estimated: bool = False
    tokens: int = 0
    money: int = 0
    currency: str = ""
    note: str = ""


@dataclass(frozen=True)
class DayView:
    """A day such as 2026-11-25: what was spent, and the balance at its end, in tokens."""

    day: str
    spent: int
    balance: int


@dataclass(frozen=True)
class ShareView:
    """A model or a chat with what went into it; a deleted chat has no name, but a last day."""

    id: str
    name: str
    spent: int
    answers: int
    last: str = ""


@dataclass(frozen=True)
class SummaryView:
    """The figures of a period."""

    days: list[DayView] = field(default_factory=list[DayView])
    models: list[ShareView] = field(default_factory=list[ShareView])
    chats: list[ShareView] = field(default_factory=list[ShareView])
    more_chats: int = 0
    spent: int = 0
    answers: int = 0


@dataclass(frozen=True)
class FilterView:
    """What the history is narrowed down to; days such as 2026-11-25, "" for none."""

    kind: str = ""
    first: str = ""
    last: str = ""
    text: str = ""


@dataclass(frozen=True)
class MeterView:
    """What the chat has cost, in tokens; `left` is -1 while it is unknown or without end."""

    last: int = 0
    conversation: int = 0
    today: int = 0
    answer: int = 0
    left: int = -1
