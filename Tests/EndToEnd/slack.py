"""A stand-in for Slack's incoming webhooks that keeps what is posted and answers as it is told."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Slack:
    """Listens on a loopback port. `answers` is used up first, one for each post; then all is well. An answer
    takes `delay()` seconds."""

    def __init__(self):
        self.posts = []
        self.answers = []
        self.always = None
        self.delay = lambda: 0
        self.released = threading.Event()
        self._lock = threading.Lock()
        slack = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    # Whoever called was killed in the middle of it: nothing was posted.
                    self.close_connection = True
                    return
                body = json.loads(body)
                answer = slack.receive(self.path, body)
                if answer == "hang":
                    slack.released.wait(120)
                    self.close_connection = True
                    return
                time.sleep(slack.delay())
                status, headers, text = answer
                self.send_response(status)
                for name, value in {"Content-Type": "text/plain", "Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                # Who called may have been killed meanwhile.
                with contextlib.suppress(ConnectionError):
                    self.end_headers()
                    self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/services/T0/B0/secret"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def receive(self, path, body):
        with self._lock:
            answer = self.always or (self.answers.pop(0) if self.answers else OK)
            self.posts.append({"path": path, "body": body, "at": time.monotonic(), "answer": answer})
            return answer

    def about(self, customer):
        """The posts that speak of a customer, refused ones included."""
        return [post for post in list(self.posts) if customer in json.dumps(post["body"])]

    def taken(self, customer):
        return [post for post in self.about(customer) if post["answer"] == OK]

    def close(self):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


OK = (200, {}, "ok")
NO_SERVICE = (404, {}, "no_service")
SERVER_ERROR = (500, {}, "rollup_error")


def rate_limited(seconds):
    return (429, {"Retry-After": str(seconds)}, "rate_limited")
