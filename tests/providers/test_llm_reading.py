"""Usage reports, event streams, counts and connections, without a server."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptchina.providers.llm import (
    ChatMessage,
    ProviderError,
    ReasoningPiece,
    TextPiece,
    TokenUsage,
    connections,
    count_prompt,
    count_text,
)
from gptchina.providers.llm.connections import OPENAI_URL, standin_url
from gptchina.providers.llm.counting import warm_encodings
from gptchina.providers.llm.failures import failure_of_status
from gptchina.providers.llm.sse import EventReader
from gptchina.providers.llm.usage import read_usage
from gptchina.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module", autouse=True)
def _encodings() -> None:
    warm_encodings(["gpt-4o", "gpt-4"])


counts = st.integers(0, 10**9)
junk = st.none() | st.booleans() | st.integers(-5, 10**6) | st.text(max_size=3) | st.floats()


def openai_report(prompt: int, output: int, cached: int, reasoning: int) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


@given(counts, counts, st.data())
def test_openais_parts_add_up_to_its_total(prompt: int, output: int, data: st.DataObject) -> None:
    cached = data.draw(st.integers(0, prompt))
    reasoning = data.draw(st.integers(0, output))
    usage = read_usage(openai_report(prompt, output, cached, reasoning))
    assert usage is not None
    assert usage == TokenUsage(prompt - cached, cached, 0, output, reasoning)
    assert usage.prompt + usage.output == prompt + output


@given(counts, counts, counts, counts)
def test_anthropics_parts_are_counted_apart(plain: int, read: int, write: int, output: int) -> None:
    usage = read_usage(
        {
            "input_tokens": plain,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": write,
            "output_tokens": output,
        }
    )
    assert usage == TokenUsage(plain, read, write, output, 0)


def test_a_total_shows_parts_that_were_counted_apart() -> None:
    cached_apart = openai_report(100, 50, 30, 0) | {"total_tokens": 180}
    assert read_usage(cached_apart) == TokenUsage(100, 30, 0, 50, 0)
    thought_apart = openai_report(100, 50, 0, 200) | {"total_tokens": 350}
    assert read_usage(thought_apart) == TokenUsage(100, 0, 0, 250, 200)
    ordinary = openai_report(100, 50, 30, 20)
    assert read_usage(ordinary) == TokenUsage(70, 30, 0, 50, 20)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "prompt_tokens",
                "completion_tokens",
                "total_tokens",
                "input_tokens",
                "output_tokens",
                "cache_read_input_tokens",
                "prompt_cache_hit_tokens",
            ]
        ),
        junk,
    ),
    st.dictionaries(st.sampled_from(["cached_tokens", "cache_creation_tokens"]), junk) | junk,
    st.dictionaries(st.just("reasoning_tokens"), junk) | junk,
)
def test_no_report_makes_a_negative_part(report: dict[str, Any], prompt: Any, output: Any) -> None:
    usage = read_usage(
        {**report, "prompt_tokens_details": prompt, "completion_tokens_details": output}
    )
    if usage is not None:
        assert min(usage.input, usage.cache_read, usage.cache_write, usage.reasoning) >= 0
        assert usage.reasoning <= usage.output


@pytest.mark.parametrize("report", [None, [], "5", {}, {"prompt_tokens": 5}, {"total_tokens": 9}])
def test_what_is_no_report_is_none(report: object) -> None:
    assert read_usage(report) is None


STREAM = (
    b": keep-alive\n\n"
    b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\r\n\r\n'
    b'data: {"choices":[{"delta":{"reasoning":"hm"}}]}\n\n'
    b'data:{"choices":[{"delta":{"reasoning_content":"m"}}]}\n\n'
    b'data: {"choices":[{"delta":{"content":"\xe4\xbd\xa0"}}]}\n\n'
    b'data: {"choices":[{"delta":{"content":"\xe5\xa5\xbd"}}]}\n\n'
    b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
    b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
    b"data: [DONE]\n\n"
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_a_stream_reads_the_same_however_it_is_cut_on_the_wire(cuts: list[int]) -> None:
    reader = EventReader()
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [
        piece for start, stop in pairwise(places) for piece in reader.feed(STREAM[start:stop])
    ]
    assert "".join(p.text for p in pieces if isinstance(p, ReasoningPiece)) == "hmm"
    assert "".join(p.text for p in pieces if isinstance(p, TextPiece)) == "你好"
    assert (reader.reason, reader.done, reader.failure) == ("stop", True, None)
    assert reader.usage == TokenUsage(3, 0, 0, 2, 0)


def test_neighbours_of_one_read_are_joined() -> None:
    assert EventReader().feed(STREAM) == [ReasoningPiece("hmm"), TextPiece("你好")]


def test_a_last_line_without_a_break_counts() -> None:
    reader = EventReader()
    assert reader.feed(b'data: {"choices":[{"delta":{"content":"x"}}]}') == []
    assert reader.end() == [TextPiece("x")]


@pytest.mark.parametrize(
    "line",
    [
        b"data: {\n",
        b"data: 5\n",
        b"data: \xff\n",
        b'data: {"choices":[5]}\n',
        b'data: {"choices":{"a":1}}\n',
        b'data: {"choices":[{"delta":"text"}]}\n',
        b'data: {"error":{"message":"overloaded"}}\n',
    ],
)
def test_what_is_no_event_is_a_failure_after_what_came_before(line: bytes) -> None:
    reader = EventReader()
    good = b'data: {"choices":[{"delta":{"content":"x"}}]}\n'
    assert reader.feed(good + line + good) == [TextPiece("x")]
    assert isinstance(reader.failure, ProviderError)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    EventReader().feed(b"data: " + data + b"\n")


def test_known_encodings_are_counted_exactly() -> None:
    assert count_text("gpt-5-mini", ["hello world"]) == 2
    assert count_text("openai/gpt-4o-mini-2024-07-18", ["hello world"]) == 2
    counted = count_prompt("gpt-5-mini", [ChatMessage("user", "hello world")])
    assert counted.likely == counted.most >= 2 + 3 + 3


@given(st.text(max_size=300), st.sampled_from(["claude-sonnet-5-5", "my-llama", "gptchina-demo"]))
def test_unknown_encodings_are_counted_upward_but_never_beyond_bytes(text: str, model: str) -> None:
    nothing = count_prompt(model, [ChatMessage("user", "")]).most
    counted = count_prompt(model, [ChatMessage("user", text)])
    likely = count_text(model, [text])
    assert counted.likely - nothing == likely == count_text("gpt-4", [text])
    assert likely <= counted.most - nothing <= len(text.encode())
    assert counted.most - nothing >= min(likely * 3 // 2, len(text.encode()))


def test_special_tokens_in_a_message_are_ordinary_text() -> None:
    assert count_text("gpt-4o", ["<|endoftext|>"]) > 1


@pytest.mark.parametrize("text", ["a", " ", "\n", "\x00", "👩", "的", "\ud800"])
def test_long_runs_are_counted_in_no_time(text: str) -> None:
    assert count_text("gpt-4o", [text * 100_000]) > 0


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "provider_rejected"),
        (401, "provider_auth"),
        (402, "provider_auth"),
        (404, "provider_rejected"),
        (408, "provider_timeout"),
        (429, "provider_rate_limited"),
        (500, "provider_down"),
        (529, "provider_down"),
    ],
)
def test_statuses_have_their_meaning(status: int, code: str) -> None:
    assert failure_of_status(status) == code


def settings(**values: object) -> Settings:
    return Settings.model_validate({"environment": "test", **values})


@pytest.fixture
def _no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "DEEPSEEK_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_no_keys")
def test_connections_follow_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connections(settings(port=3456))["openai"].base_url == standin_url(settings(port=3456))
    assert connections(settings(openai_api_key="sk-a"))["openai"].base_url == OPENAI_URL
    own = connections(settings(openai_base_url="http://127.0.0.1:1/v1/"))["openai"]
    assert (own.base_url, own.api_key) == ("http://127.0.0.1:1/v1", "none")
    assert "openai" not in connections(settings(anthropic_api_key="sk-b"))
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-c")
    deepseek = connections(settings(openai_api_key="sk-a"))["deepseek"]
    assert deepseek.api_key == "sk-c"
    assert "sk-c" not in repr(deepseek)
