"""What the program asks of whoever sends its mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class MailError(Exception):
    """A mail could not be sent; the message is for the log alone."""


@dataclass(frozen=True)
class Attachment:
    """A file that comes with a mail; media_type such as "application/pdf"."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """A mail to one person.

    Attributes:
        to: the address.
        subject: one line.
        text: for readers of plain text.
        html: the same, for those of HTML.
        attachments: files.
        id: names the mail for good, so that one that came twice can be seen as one.
        language: of the text, as HTTP names it: "en", "zh-CN".
    """

    to: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    id: str = ""
    language: str = "en"


class Mailer(Protocol):
    """Sends mail."""

    async def send(self, mail: Mail) -> None:
        """Hand a mail over to be delivered; raise MailError if that failed."""
        ...
