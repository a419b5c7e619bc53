"""Language models behind a Protocol of our own; litellm stays inside."""

from gptchina.providers.llm.client import LiteLLMModel, get_language_model, warm_up
from gptchina.providers.llm.connections import Connection, connections
from gptchina.providers.llm.contract import (
    ChatMessage,
    CompletionRequest,
    FinishPiece,
    LanguageModel,
    Piece,
    ProviderError,
    ProviderFailure,
    ReasoningPiece,
    TextPiece,
    Timeouts,
    TokenUsage,
    UsagePiece,
)
from gptchina.providers.llm.counting import PromptCount, count_prompt, count_text
from gptchina.providers.llm.prices import VendorPrices, vendor_prices

__all__ = [
    "ChatMessage",
    "CompletionRequest",
    "Connection",
    "FinishPiece",
    "LanguageModel",
    "LiteLLMModel",
    "Piece",
    "PromptCount",
    "ProviderError",
    "ProviderFailure",
    "ReasoningPiece",
    "TextPiece",
    "Timeouts",
    "TokenUsage",
    "UsagePiece",
    "VendorPrices",
    "connections",
    "count_prompt",
    "count_text",
    "get_language_model",
    "vendor_prices",
    "warm_up",
]
