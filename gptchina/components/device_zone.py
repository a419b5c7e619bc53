"""The time zone of the reader's device, for what is counted by days."""

from __future__ import annotations

from typing import Any

import reflex as rx

LIBRARY = "$/public/device_zone.jsx"


class DeviceZone(rx.Component):
    """Draws nothing; tells the zone's IANA name, and again when ``version`` has changed.

    While ``paused`` it says nothing, and catches up after. It does not tell what is ``known``.
    """

    library = LIBRARY
    tag = "DeviceZone"

    version: rx.Var[Any]
    paused: rx.Var[bool]
    known: rx.Var[str]
    on_zone: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class ZoneLink(rx.Component):
    """A link to a file of the API that is told the zone as ``?zone=``."""

    library = LIBRARY
    tag = "ZoneLink"

    href: rx.Var[str]


device_zone = DeviceZone.create
zone_link = ZoneLink.create
