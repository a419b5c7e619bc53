"""The open conversation: its messages once, then only the ids of what happens in it."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import accounts, catalog, chat
from gptchina.domain.errors import DomainError, NotFoundError, NotSignedInError
from gptchina.domain.pricing import shown_rate
from gptchina.domain.threads import in_thread

from . import arguments
from .feedback import report
from .session import identify
from .views import MessageView, ModelView, RefusalView

PREFIX = "/c/"


class ChatState(rx.State):
    """The conversation on the screen.

    The browser owns its text: `history` is sent when a conversation is opened, and an answer
    goes to the transcript over a socket of its own, which `generation` names.
    """

    conversation: str = ""
    title: str = ""
    missing: bool = False
    loaded: bool = False
    history: list[MessageView] = []
    generation: str = ""
    running: bool = False
    refusal: RefusalView = RefusalView()
    models: list[ModelView] = []
    model: str = ""

    # The last answer this tab knows of, so that it notices one that was asked for elsewhere.
    _latest: str = ""

    @rx.event
    async def open(self) -> None:
        """Show the conversation the address names, or an empty one."""
        conversation_id = conversation_of(self)
        self._clear()
        try:
            identity = await identify(self)
            await self._load_models(identity)
            if conversation_id:
                await self._show(identity, conversation_id)
        except NotSignedInError:
            self.reset()
            return
        except NotFoundError:
            self.missing = True
        self.loaded = True

    @rx.event
    def new_chat(self) -> rx.event.EventSpec:
        """Begin an empty conversation."""
        self._clear()
        self.loaded = True
        return rx.redirect("/")

    @rx.event
    async def choose_model(self, model_id: str) -> rx.event.EventSpec | None:
        """Let another model answer from now on, here and in new conversations."""
        try:
            identity = await identify(self)
            model = catalog.find(arguments.text(model_id))
            await in_thread(accounts.set_model, identity.account_id, model.id)
        except DomainError as error:
            return await report(self, error)
        self.model = model.id
        return None

    @rx.event(background=True)
    async def send(self, text: str) -> rx.event.EventSpec | None:
        """Ask; a question that was refused goes back to where it was typed."""
        async with self:
            self.refusal = RefusalView()
            asked_in, model = self.conversation, self.model
        try:
            identity = await identify(self)
            turn = await chat.ask(identity.account_id, asked_in, arguments.text(text), model)
        except DomainError as error:
            async with self:
                return await self._refuse(error, text)
        async with self:
            # The reader may have moved on to another conversation meanwhile.
            if self.conversation == asked_in:
                self._follow(turn)
        return None

    @rx.event(background=True)
    async def retry(self, message_id: str) -> rx.event.EventSpec | None:
        """Ask the question of a failed answer again."""
        async with self:
            self.refusal = RefusalView()
            model = self.model
        try:
            identity = await identify(self)
            turn = await chat.ask_again(identity.account_id, arguments.text(message_id), model)
        except DomainError as error:
            async with self:
                return await self._refuse(error)
        async with self:
            if self.conversation == turn.conversation_id:
                self._follow(turn)
        return None

    @rx.event
    async def stop(self) -> rx.event.EventSpec | None:
        """End the answer that is being written here; what came of it stays."""
        try:
            identity = await identify(self)
        except DomainError as error:
            return await report(self, error)
        chat.stop(identity.account_id, self._latest)
        return None

    @rx.event
    def finished(self, generation: str) -> None:
        """Take note that the transcript has seen the end of an answer."""
        if generation == self._latest:
            self.running = False

    @rx.event
    async def turns_changed(self) -> None:
        """Follow an answer that was asked for in another tab."""
        if not self.conversation:
            return
        try:
            identity = await identify(self)
            latest, running = await in_thread(
                chat.latest_turn, identity.account_id, self.conversation
            )
        except NotSignedInError:
            return
        except NotFoundError:
            self._clear()
            self.loaded = self.missing = True
            return
        self.running = running
        if latest and latest != self._latest:
            self._latest = self.generation = latest

    async def _refuse(self, error: DomainError, draft: object = "") -> rx.event.EventSpec | None:
        if isinstance(error, NotSignedInError):
            return await report(self, error)
        self.refusal = RefusalView(
            error.code, error.params, draft if isinstance(draft, str) else ""
        )
        return None

    def _clear(self) -> None:
        self.conversation = self.title = self.generation = self._latest = ""
        self.refusal = RefusalView()
        self.missing = self.loaded = self.running = False
        self.history = []

    def _follow(self, turn: chat.Turn) -> None:
        self.conversation = turn.conversation_id
        self.title = self.title or turn.title
        self._latest = self.generation = turn.id
        self.running = turn.request is not None

    async def _show(self, identity: accounts.Identity, conversation_id: str) -> None:
        opened = await in_thread(chat.open_chat, identity.account_id, conversation_id)
        self.conversation, self.title = opened.id, opened.title
        self.history = [_view(message) for message in opened.messages]
        self.generation, self.running = opened.running, bool(opened.running)
        answers = [message.id for message in opened.messages if message.role == "assistant"]
        self._latest = answers[-1] if answers else ""
        if opened.model in {model.id for model in self.models}:
            self.model = opened.model

    async def _load_models(self, identity: accounts.Identity) -> None:
        offered = await in_thread(catalog.offered)
        self.models = [
            ModelView(
                id=model.id,
                name=model.name,
                vendor=model.vendor,
                input_rate=shown_rate(model.rates.input, model.markup),
                output_rate=shown_rate(model.rates.output, model.markup),
                demo=model.demo,
            )
            for model in offered
        ]
        ids = [model.id for model in self.models]
        self.model = identity.model if identity.model in ids else next(iter(ids), "")


def conversation_of(state: rx.State) -> str:
    """Return the id of the conversation that the page's address names, "" if none."""
    path = state.router.url.path.rstrip("/")
    return path.removeprefix(PREFIX) if path.startswith(PREFIX) else ""


def _view(message: chat.MessageRecord) -> MessageView:
    return MessageView(
        id=message.id,
        role=message.role,
        text=message.text,
        reasoning=message.reasoning,
        status=message.status,
        code=message.code,
        params=message.params,
        cost=message.cost,
        model=message.model,
        estimated=message.estimated,
    )
