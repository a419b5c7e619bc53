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
class NoticeView:
    """A short message about what just happened; kind is "success", "error" or "info"."""

    id: str
    kind: str
    message: str
    params: Params
