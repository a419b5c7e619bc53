"""Mail over real SMTP on loopback: encrypted, logged in, and only with the headers we wrote."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from gptchina.providers.mail import Attachment, Mail, MailError, get_mailer, smtp
from gptchina.settings import get_settings
from tests.e2e.server import free_port

MAIL = Mail(
    to="ada@example.com",
    subject="您的收据 GC-00000001",
    text="Plain text\n代币",
    html="<p>Rich text</p>",
    attachments=(Attachment("receipt.pdf", "application/pdf", b"%PDF-1.4"),),
    id="receipt-GC-00000001",
    language="zh-CN",
)


class Post:
    """A mail server's memory: what was handed over, and who logged in."""

    def __init__(self, refuse=""):
        self.refuse = refuse
        self.letters = []
        self.logins = []
        self.encrypted = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        if self.refuse:
            return self.refuse
        self.encrypted.append(session.ssl is not None)
        self.letters.append(envelope)
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss/word", handled=False)

    def message(self):
        return message_from_bytes(self.letters[-1].content, policy=default)


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Start a mail server and point the settings at it; return its memory."""
    running = []

    def start(scheme="smtp", user="", *, refuse="", sender="GPTChina <bot@example.com>", **options):
        post = Post(refuse)
        port = free_port()
        controller = Controller(
            post, hostname="127.0.0.1", port=port, authenticator=post.authenticate, **options
        )
        controller.start()
        running.append(controller)
        use(f"{scheme}://{user}127.0.0.1:{port}", sender)
        return post

    def use(url, sender="bot@example.com"):
        monkeypatch.setenv("ENVIRONMENT", "test")
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        monkeypatch.setenv("SMTP_URL", url)
        monkeypatch.setenv("MAIL_FROM", sender)
        get_settings.cache_clear()

    yield SimpleNamespace(start=start, use=use)
    for controller in running:
        controller.stop()
    get_settings.cache_clear()


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """Return the TLS side of a server whose certificate the program trusts."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made_by = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(made)]
    subprocess.run([*made_by, *named, *files], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made, key)
    return SimpleNamespace(
        context=context, trust=lambda: monkeypatch.setenv("SSL_CERT_FILE", str(made))
    )


def mailer():
    found = get_mailer()
    assert found is not None
    return found


def test_without_a_server_there_is_no_mailer(serve):
    serve.use("")
    assert get_mailer() is None


async def test_a_mail_arrives_with_both_texts_and_its_file(serve):
    post = serve.start()
    await mailer().send(MAIL)
    (letter,) = post.letters
    assert (letter.mail_from, letter.rcpt_tos) == ("bot@example.com", ["ada@example.com"])
    message = post.message()
    assert message["Subject"] == MAIL.subject
    assert message["From"] == "GPTChina <bot@example.com>"
    assert message["Message-ID"] == "<receipt-GC-00000001@example.com>"
    assert message["Content-Language"] == "zh-CN"
    assert message["Date"].datetime
    assert message.get_body(("plain",)).get_content().split() == ["Plain", "text", "代币"]
    assert "Rich text" in message.get_body(("html",)).get_content()
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("receipt.pdf", b"%PDF-1.4")


@pytest.mark.parametrize("field", ["to", "subject", "id", "language"])
@pytest.mark.parametrize("line", ["\r\nBcc: evil@example.com", "\nBcc: evil@example.com", "\rX: y"])
async def test_nothing_adds_a_header_or_a_recipient(serve, field, line):
    post = serve.start()
    hostile = Mail(**{**vars(MAIL), field: getattr(MAIL, field) + line})
    with pytest.raises(MailError):
        await mailer().send(hostile)
    assert post.letters == []


@pytest.mark.parametrize("to", ["", "ada", "a@b, c@d", "<a@b> c@d", "a@b\0"])
async def test_a_mail_goes_to_exactly_one_address(serve, to):
    post = serve.start()
    with pytest.raises(MailError):
        await mailer().send(Mail(**{**vars(MAIL), "to": to}))
    assert post.letters == []


async def test_starttls_is_used_when_it_is_offered(serve, certificate):
    certificate.trust()
    options = {"tls_context": certificate.context, "require_starttls": True}
    post = serve.start(user="me:p%40ss%2Fword@", **options)
    await mailer().send(MAIL)
    assert post.encrypted == [True]
    assert post.logins == [(b"me", b"p@ss/word")]


async def test_a_certificate_that_nobody_vouches_for_ends_it(serve, certificate):
    post = serve.start(user="me:secret@", tls_context=certificate.context)
    with pytest.raises(MailError, match="CERTIFICATE_VERIFY_FAILED"):
        await mailer().send(MAIL)
    assert (post.letters, post.logins) == ([], [])


async def test_smtps_is_encrypted_from_the_first_byte(serve, certificate):
    certificate.trust()
    post = serve.start("smtps", ssl_context=certificate.context)
    await mailer().send(MAIL)
    assert len(post.letters) == 1


async def test_a_password_is_not_sent_in_the_clear(serve, monkeypatch):
    post = serve.start(user="me:p%40ss%2Fword@", auth_require_tls=False)
    await mailer().send(MAIL)
    assert len(post.letters) == 1
    monkeypatch.setattr(smtp, "LOOPBACK", set())
    with pytest.raises(MailError, match="no encryption"):
        await mailer().send(MAIL)
    assert len(post.logins) == 1


async def test_a_refusal_is_a_mail_error(serve):
    serve.start(refuse="554 No")
    with pytest.raises(MailError, match="554"):
        await mailer().send(MAIL)


async def test_a_wrong_password_is_a_mail_error(serve):
    serve.start(user="me:wrong@", auth_require_tls=False)
    with pytest.raises(MailError, match="Authentication"):
        await mailer().send(MAIL)


async def test_a_server_that_is_not_there_is_a_mail_error(serve):
    serve.use("smtp://127.0.0.1:9")
    with pytest.raises(MailError, match="refused"):
        await mailer().send(MAIL)


async def test_a_server_that_says_nothing_is_not_waited_for(serve, monkeypatch):
    monkeypatch.setattr(smtp, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        serve.use(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        async with asyncio.timeout(10):
            with pytest.raises(MailError, match="timed out"):
                await mailer().send(MAIL)
