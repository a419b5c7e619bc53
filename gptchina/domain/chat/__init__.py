"""The chat: conversations, turns that are paid for, and answers that stream."""

from .admission import TurnRunningError
from .asking import ask, ask_again, discard
from .conversations import (
    InvalidTitleError,
    latest_turn,
    list_chats,
    open_chat,
    rename,
)
from .endings import sweep
from .following import Frame, follow
from .generations import drain, stop
from .log import Chunk
from .prompts import InvalidMessageError, MessageTooLongError
from .records import ChatRecord, Conversation, End, MessageRecord, Question, Turn
from .relay import with_other_workers
from .stored import Head

__all__ = [
    "ChatRecord",
    "Chunk",
    "Conversation",
    "End",
    "Frame",
    "Head",
    "InvalidMessageError",
    "InvalidTitleError",
    "MessageRecord",
    "MessageTooLongError",
    "Question",
    "Turn",
    "TurnRunningError",
    "ask",
    "ask_again",
    "discard",
    "drain",
    "follow",
    "latest_turn",
    "list_chats",
    "open_chat",
    "rename",
    "stop",
    "sweep",
    "with_other_workers",
]
