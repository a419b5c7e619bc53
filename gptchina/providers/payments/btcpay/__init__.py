"""BTCPay Server: Bitcoin, taken by a server of the operator's own (Greenfield API, version 1)."""

from .provider import BTCPayProvider
from .server import BTCPayAccount

__all__ = ["BTCPayAccount", "BTCPayProvider"]
