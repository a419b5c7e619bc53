import json

import pytest

from gptchina.domain import accounts
from gptchina.domain.accounts import Device

ANN = {"name": "Ann", "email": "ann@example.com", "password": "correct horse"}
BODIES = [
    ("application/x-www-form-urlencoded", "email=a", (415, "not_json", None)),
    ("text/plain", json.dumps(ANN), (415, "not_json", None)),
    ("multipart/form-data; boundary=x", "--x--", (415, "not_json", None)),
    ("", json.dumps(ANN), (415, "not_json", None)),
    ("application/jsonp", json.dumps(ANN), (415, "not_json", None)),
    ("application/json", "", (422, "invalid_body", None)),
    ("application/json", "[]", (422, "invalid_body", None)),
    ("application/json", '"x"', (422, "invalid_body", None)),
    ("application/json", "{", (422, "invalid_body", None)),
    ("application/json", b"\xff\xfe", (422, "invalid_body", None)),
    ("application/json", "[" * 60_000, (422, "invalid_body", None)),
    ("application/json", " " * 65_536 + "{}", (413, "body_too_large", None)),
    ("Application/JSON; charset=utf-8", "{}", (401, "wrong_credentials", None)),
]


def identity_of(token):
    identity = accounts.resolve(token)
    assert identity
    return identity


def refusal(response):
    return response.status_code, response.json()["code"], response.json()["field"]


async def test_registering_sets_the_cookie_and_signs_in(client):
    response = await client.post("/api/register", json=ANN)
    assert (response.status_code, response.json()) == (200, {"done": True})
    identity = identity_of(client.cookies["gptchina"])
    assert identity.email == "ann@example.com"
    assert client.cookies["gptchina"] not in response.text
    [device] = accounts.devices(identity.account_id)
    assert device.address == "203.0.113.5"


async def test_the_cookie_is_out_of_reach_for_scripts(client):
    response = await client.post("/api/register", json=ANN)
    pair, *attributes = response.headers["set-cookie"].split("; ")
    assert pair.startswith("gptchina=")
    assert {each.lower() for each in attributes} == {
        "httponly",
        "max-age=34560000",
        "path=/",
        "samesite=lax",
    }


async def test_on_tls_the_cookie_is_bound_to_the_host(in_production, make_client):
    client = make_client("https://chat.example.com")
    response = await client.post("/api/register", json=ANN)
    pair, *attributes = response.headers["set-cookie"].split("; ")
    assert pair.startswith("__Host-gptchina=")
    assert "secure" in {each.lower() for each in attributes}
    assert not [each for each in attributes if each.lower().startswith("domain")]


async def test_logging_in_and_out(client):
    await client.post("/api/register", json=ANN)
    first = client.cookies["gptchina"]
    response = await client.post("/api/login", json=ANN)
    token = client.cookies["gptchina"]
    assert response.status_code == 200
    # A new session takes the place of the one the browser had.
    assert token != first
    assert accounts.resolve(first) is None
    assert accounts.resolve(token)
    response = await client.post("/api/logout", json={})
    assert response.status_code == 200
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert "gptchina" not in client.cookies
    assert accounts.resolve(token) is None


async def test_logging_out_twice_or_without_a_body_is_fine(client):
    for _ in range(2):
        assert (await client.post("/api/logout")).status_code == 200


async def test_refusals_say_code_field_and_params(client):
    await client.post("/api/register", json=ANN)
    cases = [
        ("/api/register", ANN, (409, "email_taken", "email")),
        ("/api/register", ANN | {"name": " "}, (422, "invalid_name", "name")),
        ("/api/register", ANN | {"email": "x"}, (422, "invalid_email", "email")),
        ("/api/register", ANN | {"password": "x"}, (422, "password_too_short", "password")),
        ("/api/register", {}, (422, "invalid_name", "name")),
        ("/api/register", ANN | {"name": 5}, (422, "invalid_name", "name")),
        ("/api/register", ANN | {"email": ["x"]}, (422, "invalid_email", "email")),
        ("/api/register", ANN | {"password": {}}, (422, "password_too_short", "password")),
        ("/api/login", ANN | {"password": "x"}, (401, "wrong_credentials", None)),
        ("/api/login", {"email": {"$ne": ""}, "password": True}, (401, "wrong_credentials", None)),
    ]
    for path, body, expected in cases:
        response = await client.post(path, json=body)
        assert refusal(response) == expected
        assert "set-cookie" not in response.headers
    response = await client.post("/api/register", json=ANN | {"password": "x"})
    assert response.json()["params"] == {"minimum": 8}


