import base64
import hashlib
import io
import json

import pytest
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute

from gptchina.api import build_api
from gptchina.api.security import Security
from gptchina.logs import configure

INLINE = "window.context = {};"


def rules_of(response):
    policy = response.headers["content-security-policy"]
    return {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}


@pytest.fixture
def pages(make_client):
    """A client of an application with a page, a script and an unchanged page."""
    api = build_api()
    answers = {
        "/page": HTMLResponse("<h1>Hi</h1>"),
        "/script.js": Response("1", media_type="text/javascript"),
        "/unchanged": Response(status_code=304),
    }
    for path, answer in answers.items():
        api.routes.append(Route(path, answer))
    return make_client("https://chat.example.com", api)


async def test_every_page_carries_the_headers(pages):
    for path in ("/page", "/page?x=1"):
        headers = (await pages.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert "payment=(self " in headers["permissions-policy"]
        assert "content-security-policy" in headers
        assert "strict-transport-security" not in headers
        # Stripe's frames could not be shown under cross-origin isolation.
        assert "cross-origin-embedder-policy" not in headers


@pytest.mark.parametrize("path", ["/script.js", "/api/health", "/api/nothing"])
async def test_what_is_no_page_can_do_nothing_as_one(pages, path):
    headers = (await pages.get(path)).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"


async def test_an_unchanged_page_keeps_the_policy_it_was_stored_with(pages):
    assert "content-security-policy" not in (await pages.get("/unchanged")).headers


async def test_answers_of_the_api_are_not_stored(client):
    assert (await client.get("/api/health")).headers["cache-control"] == "no-store"


async def test_tls_is_made_to_stay(in_production, make_client):
    headers = (await make_client().get("/api/health")).headers
    assert headers["strict-transport-security"] == "max-age=31536000"


async def test_the_policy_allows_the_program_and_stripe_only(in_production, pages):
    rules = rules_of(await pages.get("/page"))
    assert rules["connect-src"] == ["'self'", "wss://chat.example.com", "https://api.stripe.com"]
    assert rules["script-src"] == [
        "'self'",
        "https://js.stripe.com",
        "https://*.js.stripe.com",
    ]
    assert rules["frame-ancestors"] == ["'none'"]
    assert rules["object-src"] == ["'none'"]
    assert rules["base-uri"] == ["'self'"]
    for name, sources in rules.items():
        assert "'unsafe-eval'" not in sources
        assert "*" not in sources
        assert ("'unsafe-inline'" in sources) == (name == "style-src")
        others = [s for s in sources if s.startswith(("https:", "wss:"))]
        assert all(s.endswith("stripe.com") or s == "wss://chat.example.com" for s in others)


async def test_scripts_inside_the_built_pages_may_run(make_client, tmp_path):
    page = f'<script>{INLINE}</script><script src="/x.js"></script>'
    (tmp_path / "index.html").write_text(page)
    api = build_api(tmp_path)
    api.routes.append(Route("/page", HTMLResponse(page)))
    allowed = rules_of(await make_client(api=api).get("/page"))["script-src"]
    digest = base64.b64encode(hashlib.sha256(INLINE.encode()).digest()).decode()
    assert [each for each in allowed if "sha256" in each] == [f"'sha256-{digest}'"]


async def open_socket(path, headers):
    """Open a socket, say hello, and return what the application with an echo answers."""

    async def echo(socket):
        await socket.accept()
        await socket.send_text(await socket.receive_text())

    api = build_api()
    api.routes.append(WebSocketRoute("/_event", echo))
    incoming = iter(
        [
            {"type": "websocket.connect"},
            {"type": "websocket.receive", "text": "hello"},
            {"type": "websocket.disconnect", "code": 1000},
        ]
    )
    answers = []

    async def receive():
        return next(incoming)

    async def send(message):
        answers.append(message)

    scope = {
        "type": "websocket",
        "path": path,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await api(scope, receive, send)
    return answers


@pytest.mark.parametrize("path", ["/_event", "/live/account", "/nothing"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://chat.example.com"])
async def test_sockets_of_other_sites_are_refused_everywhere(in_production, path, origin):
    [answer] = await open_socket(path, {"Origin": origin, "Host": "chat.example.com"})
    assert answer["type"] == "websocket.close"


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost:3000"}])
async def test_own_sockets_are_let_through(set_environment, headers):
    accepted, echoed = await open_socket("/_event", headers)
    assert accepted["type"] == "websocket.accept"
    assert echoed["text"] == "hello"


async def test_a_socket_without_a_session_is_closed(set_environment):
    accepted, closed = await open_socket("/live/account", {"Cookie": f"gptchina={'a' * 43}"})
    assert accepted["type"] == "websocket.accept"
    assert closed["code"] == 4401


async def test_an_accepted_socket_is_handed_on_untouched(set_environment):
    seen = []

    async def application(scope, receive, send):
        seen.append((receive, send))

    async def receive():
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message):
        pass

    scope = {"type": "websocket", "path": "/_event", "headers": []}
    await Security(application)(scope, receive, send)
    assert seen == [(receive, send)]


@pytest.mark.parametrize(
    "path", ["/api/login/", "//evil.example/", "/\\evil.example", "//evil.example/api/login/.."]
)
async def test_nothing_redirects_anywhere(client, path):
    for method in ("GET", "POST"):
        response = await client.request(method, path, headers={"Host": "evil.example"})
        assert response.status_code not in range(300, 400)
        assert "location" not in response.headers


@pytest.mark.parametrize("given", ["abcdef12", "0123456789abcdef0123456789abcdef", "a.b-c_d9"])
async def test_a_proxys_request_id_is_kept(client, given):
    response = await client.get("/api/health", headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e", "<script>alert(1)</script>"])
async def test_an_odd_request_id_is_replaced(client, given):
    response = await client.get("/api/health", headers={"X-Request-Id": given})
    assert len(response.headers["x-request-id"]) == 32


async def test_an_unexpected_error_tells_nothing_but_its_request(make_client, log_lines):
    async def fail(_request):
        raise RuntimeError("the inner workings")

    api = build_api()
    api.routes.append(Route("/api/broken", fail))
    response = await make_client(api=api).get("/api/broken")
    assert response.status_code == 500
    request_id = response.headers["x-request-id"]
    assert response.json() == {"code": "failed", "field": None, "params": {"request": request_id}}
    assert "content-security-policy" in response.headers
    error, access = map(json.loads, log_lines())
    assert error["event"] == "unexpected error"
    assert error["request_id"] == access["request_id"] == request_id
    assert "RuntimeError" in error["exception"]
    assert (access["path"], access["status"]) == ("/api/broken", 500)


@pytest.fixture
def log_lines(in_production, restored_logging):
    """Return a reader of the log lines written so far, as in production."""
    stream = io.StringIO()
    configure(stream=stream)
    return lambda: stream.getvalue().splitlines()


async def test_api_requests_are_logged_and_files_are_not(client, log_lines):
    await client.post("/api/logout?token=topsecretvalue")
    await client.get("/favicon.ico")
    await client.get("/api/health")
    [line] = map(json.loads, log_lines())
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("POST", "/api/logout", 200)
    assert line["milliseconds"] >= 0
    assert "topsecretvalue" not in str(line)


async def test_a_login_leaves_no_secret_in_the_log(client, log_lines):
    form = {"name": "A", "email": "a@example.com", "password": "hunter2hunter2"}
    await client.post("/api/register", json=form)
    await client.post("/api/login", json=form)
    text = "\n".join(log_lines())
    assert "/api/login" in text
    assert "hunter2" not in text
    assert client.cookies.get("gptchina", "-none-") not in text
