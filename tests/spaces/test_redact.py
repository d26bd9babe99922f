"""deploy.redact: what is secret is shown nowhere."""

import base64
import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest

from deploy import redact
from deploy.errors import PushError
from tests.conftest import ROOT

SECRET = 'pass"word & 1/2'


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(redact, "_hidden", set())


@pytest.mark.parametrize(
    "spelled",
    [
        SECRET,
        json.dumps({"value": SECRET}),
        quote(SECRET, safe=""),
        repr({"value": SECRET}),
        base64.b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_hidden_in_every_spelling(spelled):
    redact.hide(SECRET)
    shown = redact.clean(f"before {spelled} after")
    assert spelled not in shown
    assert "word" not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


def test_each_line_of_a_key_is_hidden():
    redact.hide("-----BEGIN KEY-----\nabcdefgh\n12345678\n")
    assert redact.clean("it has abcdefgh and 12345678") == "it has *** and ***"


def test_a_secret_inside_another_leaves_nothing_of_the_longer_one():
    redact.hide("abcd")
    redact.hide("abcdefgh")
    assert redact.clean("abcdefgh abcd") == "*** ***"


def test_what_looks_like_a_token_is_hidden_without_being_told():
    assert redact.clean("hf_" + "a" * 34) == "***"
    assert redact.clean("the variable hf_hub and sk-learn") == "the variable hf_hub and sk-learn"


def test_values_come_from_the_environment_and_are_hidden():
    assert redact.read_secrets(["KEY", "OTHER"], {"KEY": "abcdefgh"}) == {"KEY": "abcdefgh"}
    assert redact.clean("abcdefgh") == "***"


def test_a_value_too_short_to_be_hidden_is_refused_without_showing_it():
    with pytest.raises(PushError, match="KEY has fewer than 4 characters") as caught:
        redact.read_secrets(["KEY"], {"KEY": "xyz"})
    assert "xyz" not in str(caught.value)


_EVERYWHERE = """
import logging, sys, warnings
from deploy.redact import guard_output, hide
hide("abcdefgh")
guard_output(); guard_output()
logging.basicConfig(level=logging.DEBUG)
print("printed abcdefgh")
print("to stderr abcdefgh", file=sys.stderr)
sys.stdout.writelines(["lines ", "abcdefgh\\n"])
warnings.warn("warned abcdefgh")
logging.getLogger("x").debug("sent %s", "abcdefgh")
try:
    raise ValueError("raised abcdefgh")
except ValueError:
    logging.exception("caught")
raise KeyError("abcdefgh")
"""


def test_every_way_out_of_a_process_is_guarded():
    done = subprocess.run(
        [sys.executable, "-c", _EVERYWHERE],
        env={"PYTHONPATH": "spaces"},
        capture_output=True,
        text=True,
    )
    assert "abcdefgh" not in done.stdout + done.stderr
    for words in ("printed ***", "lines ***"):
        assert words in done.stdout
    for words in ("to stderr ***", "warned ***", "sent ***", "ValueError: raised ***", "KeyError: '***'"):
        assert words in done.stderr


@pytest.mark.parametrize("value", ["it's a 9f3q7 key", 'pä"ss9f3q7', "9f3q7" + "x" * 2000], ids=len)
def test_a_request_that_the_client_logs_shows_nothing_of_a_secret(value: str) -> None:
    """With HF_DEBUG the client logs each request as a curl command, quoted for a shell and cut."""
    code = (
        "import logging, os, sys; sys.path.insert(0, 'spaces')\n"
        "from deploy.redact import guard_output, hide\n"
        "hide(os.environ['API_KEY']); guard_output()\n"
        "import httpx2\nfrom huggingface_hub.utils import _http, logging as hub_logging\n"
        "hub_logging.set_verbosity_debug()\n"
        "body = {'key': 'API_KEY', 'value': os.environ['API_KEY']}\n"
        "request = httpx2.Request('POST', 'http://h/secrets', json=body)\n"
        "_http.logger.debug('Send: %s', _http._curlify(request))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "API_KEY": value, "HF_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Send: a request" in done.stderr
    assert "9f3q7" not in done.stdout + done.stderr
