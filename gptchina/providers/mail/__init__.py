"""Mail behind a Protocol of our own; how it is sent stays inside."""

from .contract import Attachment, Mail, Mailer, MailError
from .registry import get_mailer

__all__ = ["Attachment", "Mail", "MailError", "Mailer", "get_mailer"]
