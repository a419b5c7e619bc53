from __future__ import annotations

import json
import re
import socket
import sys
import threading

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount

from gptchina.api.frontend import Frontend, inline_script_hashes
from gptchina.cli import CommandError, build, compile_pages, one_address, texts
from gptchina.cli.node import LOCKS
from gptchina.cli.serve import announcement, require_free
from gptchina.settings import ROOT, Settings

EXACT = re.compile(r"^v?\d+\.\d+\.\d+$")


@pytest.fixture
def sources(tmp_path):
    """A small copy of what the pages are made of."""
    for name in ("assets/a.css", "gptchina/pages/chat.py", "gptchina/api/live.py", "rxconfig.py"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def test_the_pages_are_built_anew_only_for_what_they_are_made_of(sources):
    before = build.fingerprint(sources)
    (sources / "gptchina/api/live.py").write_text("changed")
    (sources / "assets/catalog.js").write_text("generated")
    (sources / "assets/external").mkdir()
    (sources / "assets/external/linked.js").write_text("linked")
    assert build.fingerprint(sources) == before
    (sources / "gptchina/pages/chat.py").write_text("changed")
    assert build.fingerprint(sources) != before


def test_a_new_a_gone_and_a_renamed_file_change_the_pages(sources):
    prints = [build.fingerprint(sources)]
    (sources / "assets/b.css").write_text("b")
    prints.append(build.fingerprint(sources))
    (sources / "assets/b.css").rename(sources / "assets/c.css")
    prints.append(build.fingerprint(sources))
    assert len(set(prints)) == 3
    (sources / "assets/c.css").unlink()
    assert build.fingerprint(sources) == prints[0]


def test_of_two_programs_at_once_one_builds(monkeypatch, tmp_path):
    built = []
    monkeypatch.setattr(build, "LOG", tmp_path / "pages.log")
    monkeypatch.setattr(build, "is_current", lambda: bool(built))
    monkeypatch.setattr(build, "build", lambda: built.append("pages"))
    programs = [threading.Thread(target=build.bring_up_to_date) for _ in range(4)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert built == ["pages"]


def test_a_failed_step_is_told_in_one_line(monkeypatch, tmp_path):
    log = tmp_path / "pages.log"
    monkeypatch.setattr(build, "LOG", log)
    script = "print('npm error code ENOTFOUND'); raise SystemExit(1)"
    with pytest.raises(CommandError, match="registry cannot be reached") as raised:
        build._logged([sys.executable, "-c", script], {}, tmp_path)
    assert "\n" not in str(raised.value)
    assert str(log) in str(raised.value)


def test_an_unknown_failure_tells_its_last_error(tmp_path):
    assert build._reason("one\nSyntaxError: oops\ndone\n") == "SyntaxError: oops"
    assert build._reason("") == "no output"


def test_the_locks_keep_their_form(tmp_path):
    (tmp_path / "package.json").write_text("{}\n")
    with pytest.raises(ZeroDivisionError), build._kept(tmp_path):
        (tmp_path / "package.json").write_text("rewritten")
        _ = 1 / 0
    assert (tmp_path / "package.json").read_text() == "{}\n"


def test_only_locked_packages_are_built_with():
    compile_pages._require_locked(
        {f"react-markdown@{build.locked_packages()['react-markdown']}"}, None
    )
    with pytest.raises(SystemExit, match=r"left-pad@1\.3\.0"):
        compile_pages._require_locked({"left-pad@1.3.0"}, None)
    with pytest.raises(SystemExit, match=r"react-markdown@0\.0\.1"):
        compile_pages._require_locked({"react-markdown@0.0.1"}, None)


def test_browser_packages_are_locked_exactly_and_without_addresses():
    wanted = build.locked_packages()
    assert {name: version for name, version in wanted.items() if not EXACT.match(version)} == {}
    lock = json.loads((LOCKS / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if "resolved" in each] == []
    assert [name for name, each in packages.items() if not each.get("integrity")] == []
    root = lock["packages"][""]
    assert {**root["dependencies"], **root["devDependencies"]} == wanted


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_python_packages_are_locked_exactly_and_by_hash(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) > 50
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_every_python_dependency_is_locked_at_its_version():
    project = (ROOT / "pyproject.toml").read_text().partition("[project.scripts]")[0]
    wanted = re.findall(r'^  "([\w-]+)(?:\[\w+\])?(\S+?)(?: ;.*)?",', project, re.MULTILINE)
    locked = re.findall(
        r"^([\w-]+)(?:\[\w+\])?==([\w.]+)",
        (ROOT / "requirements-dev.lock").read_text(),
        re.MULTILINE,
    )
    versions = {name: f"=={version}" for name, version in locked}
    assert len(wanted) > 20
    different = {
        name: version
        for name, version in wanted
        if versions.get(name.lower().replace("_", "-")) != version
    }
    assert different == {}


def test_the_browser_asks_the_address_it_came_by():
    script = f"before\n{one_address.ADDRESS}after\n"
    changed = one_address.with_same_address(script)
    assert "window.location.origin" in changed
    assert one_address.with_same_address(changed) == changed
    with pytest.raises(RuntimeError, match="other files"):
        one_address.with_same_address("another version\n")


BROWSER = {"accept": "text/html"}


@pytest.fixture
def pages(tmp_path):
    files = {
        "index.html": "<script>start()</script>home",
        "404.html": "<script src='/a.js'></script>way",
        "login/index.html": "login",
        "login.html": "login",
        "assets/app-1a2b.js": "plain",
        "theme.css": "css",
        "shell.jsx": "source",
    }
    for name, content in files.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
    (tmp_path / "assets/app-1a2b.js.gz").write_bytes(b"gz")
    (tmp_path / "assets/app-1a2b.js.br").write_bytes(b"br")
    return tmp_path


@pytest.fixture
async def client(pages):
    frontend = Frontend(pages, lambda path: path.startswith("/c/"))
    served = httpx.ASGITransport(Starlette(routes=[Mount("/", app=frontend)]))
    async with httpx.AsyncClient(transport=served, base_url="http://test") as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/", 200, "<script>start()</script>home"),
        ("/login", 200, "login"),
        ("/login/", 200, "login"),
        ("/c/1f", 200, "<script src='/a.js'></script>way"),
        ("/gone", 404, "<script src='/a.js'></script>way"),
        ("/theme.css", 200, "css"),
        ("/../pyproject.toml", 404, "<script src='/a.js'></script>way"),
        ("/%2e%2e/pyproject.toml", 404, "<script src='/a.js'></script>way"),
        ("/shell.jsx", 404, "<script src='/a.js'></script>way"),
    ],
)
async def test_each_address_has_its_page(client, path, status, text):
    answer = await client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.text) == (status, text)


