"""A small app around the browser's components, driven by the tests."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import reflex as rx
from starlette.applications import Starlette

from gptchina.components.account_live import account_live
from gptchina.components.api_form import api_field, api_form, api_submit
from gptchina.components.claim_button import claim_button
from gptchina.components.composer import composer, prompt_button
from gptchina.components.dialog import dialog, dialog_button, dialog_close
from gptchina.components.menu import menu, menu_item, menu_popup, menu_separator, menu_trigger
from gptchina.components.preference import preference_radio
from gptchina.components.text import short_tokens, t, tokens
from gptchina.components.transcript import transcript

from . import live

ids = itertools.count(1)
MESSAGES = {
    "provider_down": "The model's provider does not answer.",
    "email_taken": "This e-mail address is taken.",
    "wrong_credentials": "E-mail or password is wrong.",
    "too_many_attempts": "Too many attempts. Try again in {seconds} seconds.",
}


def message(role: str, text: str, **more: Any) -> dict[str, Any]:
    """A message as the chat's state describes it."""
    base = {"id": f"m{next(ids)}", "role": role, "text": text, "reasoning": "", "status": "done"}
    rest = {"code": "", "params": {}, "cost": 0, "estimated": False, "model": "demo"}
    return base | rest | more


def saved(conversation: str) -> list[dict[str, Any]]:
    """What a database would hold of a conversation whose answers still run."""
    rows: list[dict[str, Any]] = []
    for generation, script in live.SCRIPTS.items():
        if script.conversation == conversation:
            text = "".join(piece[2] for piece in script.due() if piece[1] == "t")
            rows.append(message("user", script.user["text"], id=script.user["id"]))
            rows.append(message("assistant", text[:20], id=generation, status="streaming"))
    return rows


class Trial(rx.State):
    """The part of the chat's state that the transcript and the composer see."""

    ready: bool = False
    conversation: str = ""
    history: list[dict[str, Any]] = []  # noqa: RUF012 -- Reflex copies it for each client
    generation: str = ""
    running: bool = False
    returned_draft: str = ""
    refusal: str = ""
    refusal_params: dict[str, int] = {}  # noqa: RUF012
    amounts: list[int] = [7, 1250000]  # noqa: RUF012

    @rx.event
    def open(self) -> None:
        """Open the conversation that the address names, of as many pairs as it says."""
        query = self.router.url.query_parameters
        count = int(query.get("pairs", "0"))
        self.ready = True
        self.refusal = ""
        if "chat" not in query and "pairs" not in query and self.conversation:
            self.history = saved(self.conversation)
            return
        self.conversation = query.get("chat", "")
        self.generation = query.get("generation", "")
        text = "Some **bold** words in a paragraph, with `code`.\n\n- one\n- two\n\n"
        self.history = [
            message(role, f"Question {i}" if role == "user" else f"Answer {i}. {text * 2}", cost=12)
            for i in range(count)
            for role in ("user", "assistant")
        ] or saved(self.conversation)

    @rx.event(background=True)
    async def send(self, text: str):
        """Begin a turn, or refuse it."""
        live.EVENTS.append(f"send {text}")
        async with self:
            self.refusal = self.returned_draft = ""
        async with self:
            if text.startswith("refuse"):
                self.refusal = "insufficient_balance"
                self.refusal_params = {"price": 1200, "balance": 300}
                self.returned_draft = text
                return
            self.conversation = self.conversation or f"c{next(ids)}"
            self.generation = f"g{next(ids)}"
            self.running = True
            live.begin(self.generation, self.conversation, {"id": f"u{next(ids)}", "text": text})

    @rx.event
    def retry(self, message_id: str) -> None:
        """Begin the turn of a failed answer again."""
        live.EVENTS.append(f"retry {message_id}")
        user = live.SCRIPTS[message_id].user
        self.generation = f"g{next(ids)}"
        self.running = True
        live.begin(self.generation, self.conversation, user)

    @rx.event
    def finished(self, generation: str) -> None:
        """Take note of the end of a turn."""
        live.EVENTS.append(f"finished {generation}")
        self.generation = ""
        self.running = False

    @rx.event
    def stop(self) -> None:
        """Note that the answer was to be stopped."""
        live.EVENTS.append("stop")

    @rx.event
    def new_chat(self) -> None:
        """Leave the conversation."""
        self.conversation = self.generation = ""
        self.history = []
        self.running = False


class Pokes(rx.State):
    """Counts what the live socket tells."""

    wallet: int = 0
    turns: int = 0
    shown: bool = False
    claimed: int = 0
    claim_at: str = ""
    server_time: str = ""
    picked: str = ""

    @rx.event
    def on_wallet(self) -> None:
        """Count a poke of the wallet."""
        self.wallet += 1

    @rx.event
    def on_turns(self) -> None:
        """Count a poke of the turns."""
        self.turns += 1

    @rx.event
    def ready_in(self, seconds: str) -> None:
        """Make the claim possible in so many seconds of the server's time, a day off ours."""
        there = datetime.now(UTC) - timedelta(days=1)
        self.server_time = there.isoformat()
        self.claim_at = (there + timedelta(seconds=float(seconds))).isoformat()

    @rx.event
    def claim(self) -> None:
        """Count a claim."""
        self.claimed += 1

    @rx.event
    def show(self) -> None:
        """Open the dialog from the state."""
        self.shown = True

    @rx.event
    def hide(self) -> None:
        """Note that the dialog was closed."""
        self.shown = False

    @rx.event
    def pick(self, what: str) -> None:
        """Note what was picked from the menu."""
        self.picked = what


