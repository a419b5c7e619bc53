"""What is offered follows from the file, the keys, the vendors' lists and the known prices."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from structlog.testing import capture_logs

from gptchina.domain import catalog
from gptchina.domain.catalog import ModelNotOfferedError
from gptchina.providers.llm import client, vendor_prices
from gptchina.settings import Environment, SettingsError, get_settings
from gptchina.standins.behaviour import Behaviour
from gptchina.standins.model_server import ModelServerOptions, build_model_server
from gptchina.standins.serving import free_port, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHIPPED = Path(__file__).parents[2] / "gptchina.yaml"
KEYS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "DEEPSEEK_API_KEY")


def forget() -> None:
    get_settings.cache_clear()
    client._language_model.cache_clear()
    catalog.forget()


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return a function that sets the environment and the models of the file."""
    monkeypatch.chdir(tmp_path)
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)

    def configure(content: str | None = None, **environment: str) -> None:
        file = SHIPPED if content is None else tmp_path / "models.yaml"
        if content is not None:
            file.write_text(content)
        settings = {"ENVIRONMENT": "test", "DATA_DIR": str(tmp_path), "CONFIG_FILE": str(file)}
        for name, value in {**settings, **environment}.items():
            monkeypatch.setenv(name, value)
        forget()

    forget()
    yield configure
    forget()


def ids() -> list[str]:
    return [model.id for model in catalog.offered()]


def test_without_a_provider_the_demo_answers_at_its_small_price(
    configure: Callable[..., None],
) -> None:
    configure()
    (demo,) = catalog.offered()
    assert (demo.id, demo.demo) == ("gptchina-demo", True)
    assert (demo.rates.input, demo.rates.output) == (Decimal("0.15"), Decimal("0.60"))
    assert demo.max_output == 4096
    assert catalog.find("gptchina-demo") == demo


def test_the_shipped_models_all_have_a_price(configure: Callable[..., None]) -> None:
    configure(OPENAI_API_KEY="sk-a", ANTHROPIC_API_KEY="sk-b")
    shipped = yaml.safe_load(SHIPPED.read_text())["models"]
    assert ids() == [entry["id"] for entry in shipped]
    for model in catalog.offered():
        assert not model.demo
        assert not model.rates.free
        assert model.context_window >= 100_000


def test_only_vendors_with_a_key_are_offered(configure: Callable[..., None]) -> None:
    configure(ANTHROPIC_API_KEY="sk-b")
    assert ids()
    assert {model.vendor for model in catalog.offered()} == {"anthropic"}


def test_a_third_vendor_is_offered_beside_the_demo(configure: Callable[..., None]) -> None:
    configure("models: [{id: r, vendor: deepseek, input: 1, output: 2}]", DEEPSEEK_API_KEY="sk-c")
    assert ids() == ["r", "gptchina-demo"]


@pytest.mark.parametrize("wanted", ["gpt-0", "", None, 5, ["gpt-5-mini"], "gptchina-demo"])
def test_what_is_not_offered_is_not_found(configure: Callable[..., None], wanted: object) -> None:
    configure(OPENAI_API_KEY="sk-a")
    with pytest.raises(ModelNotOfferedError):
        catalog.find(wanted)


def test_a_model_without_a_price_is_left_out_and_named_once(
    configure: Callable[..., None],
) -> None:
    configure("models: [{id: my-llama}, {id: gpt-4o-mini}]", OPENAI_API_KEY="sk-a")
    with capture_logs() as logs:
        assert ids() == ["gpt-4o-mini"]
        assert ids() == ["gpt-4o-mini"]
    (line,) = logs
    assert line["model"] == "my-llama"
    assert "input" in line["file_key"]


def test_the_file_gives_a_price_and_zero_makes_free(configure: Callable[..., None]) -> None:
    configure(
        "models: [{id: a, input: 0.2, output: 0.6}, {id: b, input: 0, output: 0},"
        " {id: c, input: 0, output: 1}]",
        OPENAI_API_KEY="sk-a",
    )
    assert ids() == ["a", "b"]
    rates = catalog.find("a").rates
    assert (rates.input, rates.cache_read) == (Decimal("0.2"), Decimal("0.2"))
    assert catalog.find("b").rates.free


def test_a_dated_name_has_the_price_of_its_model(configure: Callable[..., None]) -> None:
    configure(
        "models: [{id: gpt-4o-mini}, {id: gpt-4o-mini-2024-07-18}, {id: gpt-4o-mini-2031-01-01}]",
        OPENAI_API_KEY="sk-a",
    )
    assert len({model.rates for model in catalog.offered()}) == 1
    assert len(catalog.offered()) == 3


def test_the_limit_of_the_vendor_is_kept(configure: Callable[..., None]) -> None:
    configure("max_output: 50000\nmodels: [{id: gpt-4o-mini}]", OPENAI_API_KEY="sk-a")
    assert catalog.find("gpt-4o-mini").max_output == 16_384


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("markup: -1", "markup"),
        ("markup: .nan", "markup"),
        ("markup: 0", "markup"),
        ("max_output: many", "max_output"),
        ("modells: []", "modells"),
        ("models: [{id: a, input: -1}]", "models.0.input"),
        ("models: [{id: a, output: .inf}]", "models.0.output"),
        ("models: [{id: a, prize: 1}]", "models.0.prize"),
        ("models: [{", "models.yaml"),
        ("models: [{id: a}, {id: a}]", "a is there twice"),
        ("[]", "models.yaml"),
    ],
)
def test_a_wrong_file_is_named_in_one_line(
    configure: Callable[..., None], content: str, named: str
) -> None:
    configure(content)
    with pytest.raises(SettingsError) as error:
        catalog.offered()
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(configure: Callable[..., None], tmp_path: Path) -> None:
    configure(CONFIG_FILE=str(tmp_path / "nowhere.yaml"))
    with pytest.raises(SettingsError, match=r"nowhere\.yaml"):
        catalog.offered()


@pytest.mark.parametrize(
    ("served", "offered"),
    [
        (("gpt-4o-mini", "unheard"), ["gpt-4o-mini"]),
        (("gpt-4o-2024-08-06", "unheard"), ["gpt-4o-2024-08-06"]),
        (("unheard",), []),
    ],
)
async def test_a_server_of_ones_own_offers_what_it_serves(
    configure: Callable[..., None], served: tuple[str, ...], offered: list[str]
) -> None:
    app = build_model_server(ModelServerOptions(served, Behaviour(delay=0)), Environment.TEST)
    async with serving(app) as address:
        configure(OPENAI_BASE_URL=f"{address}/v1/", OPENAI_API_KEY="sk-a")
        await catalog.refresh()
        assert ids() == offered
        await client.get_language_model().aclose()


async def test_a_server_that_lists_nothing_leaves_the_configured(
    configure: Callable[..., None],
) -> None:
    configure(OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1", OPENAI_API_KEY="sk-a")
    before = ids()
    await catalog.refresh()
    assert before == ids() != []
    await client.get_language_model().aclose()


def test_vendor_prices_are_exact_decimals() -> None:
    prices = vendor_prices("gpt-4o-mini", "openai")
    assert prices is not None
    assert (prices.input, prices.output, prices.cache_read) == (
        Decimal("0.15"),
        Decimal("0.6"),
        Decimal("0.075"),
    )


def test_a_prompt_stays_within_the_cheaper_tariff() -> None:
    prices = vendor_prices("gpt-5.4", "openai")
    assert prices is not None
    assert prices.context_window == 272_000
