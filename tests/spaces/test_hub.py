"""deploy.hub: patience, and a plain message with a next step for each failure."""

import socket

import pytest

from deploy.errors import PushError
from deploy.hub import Account, Hub
from tests.servers.spaces_hub import SpacesHub

SPACE = "visitor/bears"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with SpacesHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def waits():
    return []


@pytest.fixture
def said():
    return []


@pytest.fixture
def hub(server, waits, said):
    return Hub(token="hf_write", endpoint=server.url, say=said.append, sleep=waits.append)


def create(hub, **settings):
    return hub.call(
        f"create {SPACE}", hub.api.create_repo, SPACE, repo_type="space", space_sdk="gradio", **settings
    )


def failure(function, *arguments, **named):
    with pytest.raises(PushError) as caught:
        function(*arguments, **named)
    assert caught.value.next_step.strip()
    return caught.value


def test_the_account_is_asked_once(server, hub):
    assert hub.account() == hub.account() == Account("visitor", can_write=True, is_pro=True, orgs=())
    assert sum(request.path == "/api/whoami-v2" for request in server.requests) == 1


def test_a_token_of_the_machine_is_taken(server, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_write")
    assert Hub(endpoint=server.url).account().name == "visitor"


def test_no_token(monkeypatch, tmp_path):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    error = failure(Hub)
    assert error.problem == "There is no token for the Hugging Face Hub."
    assert "https://huggingface.co/settings/tokens" in error.next_step


def test_a_token_that_only_reads(server):
    error = failure(Hub(token="hf_read", endpoint=server.url).check_may_write, SPACE)
    assert error.problem == "The token may only read."


@pytest.mark.parametrize(
    ("permissions", "may"), [(["repo.content.read"], False), (["repo.content.read", "repo.write"], True)]
)
def test_a_fine_grained_token_says_what_it_may(hub, monkeypatch, permissions, may):
    scopes = {"global": [], "scoped": [{"entity": {"name": "visitor"}, "permissions": permissions}]}
    who = {"name": "visitor", "auth": {"accessToken": {"role": "fineGrained", "fineGrained": scopes}}}
    monkeypatch.setattr(hub.api, "whoami", lambda: who)
    assert hub.account().can_write is may


def test_somebody_elses_space(server, hub):
    server.account.orgs = ["school"]
    hub.check_may_write("school/bears")
    error = failure(hub.check_may_write, "somebody/bears")
    assert error.problem == "somebody/bears belongs to somebody, and the token is visitor's."
    assert "--owner: visitor, school" in error.next_step


def test_401(server):
    error = failure(Hub(token="hf_unknown", endpoint=server.url).account)
    assert error.problem == "Could not ask whose token this is: the Hub does not accept the token."


def test_402_offers_what_is_free(server, hub, waits):
    server.account.is_pro = False
    error = failure(create, hub)
    assert "the account has no subscription for this hardware" in error.problem
    assert "requires a PRO subscription" in error.problem  # the Hub's own words
    assert "where two Spaces are free" in error.next_step
    assert "gallery" in error.next_step
    assert waits == []
    create(hub, space_hardware="zero-a10g")


def test_403_billing(server, hub):
    server.account.can_pay = False
    create(hub)
    error = failure(hub.call, "get t4-small", hub.api.request_space_hardware, SPACE, "t4-small")
    assert "the account cannot pay for it" in error.problem
    assert "https://huggingface.co/settings/billing" in error.next_step


def test_403_otherwise(server, hub):
    create(hub)
    server.fail("POST .*/secrets", status=403, message="You do not have the right")
    error = failure(hub.call, "set a secret", hub.api.add_space_secret, SPACE, "KEY", "a value")
    assert error.problem.endswith("the token may not do that (the Hub says: You do not have the right).")


def test_404(hub, waits):
    error = failure(hub.call, f"pause {SPACE}", hub.api.pause_space, repo_id=SPACE)
    assert error.problem == f"Could not pause {SPACE}: the Hub has no {SPACE}, or the token may not see it."
    assert waits == []


def test_409(hub):
    create(hub)
    error = failure(create, hub)
    assert "that name is taken" in error.problem


def test_429_waits_as_long_as_the_hub_asks(server, hub, waits, said):
    create(hub)
    server.fail("/runtime", status=429, times=2, headers={"Retry-After": "7"})
    assert hub.call("look", hub.api.get_space_runtime, repo_id=SPACE).stage
    assert waits == [7, 7]
    assert said == [
        f"Could not look: the Hub has had too many requests. Trying again in 7 s ({n} of 5)." for n in (1, 2)
    ]


def test_429_reads_the_rate_limit(server, hub, waits):
    create(hub)
    server.fail("/runtime", status=429, headers={"RateLimit": '"api";r=0;t=55'})
    hub.call("look", hub.api.get_space_runtime, repo_id=SPACE)
    assert waits == [55]


def test_429_for_too_long_says_when_to_come_back(server, hub, waits):
    create(hub)
    server.fail("/runtime", status=429, headers={"Retry-After": "3600"})
    error = failure(hub.call, "look", hub.api.get_space_runtime, repo_id=SPACE)
    assert error.next_step == "Run this again in 3600 seconds."
    assert waits == []


def test_5xx_is_tried_five_times_with_growing_waits(server, hub, waits):
    create(hub)
    server.fail("/runtime", status=503, times=4)
    assert hub.call("look", hub.api.get_space_runtime, repo_id=SPACE).stage
    assert waits == [1, 2, 4, 8]
    server.fail("/runtime", status=502, times=5)
    error = failure(hub.call, "look", hub.api.get_space_runtime, repo_id=SPACE)
    assert error.problem == "Could not look: the Hub is in trouble (error 502)."


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_breaks_off_is_tried_again(server, hub, waits, when):
    server.cut("POST /api/repos/create", when=when)
    assert create(hub, exist_ok=True).repo_id == SPACE
    assert waits == [1]


def test_a_network_that_stays_away(server, hub, waits):
    server.cut("GET /api/whoami-v2", times=9)
    error = failure(hub.account)
    assert error.problem == "Could not ask whose token this is: the connection broke off."
    assert "goes on where it stopped" in error.next_step
    assert len(waits) == 4


def test_a_hub_that_cannot_be_reached(waits, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    hub = Hub(token="hf_write", endpoint=f"http://127.0.0.1:{port}", sleep=waits.append)
    assert failure(hub.account).problem.endswith("the Hub cannot be reached.")


def test_a_hub_that_never_answers(server, hub, monkeypatch):
    from huggingface_hub.utils import get_session

    monkeypatch.setattr(get_session(), "timeout", 0.2)
    hold = server.hold_at(1)
    error = failure(hub.call, "look", hub.api.whoami, tries=1)  # comes back while the Hub is still silent
    hold.drop()
    assert error.problem == "Could not look: the Hub did not answer in time."


def test_a_web_client_has_a_limit_to_its_patience(hub):
    from huggingface_hub.utils import get_session

    assert get_session().timeout.read == 120


def test_a_job_whose_start_was_not_answered_is_not_started_twice(server, hub, waits):
    server.cut("POST /api/jobs/visitor", when="after")
    failure(
        hub.call, "start the job", hub.api.run_job, image="python:3.12", command=["true"], namespace="visitor"
    )
    assert waits == []
    assert sum(request.method == "POST" for request in server.requests) == 1


def test_offline(hub, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert failure(hub.account).next_step == "Run this without HF_HUB_OFFLINE."


def test_what_the_hub_repeats_of_a_secret_is_not_shown(server, hub):
    from deploy.redact import hide

    create(hub)
    hide("very secret value")
    server.fail("POST .*/secrets", status=400, message="Bad value: very secret value, token hf_write")
    error = failure(hub.call, "set a secret", hub.api.add_space_secret, SPACE, "KEY", "very secret value")
    assert "Bad value: ***, token ***" in error.problem
    assert "secret value" not in repr(error) + str((error.__context__ and error.__suppress_context__) or "")


def test_prices_are_asked_once_and_only_for_what_costs(server, hub):
    assert hub.price_per_hour("zero-a10g") == hub.price_per_hour("cpu-basic") == 0
    assert server.requests == []
    assert hub.price_per_hour("t4-small") == hub.price_per_hour("t4-small") == 0.4
    assert hub.price_per_hour("t9-unknown") is None
    assert sum(request.path == "/api/spaces/hardware" for request in server.requests) == 2


def test_a_repository_is_named_once_to_the_function(hub):
    create(hub)
    for arguments, named in (((), {"repo_id": SPACE}), ((SPACE,), {"repo_id": SPACE}), ((SPACE,), {})):
        assert hub.call("look", hub.api.get_space_runtime, *arguments, **named).stage
    assert hub.call("count", lambda: 3, repo_id=SPACE) == 3
