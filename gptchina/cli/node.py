"""The JavaScript tools, which come with the Python packages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gptchina.settings import ROOT

WEB = ROOT / ".web"
BUILT = WEB / "build" / "client"
LOCKS = ROOT / "reflex.lock"


def environment(mode: str) -> dict[str, str]:
    """Return the environment for Reflex's tools; mode is `prod` or `dev`.

    Node and npm are the ones of this Python environment, whatever else is installed.
    """
    tools = str(Path(sys.executable).parent)
    changed = {
        **os.environ,
        "PATH": os.pathsep.join([tools, os.environ.get("PATH", os.defpath)]),
        "REFLEX_DIR": str(ROOT / "build" / "reflex"),
        "REFLEX_ENV_MODE": mode,
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_USE_NPM": "1",
        "npm_config_audit": "false",
        "npm_config_fetch_retries": "3",
        "npm_config_fetch_retry_maxtimeout": "8000",
        "npm_config_fetch_retry_mintimeout": "1000",
        "npm_config_fund": "false",
        # A lock that names packages and hashes, not the address they once came from.
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_save_exact": "true",
        "npm_config_update_notifier": "false",
    }
    changed.pop("NODE_OPTIONS", None)
    if "NPM_CONFIG_REGISTRY" not in changed:
        # Reflex would time the public registries to choose one; npm's own configuration knows.
        changed["NPM_CONFIG_REGISTRY"] = subprocess.run(
            ["npm", "config", "get", "registry"],  # noqa: S607 -- the one of our own PATH
            env=changed,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    return changed
