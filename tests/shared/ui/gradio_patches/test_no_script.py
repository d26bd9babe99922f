"""The sentence for browsers without scripts: in each page, and nowhere else."""

import fastapi
import pytest
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient

from shared.ui.gradio_patches.no_script import SENTENCE, SayWithoutScripts

PAGE = '<!doctype html><head><script>const x = "<body>"</script></head>\n<body\n class="a">Film é</body>'


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = fastapi.FastAPI()
    app.add_middleware(SayWithoutScripts)
    app.get("/page")(lambda: HTMLResponse(PAGE))
    app.get("/part")(lambda: HTMLResponse("<p>no body</p>"))
    app.get("/json")(lambda: JSONResponse({"page": PAGE}))
    app.get("/text")(lambda: PlainTextResponse(PAGE))
    app.get("/stream")(lambda: StreamingResponse(iter([PAGE[:9], PAGE[9:]]), media_type="text/html"))
    return TestClient(app)


def test_stands_at_the_start_of_the_page(client: TestClient) -> None:
    answer = client.get("/page")
    assert answer.headers["content-length"] == str(len(answer.content))
    head, _, body = answer.text.partition('class="a">')
    assert SENTENCE in body
    assert SENTENCE not in head
    assert body.endswith("Film é</body>")


@pytest.mark.parametrize("path", ["/part", "/json", "/text", "/stream"])
def test_leaves_everything_else_alone(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert SENTENCE not in answer.text
