"""Popup menus with the keyboard that menus have."""

from __future__ import annotations

import reflex as rx

LIBRARY = "$/public/menu.jsx"


class Menu(rx.Component):
    """Holds one ``menu_trigger`` and one ``menu_popup``."""

    library = LIBRARY
    tag = "Menu"


class MenuTrigger(rx.Component):
    """The button that opens the menu; give it an ``aria_label`` when it shows no text."""

    library = LIBRARY
    tag = "MenuTrigger"


class MenuPopup(rx.Component):
    """The popup; holds items and separators and stays inside the viewport."""

    library = LIBRARY
    tag = "MenuPopup"

    # What the menu is for, as a screen reader says it.
    label: rx.Var[str]


class MenuItem(rx.Component):
    """One action: an event (``on_select``) or a place on this site (``href``)."""

    library = LIBRARY
    tag = "MenuItem"

    href: rx.Var[str]
    disabled: rx.Var[bool]
    on_select: rx.EventHandler[rx.event.no_args_event_spec]


class MenuSeparator(rx.Component):
    """A line between groups of items."""

    library = LIBRARY
    tag = "MenuSeparator"


menu = Menu.create
menu_trigger = MenuTrigger.create
menu_popup = MenuPopup.create
menu_item = MenuItem.create
menu_separator = MenuSeparator.create
