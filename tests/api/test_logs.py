import io
import json
import logging
import warnings

import pytest
import structlog

from gptchina.logs import configure, get_logger, names_a_secret, own_secrets
from gptchina.settings import load_settings

SECRETS = {
    "password": "hunter2hunter2",
    "database": "pg-pass-4711",
    "redis": "redis-pass-4711",
    "secret_key": "s3cr3t" * 6,
    "provider": "provider-key-without-any-shape",
    "bearer": "eyJhbGciOiJIUzI1NiJ9.e30.abc",
    "openai": "sk-proj-abcdefghijklmnop",
    "stripe": "sk_test_abcdefghijklmnop",
    "webhook": "whsec_abcdefghijklmnop",
    "session": "A" * 43,
}


@pytest.fixture(params=["development", "production"])
def written(request, monkeypatch, tmp_path, restored_logging):
    """Configure logging and return what has been written."""
    for name, value in {
        "ENVIRONMENT": request.param,
        "DATA_DIR": str(tmp_path),
        "PUBLIC_URL": "https://chat.example.com",
        "SECRET_KEY": SECRETS["secret_key"],
        "CREDS_KEY": "c" * 32,
        "OPENAI_API_KEY": SECRETS["provider"],
        "DATABASE_URL": f"postgresql://app:{SECRETS['database']}@db/app",
        "REDIS_URL": f"redis://:{SECRETS['redis']}@cache/0",
    }.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    configure(load_settings(), stream)
    return stream.getvalue


def test_no_planted_secret_comes_out(written):
    logger, library = get_logger("gptchina.test"), logging.getLogger("some.library")
    logger.info("form", password=SECRETS["password"], form={"new_password": SECRETS["password"]})
    logger.info("nested", items=[{"headers": {"Authorization": f"Bearer {SECRETS['bearer']}"}}])
    logger.info("header", headers=[("cookie", f"__Host-gptchina={SECRETS['session']}")])
    library.warning("GET / Cookie: a=b; gptchina=%s", SECRETS["session"])
    library.warning("authorization: Bearer %s", SECRETS["bearer"])
    library.warning("calling with %s and %s", SECRETS["openai"], SECRETS["stripe"])
    library.error('{"api_key": "%s"}', SECRETS["provider"])
    library.error("connect to redis://:%s@cache failed", SECRETS["redis"])
    logger.info("an object", it=object.__new__(Holder))
    logger.info("webhook", signature=SECRETS["webhook"], **{SECRETS["openai"]: 1})
    with structlog.contextvars.bound_contextvars(token=SECRETS["session"]):
        logger.info("bound")
    try:
        fail(f"postgresql://app:{SECRETS['database']}@db: {SECRETS['secret_key']}")
    except RuntimeError:
        logger.exception("failed")
        library.exception("failed")
    text = written()
    assert text.count("\n") >= 12
    assert [name for name, secret in SECRETS.items() if secret in text] == []


def fail(message):
    raise RuntimeError(message)


class Holder:
    def __repr__(self):
        return f"<Holder api_key='{SECRETS['provider']}' token={SECRETS['session']}>"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("new_password", True),
        ("apiKey", True),
        ("api-key", True),
        ("X-Api-Key", True),
        ("sessionToken", True),
        ("set-cookie", True),
        ("AUTHORIZATION", True),
        ("client_secret", True),
        ("tokens", False),
        ("input_tokens", False),
        ("keyboard", False),
        ("monkey", False),
        ("code", False),
    ],
)
def test_secrets_are_known_by_name(name, secret):
    assert names_a_secret(name) is secret


def test_harmless_entries_are_left_as_they_are(written):
    get_logger("gptchina.test").info("settled", tokens=1500, ids=[1, 2], model="gpt-5", ok=True)
    text = written()
    for part in ("settled", "1500", "gpt-5"):
        assert part in text
    assert "[removed]" not in text


def test_production_writes_one_json_object_a_line(written, request):
    if "production" not in request.node.callspec.id:
        get_logger("gptchina.test").info("你好")
        assert "你好" in written()
        return
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        get_logger("gptchina.test").info("你好", turn="t1")
        logging.getLogger("library").warning("from %s", "elsewhere")
    own, foreign = map(json.loads, written().splitlines())
    assert own["event"] == "你好"
    assert (own["request_id"], own["turn"], own["level"]) == ("r1", "t1", "info")
    assert own["timestamp"].endswith("Z")
    assert foreign["event"] == "from elsewhere"
    assert (foreign["request_id"], foreign["logger"]) == ("r1", "library")


def test_libraries_with_handlers_of_their_own_lose_them(monkeypatch, tmp_path, restored_logging):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    library, own_stream, stream = logging.getLogger("eager"), io.StringIO(), io.StringIO()
    library.addHandler(logging.StreamHandler(own_stream))
    library.propagate = False
    configure(load_settings(), stream)
    library.warning("hello")
    assert own_stream.getvalue() == ""
    assert stream.getvalue().count("hello") == 1


def test_warnings_go_the_same_way(written):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("outdated", DeprecationWarning, stacklevel=1)
    assert "outdated" in written()


def test_short_values_are_not_taken_for_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "redis://:a@cache/0")
    assert "a" not in own_secrets(load_settings())
