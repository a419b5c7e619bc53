from __future__ import annotations

import stat

import pytest

from gptchina.cli import main
from gptchina.settings import (
    DEVELOPMENT_SECRET_PREFIX,
    Settings,
    SettingsError,
    load_settings,
)

SECRETS = {"SECRET_KEY": "s" * 40, "CREDS_KEY": "c" * 40}
PRODUCTION = {"ENVIRONMENT": "production", "PUBLIC_URL": "https://chat.example.com", **SECRETS}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch, tmp_path):
    """A folder without `.env`, and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def use(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_development_makes_its_secrets_once_and_keeps_them(tmp_path):
    first, second = load_settings(), load_settings()
    assert first.secret_key.get_secret_value().startswith(DEVELOPMENT_SECRET_PREFIX)
    assert first.secret_key == second.secret_key
    assert first.secret_key != first.creds_key
    file = tmp_path / "data" / "secret_key.secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_file_is_read_and_the_environment_wins(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("PORT=4000\nSTART_BALANCE=7\nCLAIM_AMOUNT=\n")
    settings = use(monkeypatch, PORT="4001")
    assert (settings.port, settings.start_balance, settings.claim_amount) == (4001, 7, 20_000)


def test_a_complete_production_starts_and_makes_no_secrets(monkeypatch, tmp_path):
    settings = use(monkeypatch, **PRODUCTION)
    assert (settings.bind, settings.https) == ("0.0.0.0", True)  # noqa: S104 -- production listens
    assert settings.origins == ["https://chat.example.com"]
    assert not settings.demo_model
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "*"),
        ("PUBLIC_URL", "https://*.example.com"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("CREDS_KEY", DEVELOPMENT_SECRET_PREFIX + "x" * 60),
        ("OPENAI_BASE_URL", "http://127.0.0.1:3000/standins/openai/v1"),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_it(monkeypatch, name, value):
    with pytest.raises(SettingsError, match=name):
        use(monkeypatch, **{**PRODUCTION, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "0"),
        ("ENVIRONMENT", "staging"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("REDIS_URL", "localhost:6379"),
        ("WORKERS", "2"),
        ("LOG_LEVEL", "loud"),
        ("ALLOW_REGISTRATION", "perhaps"),
        ("START_BALANCE", "-1"),
        ("CLAIM_COOLDOWN_HOURS", "0"),
        ("OPENAI_BASE_URL", "api.example.com/v1"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(monkeypatch, name, value):
    with pytest.raises(SettingsError) as raised:
        use(monkeypatch, **{name: value})
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_wrong_value_is_not_repeated_since_it_may_be_secret(monkeypatch):
    with pytest.raises(SettingsError) as raised:
        use(monkeypatch, DATABASE_URL="oracle://me:hunter2@db/x")
    assert "hunter2" not in str(raised.value)


def test_secrets_are_not_shown(monkeypatch):
    settings = use(monkeypatch, **PRODUCTION, OPENAI_API_KEY="sk-hidden")
    assert "sk-hidden" not in repr(settings)
    assert SECRETS["SECRET_KEY"] not in repr(settings)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("", "sqlite:///data/gptchina.db"),
    ],
)
def test_the_database_is_reached_by_our_driver(monkeypatch, given, used):
    assert use(monkeypatch, DATABASE_URL=given).database == used


def test_a_developer_may_use_either_name_of_the_machine(monkeypatch):
    settings = use(monkeypatch, PORT="3100")
    assert settings.origins == ["http://127.0.0.1:3100", "http://localhost:3100"]


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"])
def test_a_provider_of_ones_own_ends_the_demo(monkeypatch, name):
    assert load_settings().demo_model
    assert not use(monkeypatch, **{name: "key"}).demo_model


def test_the_program_says_what_is_wrong_and_ends(monkeypatch, capsys):
    from gptchina.settings import get_settings  # noqa: PLC0415 -- its memory is emptied here

    monkeypatch.setenv("PORT", "many")
    get_settings.cache_clear()
    assert main(["serve"]) == 2
    get_settings.cache_clear()
    told = capsys.readouterr().err
    assert told.startswith("Wrong setting: PORT: ")
    assert told.count("\n") == 1
