"""Small Spaces to push to the local Hub: one that starts in a moment, one with Gradio.

files = quick_space()                       # answers on every path with its environment, as JSON
files = quick_space(code="raise SystemExit('no')", title="Bears")
files = gradio_space()                      # an endpoint /greet
"""

import importlib.metadata
import json

# A Space need not use Gradio to be served, and this one answers within a tenth of a second.
_QUICK = """
import http.server, json, os, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"environment": dict(os.environ), "path": sys.path, "cwd": os.getcwd()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

address = (os.environ["GRADIO_SERVER_NAME"], int(os.environ["GRADIO_SERVER_PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""
_GRADIO = """
import gradio as gr

def greet(name: str) -> str:
    return f"Hello {name}"

demo = gr.Interface(greet, "text", "text", api_name="greet")
demo.launch()
"""


def readme(**changes: object) -> bytes:
    """A README that the Hub takes, with some keys of its front matter changed; None leaves one out."""
    metadata = {
        "title": "Greeting",
        "emoji": "👋",
        "colorFrom": "blue",
        "colorTo": "green",
        "sdk": "gradio",
        "sdk_version": importlib.metadata.version("gradio"),
        "python_version": "3.12",
        "app_file": "app.py",
        **changes,
    }
    # JSON is YAML.
    said = {key: json.dumps(value, ensure_ascii=False) for key, value in metadata.items()}
    lines = [f"{key}: {value}" for key, value in said.items() if value != "null"]
    return "\n".join(["---", *lines, "---", "", "# A Space", ""]).encode()


def quick_space(*, code: str = "", requirements: str = "", **changes: object) -> dict[str, bytes]:
    """A Space of three files that starts in a moment, and runs `code` first."""
    return {
        "README.md": readme(**changes),
        "app.py": f"{code}\n{_QUICK}".encode(),
        "requirements.txt": requirements.encode(),
    }


def gradio_space(**changes: object) -> dict[str, bytes]:
    """A Space of three files with an endpoint /greet."""
    return {**quick_space(**changes), "app.py": _GRADIO.encode()}
