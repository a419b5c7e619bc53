"""The data files that litellm brings along, found without importing it, which takes seconds."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def _folder() -> Path:
    spec = find_spec("litellm")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("litellm is not installed")
    return Path(spec.submodule_search_locations[0])


def cost_map() -> Path:
    """Return litellm's table of prices and limits, a JSON object by model name."""
    return _folder() / "model_prices_and_context_window_backup.json"


def encodings() -> Path:
    """Return the folder with the encodings of tiktoken, which would be downloaded otherwise."""
    return _folder() / "litellm_core_utils" / "tokenizers"
