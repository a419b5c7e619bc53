"""The page's ear: turns what happens to the account elsewhere into events here."""

from __future__ import annotations

import reflex as rx


class AccountLive(rx.Component):
    """Draws nothing; listens on /live/account while ``active``.

    A topic says only that something changed: the handler fetches it. After a lost connection
    all of them fire once, since anything may have happened meanwhile. When the session has ended
    the page goes to /login.
    """

    library = "$/public/account_live.jsx"
    tag = "AccountLive"

    # Somebody is signed in.
    active: rx.Var[bool]
    on_wallet: rx.EventHandler[rx.event.no_args_event_spec]
    on_payments: rx.EventHandler[rx.event.no_args_event_spec]
    on_chats: rx.EventHandler[rx.event.no_args_event_spec]
    on_turns: rx.EventHandler[rx.event.no_args_event_spec]
    on_profile: rx.EventHandler[rx.event.no_args_event_spec]


account_live = AccountLive.create
