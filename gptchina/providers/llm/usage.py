"""The vendors' usage reports, brought to one meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from gptchina.providers.llm.contract import TokenUsage

if TYPE_CHECKING:
    from collections.abc import Mapping


def _part(report: Mapping[str, Any], *names: str) -> int:
    """Return the first of the named counts that is given; 0 if none is a count."""
    for name in names:
        value = report.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return 0


def _details(report: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        value = report.get(name)
        if isinstance(value, dict):
            return cast("dict[str, Any]", value)
    return {}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def read_usage(report: object) -> TokenUsage | None:
    """Return the usage of a report as it stands in a vendor's reply; None if it is not one.

    OpenAI's prompt tokens include the cached ones, Anthropic's input tokens do not; some servers
    that speak OpenAI's words count cached or reasoning tokens apart, which their total shows.
    """
    if not isinstance(report, dict):
        return None
    report = cast("dict[str, Any]", report)
    if _is_count(report.get("prompt_tokens")) and _is_count(report.get("completion_tokens")):
        return _read_openai(report)
    if _is_count(report.get("input_tokens")) and _is_count(report.get("output_tokens")):
        return _read_anthropic(report)
    return None


def _read_openai(report: dict[str, Any]) -> TokenUsage:
    prompt: int = report["prompt_tokens"]
    output: int = report["completion_tokens"]
    of_prompt = _details(report, "prompt_tokens_details")
    of_output = _details(report, "completion_tokens_details")
    read = _part(of_prompt, "cached_tokens") or _part(
        report, "cache_read_input_tokens", "prompt_cache_hit_tokens"
    )
    write = _part(of_prompt, "cache_creation_tokens", "cache_write_tokens") or _part(
        report, "cache_creation_input_tokens"
    )
    reasoning = _part(of_output, "reasoning_tokens")
    total = _part(report, "total_tokens")
    beyond = total - prompt - output
    if beyond > 0 and beyond in {read + write, read + write + reasoning}:
        prompt += read + write
        beyond -= read + write
    if beyond > 0 and beyond == reasoning:
        output += reasoning
    read = min(read, prompt)
    write = min(write, prompt - read)
    return TokenUsage(prompt - read - write, read, write, output, min(reasoning, output))


def _read_anthropic(report: dict[str, Any]) -> TokenUsage:
    output: int = report["output_tokens"]
    reasoning = _part(_details(report, "output_tokens_details"), "reasoning_tokens")
    return TokenUsage(
        input=report["input_tokens"],
        cache_read=_part(report, "cache_read_input_tokens"),
        cache_write=_part(report, "cache_creation_input_tokens"),
        output=output,
        reasoning=min(reasoning, output),
    )
