"""Lets the browser reach pages and server under the one address it came by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reflex_base.config import get_config
from reflex_base.constants import Env
from reflex_base.environment import environment
from reflex_base.plugins import Plugin

if TYPE_CHECKING:
    from typing import Unpack

    from reflex_base.plugins import PreCompileContext

# Reflex bakes the server's address into the pages and guesses the port behind a proxy.
ADDRESS = "  const endpoint = new URL(url_str);\n"
SAME_ADDRESS = (
    ADDRESS
    + '  if (typeof window !== "undefined")\n'
    + "    return new URL(endpoint.pathname, window.location.origin);\n"
)
# What the server answers itself, in development too, where another program serves the pages.
SERVER_PATHS = ("/_event", "/api", "/live", "/metrics", "/ping", "/standins", "/v1")
DEVELOPMENT_SERVER = "  server: {\n"


class OneAddress(Plugin):
    """Changes two files that Reflex writes; a version with other files stops the build."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Queue the changes."""
        context["add_modify_task"]("utils/state.js", with_same_address)
        if environment.REFLEX_ENV_MODE.get() == Env.DEV:
            context["add_modify_task"]("vite.config.js", with_proxy)


def with_same_address(script: str) -> str:
    """Return the browser's script, asking for the server where the page came from."""
    return script if SAME_ADDRESS in script else _replaced(script, ADDRESS, SAME_ADDRESS)


def with_proxy(config: str) -> str:
    """Return the development server's configuration, passing the server's paths on."""
    target = f"http://127.0.0.1:{get_config().backend_port}"
    rules = "".join(f'"{path}": {{target: "{target}", ws: true}},' for path in SERVER_PATHS)
    return _replaced(config, DEVELOPMENT_SERVER, f"{DEVELOPMENT_SERVER}    proxy: {{{rules}}},\n")


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise RuntimeError(f"This version of Reflex writes other files: {old.strip()!r} is gone")
    return text.replace(old, new)