async def test_unknown_fields_are_ignored(client):
    body = ANN | {"role": "admin", "id": 7, "balance": 10**9}
    await client.post("/api/register", json=ANN | {"email": "first@example.com"})
    assert (await client.post("/api/register", json=body)).status_code == 200
    assert accounts.listed_accounts()[1].role == "user"
    assert accounts.listed_accounts()[1].balance == 20_000


async def test_too_many_guesses_say_when_to_come_back(client):
    for _ in range(7):
        await client.post("/api/login", json=ANN)
    response = await client.post("/api/login", json=ANN)
    assert refusal(response) == (429, "too_many_attempts", None)
    seconds = response.json()["params"]["seconds"]
    assert 290 <= seconds <= 300
    assert response.headers["retry-after"] == str(seconds)


@pytest.mark.parametrize(
    ("setting", "path", "code"),
    [
        ("ALLOW_REGISTRATION", "/api/register", "registration_closed"),
        ("ALLOW_EMAIL_LOGIN", "/api/login", "email_login_closed"),
    ],
)
async def test_closed_doors_are_forbidden(client, set_environment, setting, path, code):
    set_environment(**{setting: "false"})
    assert refusal(await client.post(path, json=ANN)) == (403, code, None)


async def test_only_small_json_objects_are_read(client):
    for content_type, body, expected in BODIES:
        headers = {"Content-Type": content_type}
        response = await client.post("/api/login", content=body, headers=headers)
        assert (content_type, body[:9], refusal(response)) == (content_type, body[:9], expected)


async def test_an_endless_body_is_not_read_to_its_end(client):
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 10_000_000:
            sent += 10_000
            yield b" " * 10_000

    headers = {"Content-Type": "application/json"}
    response = await client.post("/api/login", content=endless(), headers=headers)
    assert response.status_code == 413
    assert sent < 200_000


FROM_PAGES = [
    ({}, 200),
    ({"Origin": "http://localhost:3000"}, 200),
    ({"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-origin"}, 200),
    # A developer's pages may come from another port or by the machine's other name.
    ({"Origin": "http://127.0.0.1:5173", "Sec-Fetch-Site": "same-origin"}, 200),
    ({"Origin": "http://[::1]:3000"}, 200),
    ({"Origin": "https://localhost:3000"}, 403),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "http://localhost.evil.example:3000"}, 403),
    ({"Origin": "http://evil.example/localhost:3000"}, 403),
    ({"Origin": "http://localhost@evil.example"}, 403),
    ({"Origin": "http://localhost:99999"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": ""}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "none"}, 403),
    ({"Origin": "http://localhost:3000", "Sec-Fetch-Site": "cross-site"}, 403),
    ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
]


@pytest.mark.parametrize("path", ["/api/register", "/api/login", "/api/logout"])
async def test_other_sites_cannot_post(make_client, path):
    accounts.register("Ann", "ann@example.com", "correct horse", Device())
    for number, (headers, status) in enumerate(FROM_PAGES):
        email = f"new{number}@example.com" if path == "/api/register" else "ann@example.com"
        response = await make_client().post(path, json=ANN | {"email": email}, headers=headers)
        assert (headers, response.status_code) == (headers, status)
        if status == 403:
            assert refusal(response) == (403, "foreign_origin", None)
            assert "set-cookie" not in response.headers


@pytest.mark.parametrize("host", ["chat.example.com", "localhost:3000", "evil.example"])
async def test_in_production_only_the_public_url_posts(in_production, make_client, host):
    for origin, status in {
        "https://chat.example.com": 200,
        "https://chat.example.com:443": 200,
        "https://CHAT.example.com": 200,
        "http://chat.example.com": 403,
        "https://chat.example.com:8443": 403,
        "https://example.com": 403,
        "https://x.chat.example.com": 403,
        "http://localhost:3000": 403,
        "http://127.0.0.1": 403,
    }.items():
        response = await make_client("https://chat.example.com").post(
            "/api/logout", json={}, headers={"Origin": origin, "Host": host}
        )
        assert (origin, response.status_code) == (origin, status)


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        ("0", "198.51.100.1", "203.0.113.5"),
        ("1", "198.51.100.1", "198.51.100.1"),
        ("1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("2", "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        ("2", "198.51.100.1", "203.0.113.5"),
        ("1", "rubbish", "203.0.113.5"),
        ("1", "198.51.100.1:4711", "198.51.100.1"),
        ("1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("1", "", "203.0.113.5"),
    ],
)
async def test_the_address_is_what_trusted_proxies_say(
    client, set_environment, hops, forwarded, address
):
    set_environment(TRUSTED_PROXY_HOPS=hops)
    await client.post("/api/register", json=ANN, headers={"X-Forwarded-For": forwarded})
    identity = identity_of(client.cookies["gptchina"])
    assert [each.address for each in accounts.devices(identity.account_id)] == [address]