async def test_a_missing_script_is_not_answered_with_a_page(client):
    answer = await client.get("/assets/old-ffff.js", headers={"accept": "*/*"})
    assert (answer.status_code, answer.text) == (404, "Not found")


async def test_pages_are_only_read(client):
    assert (await client.post("/login")).status_code == 405


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"br"),
        ("gzip", "gzip", b"gz"),
        ("br;q=0, gzip;q=0.5", "gzip", b"gz"),
        ("identity", None, b"plain"),
    ],
)
async def test_the_smallest_form_the_browser_takes_is_sent(client, accepted, encoding, body):
    wanted = {"accept-encoding": accepted}
    async with client.stream("GET", "/assets/app-1a2b.js", headers=wanted) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert (answer.headers.get("content-encoding"), raw) == (encoding, body)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"].startswith("text/javascript")


async def test_what_is_named_by_its_content_is_kept_and_the_rest_is_asked_for_again(client):
    named = await client.get("/assets/app-1a2b.js", headers={"accept-encoding": "identity"})
    assert "immutable" in named.headers["cache-control"]
    style = await client.get("/theme.css")
    assert style.headers["cache-control"] == "no-cache"
    again = await client.get("/theme.css", headers={"if-none-match": style.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_inline_scripts_are_listed_by_their_hash(pages):
    start = "'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='"
    assert inline_script_hashes(pages) == {start}


def test_a_port_in_use_is_told_before_anything_else():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"127.0.0.1:{port}: .*set PORT"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)


def test_the_first_lines_say_what_answers_where():
    here = announcement(Settings.model_construct(port=3000))
    assert "GPTChina is at http://localhost:3000" in here
    assert "demo model: set OPENAI_API_KEY" in here
    own = announcement(Settings.model_construct(openai_api_key=SecretStr("key")))
    assert "demo model" not in own


def test_texts_are_found_where_they_stand(tmp_path):
    python = tmp_path / "page.py"
    python.write_text('t("Log in")\nt(\n    "Two "\n    "lines"\n)\nt(variable)\n')
    script = tmp_path / "box.jsx"
    script.write_text('const x = <b title={t("Copy")}>{translate(lang, "Send", {})}</b>;')
    assert list(texts._texts_of(python, "python")) == ["Log in", "Two lines"]
    assert list(texts._texts_of(script, "javascript")) == ["Copy", "Send"]


def test_a_table_of_messages_is_read():
    source = b'MESSAGES: dict[str, str] = {"a": "One", "b": "Two"}\nOTHER = {"c": "Three"}\n'
    assert list(texts._table_texts(source)) == ["One", "Two"]


def test_the_browser_gets_the_translations(monkeypatch, tmp_path):
    monkeypatch.setattr(texts, "BROWSER_CATALOG", tmp_path / "catalog.js")
    assert texts.compile_texts()
    assert not texts.compile_texts()
    script = (tmp_path / "catalog.js").read_text(encoding="utf-8")
    body = script.partition("export const catalog = ")[2].removesuffix(";\n")
    assert json.loads(body)["zh"]["Log in"]
