"""The icons of the interface: one stroke, drawn on a 24 by 24 grid, coloured by the text."""

from __future__ import annotations

from typing import Literal

import reflex as rx

IconName = Literal[
    "alert",
    "arrow-left",
    "check",
    "chevron-down",
    "chevrons-up-down",
    "close",
    "coins",
    "cube",
    "device",
    "edit",
    "gift",
    "globe",
    "info",
    "key",
    "layers",
    "log-out",
    "mail",
    "menu",
    "monitor",
    "moon",
    "more",
    "panel",
    "pencil",
    "plus",
    "receipt",
    "server",
    "settings",
    "sparkle",
    "sun",
    "trash",
    "user",
    "wallet",
]

PATHS: dict[IconName, str] = {
    "alert": (
        "M12 8v5M12 16.5v.01M10.3 3.9 2.4 17.5A2 2 0 0 0 4.1 20.5h15.8a2 2 0 0 0 1.7-3L13.7"
        " 3.9a2 2 0 0 0-3.4 0Z"
    ),
    "arrow-left": "M19 12H5M11 6l-6 6 6 6",
    "check": "M20 6.5 9.5 17 4 11.5",
    "chevron-down": "m6 9 6 6 6-6",
    "chevrons-up-down": "m8 9 4-4 4 4M8 15l4 4 4-4",
    "close": "M18 6 6 18M6 6l12 12",
    "coins": (
        "M15 9A6 6 0 1 1 3 9a6 6 0 0 1 12 0ZM17.5 10.4a6 6 0 1 1-7.1 7.1M7.8 7.2H9v4.3M16.7"
        " 13.9l.7.7-2.8 2.8"
    ),
    "cube": (
        "M21 8.2v7.6a2 2 0 0 1-1 1.7l-7 4a2 2 0 0 1-2 0l-7-4a2 2 0 0 1-1-1.7V8.2a2 2 0 0 1 "
        "1-1.7l7-4a2 2 0 0 1 2 0l7 4a2 2 0 0 1 1 1.7ZM3.3 7.2 12 12.2l8.7-5M12 22V12.2"
    ),
    "device": (
        "M8 21h8M12 17v4M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z"
    ),
    "edit": (
        "M12 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-6M18.4 3.6a2.1 2.1 0 0 1 "
        "3 3L12.5 15.5 8.5 16.500l1-4Z"
    ),
    "gift": (
        "M4 12v7a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-7M3 8h18v4H3ZM12 8v13M12 8S10.8 3 8 3a2.5 "
        "2.5 0 0 0 0 5M12 8s1.2-5 4-5a2.5 2.5 0 0 1 0 5"
    ),
    "globe": (
        "M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0ZM2 12h20M12 2a15 15 0 0 1 0 20 15 15 0 0 1 0-20Z"
    ),
    "info": "M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0ZM12 16.500V11.500M12 8v.01",
    "key": "M11 15.500a5 5 0 1 1-10 0 5 5 0 0 1 10 0ZM9.6 12 20 1.600M16 5.500l3 3M13 8.600l2 2",
    "layers": "m12 2.5 9.5 5-9.5 5-9.5-5ZM2.5 12l9.5 5 9.5-5M2.5 16.500l9.5 5 9.5-5",
    "log-out": "M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4M16 17l5-5-5-5M21 12H9",
    "mail": (
        "M4 4.500h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2ZM2.5 "
        "7.5 12 13.500l9.5-6"
    ),
    "menu": "M4 7h16M4 12h16M4 17h16",
    "monitor": (
        "M8 21h8M12 17v4M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z"
    ),
    "moon": "M20.5 14.200A8.5 8.5 0 1 1 9.8 3.500a7 7 0 0 0 10.7 10.700Z",
    "more": "M5 12v.01M12 12v.01M19 12v.01",
    "panel": "M5 4h14a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2ZM9.5 4v16",
    "pencil": "M16.5 3.800a2.6 2.6 0 0 1 3.7 3.700L7.5 20.2 3 21l.8-4.500ZM14.5 5.800l3.7 3.7",
    "plus": "M12 5v14M5 12h14",
    "receipt": (
        "M5 21.500V3.500l2.3 1.500L9.7 3.5 12 5l2.3-1.500L16.7 5 19 3.500v18l-2.3-1.5-2.4 "
        "1.500L12 20l-2.3 1.500L7.3 20ZM9 10h6M9 14h6"
    ),
    "server": (
        "M5 3.500h14a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4a2 2 0 0 1 2-2ZM5 "
        "12.500h14a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4a2 2 0 0 1 2-2ZM7 "
        "7.500v.01M7 16.500v.01"
    ),
    "settings": (
        "M4 7h9M19 7h1M4 17h1M11 17h9M18.5 7a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0ZM10.5 "
        "17a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z"
    ),
    "sparkle": (
        "M12 3l1.9 5.600a2.5 2.5 0 0 0 1.6 1.600L21 12l-5.5 1.800a2.5 2.5 0 0 0-1.6 "
        "1.600L12 21l-1.9-5.600a2.5 2.5 0 0 0-1.6-1.600L3 12l5.5-1.800a2.5 2.5 0 0 0 "
        "1.6-1.600Z"
    ),
    "sun": (
        "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM12 2.500v1.500M12 20v1.500M2.5 12H4M20 "
        "12h1.500M5.3 5.300l1 1M17.7 17.700l1 1M5.3 18.700l1-1M17.7 6.300l1-1"
    ),
    "trash": (
        "M3.5 6.500h17M8.5 6.500V4.500a1.5 1.5 0 0 1 1.5-1.500h4a1.5 1.5 0 0 1 1.5 "
        "1.500v2M18.5 6.5 17.6 19a2 2 0 0 1-2 1.900H8.400a2 2 0 0 1-2-1.900L5.5 6.500M10 "
        "11v5.500M14 11v5.5"
    ),
    "user": (
        "M20 21v-1.500a4.5 4.5 0 0 0-4.5-4.500h-7A4.5 4.5 0 0 0 4 19.500V21M16 7.500a4 4 0 "
        "1 1-8 0 4 4 0 0 1 8 0Z"
    ),
    "wallet": (
        "M19 7.500V5a1.5 1.5 0 0 0-1.5-1.500H5a2 2 0 0 0 0 4h14.500A1.5 1.5 0 0 1 21 "
        "9v9.500a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-13M16.5 14v.01"
    ),
}


def icon(name: IconName) -> rx.Component:
    """Return the icon, hidden from screen readers: the control beside it has the name."""
    return rx.el.svg(
        rx.el.path(d=PATHS[name]),
        view_box="0 0 24 24",
        class_name="icon",
        aria_hidden="true",
    )
