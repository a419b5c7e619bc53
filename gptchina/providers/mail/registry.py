"""The mailer that is configured."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gptchina.settings import get_settings

from .smtp import Server, SmtpMailer

if TYPE_CHECKING:
    from .contract import Mailer


def get_mailer() -> Mailer | None:
    """Return what sends mail, None if no mail server is set."""
    settings = get_settings()
    url = settings.smtp_url.get_secret_value()
    if not url:
        return None
    own_name = urlsplit(settings.url).hostname or "localhost"
    return SmtpMailer(Server.of(url), settings.mail_from, own_name, lambda: datetime.now(UTC))
