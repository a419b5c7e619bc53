"""The sections of the settings page."""

from __future__ import annotations

import reflex as rx

from gptchina.components.dialog import dialog, dialog_button, dialog_close
from gptchina.components.forms import field, form_error, save_row
from gptchina.components.icons import icon
from gptchina.components.moment import moment
from gptchina.components.preferences import language_choice, theme_choice
from gptchina.components.text import t
from gptchina.state.account import AccountState
from gptchina.state.session import SessionState
from gptchina.state.views import DeviceView

DELETE_DIALOG = "delete-account"


def section(title: rx.Var[str], text: rx.Var[str], *content: rx.Component) -> rx.Component:
    """Return one section: what it is on the left, what can be done on the right."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="section-title"), rx.el.p(text, class_name="section-text")
        ),
        rx.el.div(*content, class_name="section-content"),
        class_name="section",
    )


def appearance_section() -> rx.Component:
    """Return the choice of theme and language."""
    return section(
        t("Appearance"),
        t("Kept with your account, on every device."),
        rx.el.div(
            rx.el.span(t("Theme"), class_name="field-label"), theme_choice(), class_name="field"
        ),
        rx.el.div(
            rx.el.span(t("Language"), class_name="field-label"),
            language_choice(),
            class_name="field",
        ),
    )


def name_section() -> rx.Component:
    """Return the form that changes the name."""
    return section(
        t("Name"),
        t("How GPTChina greets you. Nobody else sees it."),
        rx.el.form(
            field(
                "name",
                "name",
                t("Name"),
                auto_complete="name",
                value=SessionState.name,
            ),
            form_error("name"),
            save_row("name", t("Save")),
            on_submit=AccountState.change_name,
            no_validate=True,
            class_name="form",
        ),
    )


def email_section() -> rx.Component:
    """Return the form that changes the e-mail address."""
    return section(
        t("Email"),
        t("You log in with it."),
        rx.el.form(
            field(
                "email",
                "email",
                t("Email"),
                kind="email",
                auto_complete="email",
                value=SessionState.email,
            ),
            _current_password("email"),
            form_error("email"),
            save_row("email", t("Change email")),
            key=rx.cond(AccountState.saved == "email", "saved", "open"),
            on_submit=AccountState.change_email,
            no_validate=True,
            class_name="form",
        ),
    )


def password_section() -> rx.Component:
    """Return the form that changes the password."""
    return section(
        t("Password"),
        t("Changing it logs out all your other devices."),
        rx.el.form(
            _current_password("password"),
            field(
                "password",
                "new_password",
                t("New password"),
                kind="password",
                auto_complete="new-password",
                hint=t("At least 8 characters"),
            ),
            form_error("password"),
            save_row("password", t("Change password")),
            key=rx.cond(AccountState.saved == "password", "saved", "open"),
            on_submit=AccountState.change_password,
            no_validate=True,
            class_name="form",
        ),
    )


def _current_password(form: str) -> rx.Component:
    return field(
        form,
        "password",
        t("Current password"),
        kind="password",
        auto_complete="current-password",
    )


def devices_section() -> rx.Component:
    """Return the devices that are signed in, each with its way out."""
    return section(
        t("Signed-in devices"),
        t("Log out what you do not know, then change your password."),
        rx.el.ul(rx.foreach(AccountState.devices, _device), class_name="devices"),
        rx.el.div(
            rx.el.button(
                t("Log out everywhere"),
                type="button",
                class_name="button button-quiet",
                on_click=AccountState.end_all_devices,
            ),
            class_name="form-actions",
        ),
    )


def _device(device: DeviceView) -> rx.Component:
    return rx.el.li(
        icon("device"),
        rx.el.div(
            rx.el.p(_device_name(device), class_name="device-name"),
            rx.el.p(
                device.address, " · ", moment(device.last_seen), class_name="device-note figures"
            ),
            class_name="device-words",
        ),
        rx.cond(
            device.current,
            rx.el.span(t("This device"), class_name="tag"),
            rx.el.button(
                t("Log out"),
                type="button",
                class_name="button button-quiet button-small",
                aria_label=t("Log out {device}", device=_device_name(device)),
                on_click=AccountState.end_device(device.id),
            ),
        ),
        key=device.id,
        class_name="device",
    )


def _device_name(device: DeviceView) -> rx.Var[str]:
    return rx.cond(device.browser, device.browser, t("Unknown device"))


def delete_section() -> rx.Component:
    """Return the way to delete the account, behind a dialog that asks for the password."""
    return section(
        t("Delete account"),
        t("Your chats, your name and your email go for good. Tokens are lost."),
        rx.el.div(
            dialog_button(
                t("Delete account…"),
                dialog=DELETE_DIALOG,
                class_name="button button-danger-quiet",
            ),
            class_name="form-actions",
        ),
        dialog(
            rx.el.form(
                _current_password("delete"),
                form_error("delete"),
                rx.el.div(
                    dialog_close(t("Cancel"), class_name="button button-quiet"),
                    rx.el.button(
                        t("Delete account"), type="submit", class_name="button button-danger"
                    ),
                    class_name="dialog-actions",
                ),
                on_submit=AccountState.delete_account,
                no_validate=True,
                class_name="form",
            ),
            id=DELETE_DIALOG,
            title=t("Delete your account?"),
            description=t("This cannot be undone. Confirm it with your password."),
        ),
    )
