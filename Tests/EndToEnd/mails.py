"""A stand-in for a mail server, with certificates of its own, that keeps what it takes and answers as it is told."""

import asyncio
import email
import email.policy
import shutil
import socket
import ssl
import subprocess
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from holdfast import free_port
from polling import eventually

USER, PASSWORD = "holdfast", "correct-horse-battery"


class Authority:
    """A certificate authority nobody knows, and a certificate of it for this machine."""

    def __init__(self, folder):
        self.certificate = folder / "ca.pem"
        self.key = folder / "server.key"
        self.chain = folder / "server.pem"

        def openssl(*arguments):
            subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)

        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
        openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", self.certificate)
        openssl("req", *curve, "-subj", "/CN=localhost", "-keyout", self.key, "-out", "server.csr")
        (folder / "names").write_text("subjectAltName=DNS:localhost\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", self.certificate, "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "names", "-out", self.chain)

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


class Mail:
    """One message as a mail program sees it."""

    def __init__(self, envelope):
        self.sender, self.receivers = envelope.mail_from, list(envelope.rcpt_tos)
        self.raw = envelope.original_content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)

    def __getitem__(self, name):
        return self.message[name]

    def part(self, kind):
        (part,) = [part for part in self.message.walk() if part.get_content_type() == f"text/{kind}"]
        return part.get_content()

    @property
    def plain(self):
        return self.part("plain")

    @property
    def html(self):
        return self.part("html")


class MailServer:
    """Listens on a loopback port. `answers` is used up first, one for each receiver named; then all is well. `final` is what is said to
    the message itself: "hang" is silence."""

    def __init__(self, authority, security="starttls", password=PASSWORD):
        self.taken, self.tries, self.logins = [], [], []
        self.answers, self.always, self.final = [], None, None
        self.security, self.authority, self.password = security, authority, password
        server = self

        class Handler:
            async def handle_RCPT(self, _server, _session, envelope, address, _options):
                server.tries.append(address)
                answer = server.always or (server.answers.pop(0) if server.answers else None)
                if answer:
                    return answer
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, _server, _session, envelope):
                if server.final == "hang":
                    await asyncio.sleep(300)
                server.taken.append(Mail(envelope))
                return server.final or "250 OK: taken"

        def sign_in(_server, session, _envelope, mechanism, data):
            right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
            server.logins.append((mechanism, session.ssl is not None or security == "tls", right))
            return AuthResult(success=right, handled=False)

        options = {} if security == "none" else {"auth_required": True, "authenticator": sign_in}
        if security == "starttls":
            options |= {"tls_context": authority.context(), "require_starttls": True}
        if security == "tls":
            # It does not count TLS from the first byte as TLS.
            options |= {"auth_require_tls": False, "ssl_context": authority.context()}
        self._controller = Controller(Handler(), hostname="127.0.0.1", port=free_port(), **options)
        self._controller.start()

    @property
    def port(self):
        return self._controller.port

    def channel(self, to=("team@example.com",), trusted=True, **more):
        """The settings of a channel that goes by this server."""
        channel = {
            "kind": "smtp", "host": "localhost", "port": self.port, "tls": self.security, "from": "Holdfast <holdfast@example.com>"}
        if self.security != "none":
            channel |= {"user": USER, "password": "${SMTP_PASSWORD}"}
            if trusted:
                channel["ca_file"] = "ca.pem"
        if to:
            channel["to"] = list(to)
        return channel | more

    def to(self, address):
        """What was taken for an address."""
        return [mail for mail in list(self.taken) if address in mail.receivers]

    def arrives(self, address, within=30):
        """The one message for an address, once it is there."""
        (mail,) = eventually(lambda: self.to(address), f"mail for {address} arrives", within)
        return mail

    def close(self):
        self._controller.stop(no_assert=True)


class Mute:
    """Takes connections and never says a word."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.calls = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        try:
            while True:
                self.calls.append((self._socket.accept(), time.monotonic()))
        except OSError:
            return

    def close(self):
        self._socket.close()


def copy_authority(authority, folder):
    """Puts the authority's certificate beside the configuration."""
    shutil.copy(authority.certificate, folder / "ca.pem")
