"""The way out of the account, by the HTTP API, since the session is a cookie."""

from __future__ import annotations

import reflex as rx


class LogOut(rx.Component):
    """Ends the session when the button it holds is pressed, then goes to /login."""

    library = "$/public/log_out.jsx"
    tag = "LogOut"


log_out = LogOut.create
