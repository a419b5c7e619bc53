"""Mail by SMTP, with the standard library, in a thread."""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from .contract import MailError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .contract import Mail

SECONDS = 20
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ADDRESS = re.compile(r"[^\x00-\x20@<>,;:\"()\\]+@[^\x00-\x20@<>,;:\"()\\]+")
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, as SMTP_URL says it; encrypted from the first byte or later."""

    host: str
    port: int
    user: str
    password: str
    implicit_tls: bool

    @classmethod
    def of(cls, url: str) -> Server:
        """Read an address such as smtp://user:password@host:587."""
        parts = urlsplit(url)
        return cls(
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            implicit_tls=parts.scheme == "smtps",
        )


class SmtpMailer:
    """Opens a connection for each mail: there are few."""

    def __init__(
        self, server: Server, sender: str, own_name: str, now: Callable[[], datetime]
    ) -> None:
        """Take the server, the From address, the name to say hello with, and a clock."""
        self._server = server
        self._sender = sender
        self._own_name = own_name
        self._now = now

    async def send(self, mail: Mail) -> None:
        """Hand a mail over; raise MailError for whatever fails on the way."""
        try:
            message = self._message(mail)
            await asyncio.to_thread(self._deliver, message)
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
            raise MailError(f"{type(error).__name__}: {error}") from error

    def _message(self, mail: Mail) -> EmailMessage:
        if not _ADDRESS.fullmatch(mail.to):
            raise MailError("the recipient is not one address")
        # This policy refuses line breaks in headers, by which somebody could add some.
        message = EmailMessage(policy=SMTP)
        name, address = parseaddr(self._sender)
        message["From"] = Address(display_name=name, addr_spec=address)
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._now())
        domain = address.rpartition("@")[2]
        message["Message-ID"] = f"<{mail.id}@{domain}>"
        # Nobody's answering machine shall answer it.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        for each in mail.attachments:
            kind, _, subtype = each.media_type.partition("/")
            message.add_attachment(each.content, maintype=kind, subtype=subtype, filename=each.name)
        # Only now: what makes it a mail of several parts moves such headers into the first.
        message["Content-Language"] = mail.language
        return message

    def _deliver(self, message: EmailMessage) -> None:
        with self._connect() as connection:
            if self._server.user:
                encrypted = isinstance(connection.sock, ssl.SSLSocket)
                if not encrypted and self._server.host not in LOOPBACK:
                    raise MailError("there is a password, and the server offers no encryption")
                connection.login(self._server.user, self._server.password)
            connection.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        context = ssl.create_default_context()
        if self._server.implicit_tls:
            return smtplib.SMTP_SSL(host, port, self._own_name, timeout=SECONDS, context=context)
        connection = smtplib.SMTP(host, port, self._own_name, timeout=SECONDS)
        try:
            connection.ehlo_or_helo_if_needed()
            if connection.has_extn("starttls"):
                connection.starttls(context=context)
        except BaseException:
            connection.close()
            raise
        return connection
