"""HTTP by hand, over a socket: whatever bytes a test likes, and what comes back."""

import base64
import socket
import struct


class Wire:
    """One connection to a server."""

    def __init__(self, server, within=30):
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=within)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        """Sends, or as much of it as the other side takes before it hangs up."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def finish(self):
        """Says that nothing more will be sent; answers can still come."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return self

    def reset(self):
        """Vanishes without a word."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.close()
        self.socket.close()

    def answer(self):
        """The next answer as status and text, or `None` where the connection is closed instead."""
        try:
            status = self.stream.readline()
            if not status:
                return None
            length = 0
            while line := self.stream.readline().strip().lower():
                if line.startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            return int(status.split()[1]), self.stream.read(length).decode()
        except ConnectionResetError:
            return None

    def is_closed(self):
        """Whether the other side has hung up; what it said before is read over."""
        while True:
            try:
                if not self.socket.recv(1 << 16, socket.MSG_DONTWAIT):
                    return True
            except BlockingIOError:
                return False
            except OSError:
                return True


def request(server, body=b"", path="/v1/track", headers=(), method="POST", key=True, length=None):
    """A whole request as bytes. `length`: what is said of the body's length; `False`: nothing."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Content-Type: application/json", *headers]
    if key:
        lines.append("Authorization: Basic " + base64.b64encode(f"{server.key('write')}:".encode()).decode())
    if length is not False:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunks(*pieces):
    """A body in chunks, ended."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