def chat() -> rx.Component:
    """The conversation and the composer, filling the window."""
    return rx.el.main(
        rx.el.button("New chat", on_click=Trial.new_chat),
        rx.el.button("Elsewhere", on_click=rx.redirect("/parts")),
        transcript(
            rx.el.p(t("What can I help with?"), id="empty"),
            prompt_button(text=t("Explain tokens"), class_name="button"),
            conversation=Trial.conversation,
            history=Trial.history,
            generation=Trial.generation,
            messages=MESSAGES,
            refusal=Trial.refusal,
            refusal_params=Trial.refusal_params,
            on_retry=Trial.retry,
            on_finished=Trial.finished,
        ),
        composer(
            conversation=Trial.conversation,
            running=Trial.running,
            returned_draft=Trial.returned_draft,
            on_send=Trial.send,
            on_stop=Trial.stop,
        ),
        class_name="trial",
        custom_attrs={"data-ready": Trial.ready.to_string()},
    )


@rx.memo
def amount_row(amount: rx.Var[int]) -> rx.Component:
    """One amount, drawn by a memoised row."""
    return rx.el.li(t("{count} tokens", count=amount), title=short_tokens(amount))


def texts() -> rx.Component:
    """Text in every place where text can stand."""
    return rx.el.section(
        rx.el.h1(t("Settings")),
        rx.el.p(tokens(Trial.amounts[1]), id="amount"),
        rx.el.input(placeholder=t("Ask anything"), aria_label=t("Message"), id="probe"),
        rx.cond(Pokes.shown, t("Close"), t("Settings")),
        rx.el.ul(
            rx.foreach(Trial.amounts, lambda a: amount_row(amount=a)),
            rx.foreach(Trial.amounts, lambda a: rx.el.li(t("about {count} tokens", count=a))),
        ),
        preference_radio("English", kind="language", value="en"),
        preference_radio("简体中文", kind="language", value="zh"),
        preference_radio(t("Dark"), kind="theme", value="dark"),
        preference_radio(t("System"), kind="theme", value="system"),
    )


def the_menu() -> rx.Component:
    """A menu of two actions, a place and themes."""
    return menu(
        menu_trigger("Actions"),
        menu_popup(
            menu_item("Rename", on_select=Pokes.pick("rename")),
            menu_item("Delete", on_select=Pokes.pick("delete")),
            menu_item("Chat", href="/"),
            menu_separator(),
            preference_radio("Light", kind="theme", value="light"),
            label="Chat actions",
        ),
    )


def dialogs() -> rx.Component:
    """A dialog of the state and one of a button."""
    return rx.fragment(
        rx.el.button("Ask", on_click=Pokes.show),
        dialog(
            rx.el.input(aria_label="Inside"),
            open=Pokes.shown,
            title="Delete chat",
            on_close=Pokes.hide,
        ),
        dialog_button("Buy Tokens", dialog="buy"),
        dialog(dialog_close("Later"), id="buy", title="Buy Tokens", dismissible=False),
    )


def sign_in() -> rx.Component:
    """A form of the HTTP API."""
    return api_form(
        api_field(name="email", label="Email", type="email", auto_complete="email"),
        api_field(name="password", label="Password", type="password", hint="Eight at least"),
        api_submit("Log in"),
        action="/api/login",
        next_path="/",
        messages=MESSAGES,
    )


def parts() -> rx.Component:
    """Everything that is not the conversation."""
    return rx.el.main(
        texts(),
        the_menu(),
        dialogs(),
        sign_in(),
        rx.el.button("Soon", on_click=Pokes.ready_in("3.5")),
        rx.el.button("Later", on_click=Pokes.ready_in("82944.2")),
        claim_button(
            claim_at=Pokes.claim_at,
            server_time=Pokes.server_time,
            amount=20000,
            on_claim=Pokes.claim,
        ),
        account_live(active=True, on_wallet=Pokes.on_wallet, on_turns=Pokes.on_turns),
        rx.el.output(
            f"wallet {Pokes.wallet} turns {Pokes.turns} claimed {Pokes.claimed} {Pokes.picked}"
        ),
        rx.el.a("Chat", href="/"),
    )


app = rx.App(
    api_transformer=Starlette(routes=live.ROUTES),
    stylesheets=["/theme.css", "/controls.css", "/shell.css", "/transcript.css", "/trial.css"],
    head_components=[
        rx.el.script(src="/theme.js"),
        rx.el.link(rel="icon", href="data:,"),
    ],
    toaster=None,
)
app.add_page(chat, route="/", on_load=Trial.open)
app.add_page(chat, route="/c/[chat_id]", on_load=Trial.open)
app.add_page(parts, route="/parts")
