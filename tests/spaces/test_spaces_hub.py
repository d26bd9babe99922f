"""The local Hub itself, asked by the unmodified client: it does what the Hub does, and forgives nothing."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.servers.spaces_hub import READ_TOKEN, STRANGERS_TOKEN, WRITE_TOKEN, SpacesHub
from tests.servers.spaces_hub_guard import IN_EVERY_SPACE, find_hidden
from tests.servers.spaces_hub_rules import find_readme_errors
from tests.servers.spaces_hub_samples import gradio_space, quick_space, readme
from tests.waiting import wait_until

SPACE = "visitor/greeting"
LARGE = os.urandom(300_000)


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with SpacesHub() as hub:
        yield hub


@pytest.fixture
def api(hub):
    return make_api(hub)


def make_api(hub, token=WRITE_TOKEN):
    from huggingface_hub import HfApi

    return HfApi(endpoint=hub.url, token=token)


def push(api, files, *, repo_id=SPACE, removed=(), parent=None, kind="space", message="Push"):
    """Commit through the client, and give the commit's 40 digits."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    operations = [CommitOperationAdd(path, data) for path, data in files.items()]
    operations += [CommitOperationDelete(path) for path in removed]
    made = api.create_commit(
        repo_id, operations, commit_message=message, repo_type=kind, parent_commit=parent
    )
    return made.oid


def create(api, repo_id=SPACE, **settings):
    api.create_repo(repo_id, repo_type="space", space_sdk="gradio", **settings)


def look(url):
    """What the quick Space answers."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def status_of(call, *arguments, **named):
    from huggingface_hub.errors import HfHubHTTPError

    with pytest.raises(HfHubHTTPError) as caught:
        call(*arguments, **named)
    return caught.value.response.status_code


def message_of(call, *arguments):
    from huggingface_hub.errors import HfHubHTTPError

    with pytest.raises(HfHubHTTPError) as caught:
        call(*arguments)
    return caught.value.server_message


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


# Files


def test_the_client_writes_reads_changes_and_removes_files(hub, api, tmp_path):
    create(api)
    first = api.space_info(SPACE).sha
    files = {
        **quick_space(),
        "data/model.safetensors": LARGE,
        "data/empty.txt": b"",
        "photo.jpg": b"\xff\0" * 9,
    }
    oid = push(api, files, parent=first)
    assert hub.files(SPACE) == {**hub.files(SPACE, first), **files}
    tree = {entry.path: entry for entry in api.list_repo_tree(SPACE, recursive=True, repo_type="space")}
    assert tree["data/model.safetensors"].lfs.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert tree["photo.jpg"].lfs.size == 18
    data = files["app.py"]
    assert tree["app.py"].blob_id == hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    assert tree["app.py"].lfs is None
    assert "data" in tree
    top = [entry.path for entry in api.list_repo_tree(SPACE, repo_type="space")]
    assert sorted(top) == [".gitattributes", "README.md", "app.py", "data", "photo.jpg", "requirements.txt"]
    for path in ("app.py", "data/model.safetensors"):
        got = api.hf_hub_download(SPACE, path, repo_type="space", revision=oid, cache_dir=tmp_path)
        assert Path(got).read_bytes() == files[path]

    sent = len(hub.requests)
    assert push(api, files) == oid  # nothing new: no commit
    assert not [r for r in hub.requests[sent:] if "/commit/main" in r.path or r.method == "PUT"]

    last = push(api, {"app.py": b"1"}, removed=["photo.jpg", "data/"], parent=oid, message="Less")
    assert set(hub.files(SPACE)) == {".gitattributes", "README.md", "app.py", "requirements.txt"}
    assert set(hub.files(SPACE, oid)) == {".gitattributes", *files}
    titles = [(c.commit_id, c.title) for c in api.list_repo_commits(SPACE, repo_type="space")]
    assert titles == [(last, "Less"), (oid, "Push"), (first, "initial commit")]
    assert [path.path for path in api.get_paths_info(SPACE, ["app.py", "data"], repo_type="space")] == [
        "app.py"
    ]
    assert hub.violations == []


def test_large_files_are_copied_from_an_older_commit_without_being_sent(hub, api):
    from huggingface_hub import CommitOperationCopy

    create(api)
    old = push(api, {**quick_space(), "model.safetensors": LARGE})
    push(api, {"README.md": readme(title="Other")}, removed=["model.safetensors"])
    sent = len(hub.requests)
    copies = [
        CommitOperationCopy(path, path, src_revision=old) for path in ("model.safetensors", "README.md")
    ]
    api.create_commit(SPACE, copies, commit_message="Back", repo_type="space")
    assert hub.files(SPACE) == hub.files(SPACE, old)
    assert [r.method for r in hub.requests[sent:] if "/store/" in r.path] == []
    assert hub.violations == []


def test_models_and_datasets_have_their_own_addresses(hub, api, tmp_path):
    for kind, repo_id in (("model", "visitor/bears-model"), ("dataset", "visitor/code")):
        api.create_repo(repo_id, repo_type=kind, private=True)
        push(
            api,
            {"README.md": b"---\nlicense: mit\n---\n", "w.safetensors": LARGE},
            repo_id=repo_id,
            kind=kind,
        )
        got = api.hf_hub_download(repo_id, "w.safetensors", repo_type=kind, cache_dir=tmp_path)
        assert Path(got).read_bytes() == LARGE
        assert api.repo_info(repo_id, repo_type=kind).private
    assert status_of(make_api(hub, STRANGERS_TOKEN).model_info, "visitor/bears-model") == 404
    assert status_of(make_api(hub, False).model_info, "visitor/bears-model") == 401
    api.update_repo_settings("visitor/bears-model", private=False)
    assert make_api(hub, False).model_info("visitor/bears-model").author == "visitor"
    assert [model.id for model in api.list_models(author="visitor")] == ["visitor/bears-model"]
    assert hub.violations == []


def test_a_commit_on_an_old_parent_is_refused(hub, api):
    create(api)
    parent = push(api, quick_space())
    theirs = hub.push_as_somebody_else(SPACE, {"notes.txt": b"hello"})
    assert status_of(push, api, {"a.txt": b"a"}, parent=parent) == 412
    assert hub.commits(SPACE)[-1].oid == theirs
    assert push(api, {"a.txt": b"a"}, parent=theirs) == hub.commits(SPACE)[-1].oid
    assert hub.commits(SPACE)[-2].author == "somebody"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colorFrom": "teal"}, '"colorFrom" must be one of'),
        ({"emoji": "bear"}, '"emoji" must be'),
        ({"sdk": "streamlit"}, '"sdk" must be one of'),
        ({"python_version": 3.12}, '"python_version" must be a string'),
        ({"short_description": "x" * 61}, "less than or equal to 60"),
        ({"suggested_hardware": "zero-a10g"}, '"suggested_hardware" must be one of'),
        ({"models": ["bears"]}, '"models" must be'),
        ({"tags": "bears"}, '"tags" must be'),
        ({"hf_oauth": "yes"}, '"hf_oauth" must be a boolean'),
        ({"hf_oauth_scopes": ["everything"]}, '"hf_oauth_scopes" must be'),
        ({"hf_oauth_expiration_minutes": 50_000}, "43200"),
        ({"preload_from_hub": ["bears"]}, '"preload_from_hub" must be'),
        ({"startup_duration_timeout": "soon"}, '"startup_duration_timeout" must be'),
    ],
)
def test_a_readme_that_the_hub_refuses_is_refused(hub, api, changes, said):
    create(api)
    before = len(hub.commits(SPACE))
    with pytest.raises(ValueError, match=said):
        push(api, {"README.md": readme(**changes)})
    assert len(hub.commits(SPACE)) == before


def test_a_readme_with_everything_is_taken():
    full = readme(
        title='Bears: "which one?"',
        emoji="🐻‍❄️",
        short_description="x" * 60,
        tags=["fastai"],
        models=["a/b"],
        hf_oauth=True,
        hf_oauth_scopes=["write-repos"],
        preload_from_hub=["a/b model.safetensors,config.json " + "0" * 40],
        startup_duration_timeout="1h",
        suggested_hardware="t4-small",
        license="apache-2.0",
    )
    assert find_readme_errors(full.decode()) == []
    assert find_readme_errors("---\ntitle: a: b\n---\n")[0].startswith("YAML Metadata Error")
    assert find_readme_errors("# No front matter") == []


# Who may do what


def test_each_token_may_do_its_own(hub, api):
    assert api.whoami()["name"] == "visitor"
    create(api)
    reader, stranger = make_api(hub, READ_TOKEN), make_api(hub, STRANGERS_TOKEN)
    assert reader.whoami()["auth"]["accessToken"]["role"] == "read"
    assert reader.space_info(SPACE).id == SPACE
    assert status_of(create, reader, "visitor/other") == 403
    assert status_of(push, reader, quick_space()) == 403
    assert status_of(push, stranger, quick_space()) == 403
    assert status_of(stranger.add_space_secret, SPACE, "A", "b") == 403
    assert status_of(create, api, "somebody/bears") == 403
    assert status_of(make_api(hub, "hf_wrong").whoami) == 401
    assert status_of(api.space_info, "visitor/nothing") == 404
    assert status_of(create, api) == 409
    create(api, exist_ok=True)
    hub.account.orgs.append("school")
    create(api, "school/bears")
    assert hub.repo("school/bears").owner == "school"
    assert hub.violations == []


def test_an_account_pays_for_what_costs(hub, api):
    hub.account.is_pro = hub.account.can_pay = False
    assert status_of(create, api) == 402
    assert status_of(create, api, space_hardware="t4-small") == 403
    create(api, space_hardware="zero-a10g")
    create(api, "visitor/two", space_hardware="zero-a10g")
    assert status_of(create, api, "visitor/three", space_hardware="zero-a10g") == 403
    assert status_of(api.request_space_hardware, SPACE, "t4-small") == 403
    assert status_of(api.request_space_hardware, SPACE, "cpu-basic") == 402
    hub.account.can_pay = True
    assert api.request_space_hardware(SPACE, "t4-small", sleep_time=900).sleep_time == 900
    assert status_of(api.set_space_sleep_time, "visitor/two", 900) == 400
    prices = {flavor.name: flavor.unit_cost_usd * 60 for flavor in api.list_spaces_hardware()}
    assert prices["t4-small"] == pytest.approx(0.40)
    assert prices["zero-a10g"] == 0
    assert hub.violations == []


# Strictness: requests that no correct client sends


AGENT = {"User-Agent": "hf_hub/2.4.0"}
AUTHORIZED = {**AGENT, "Authorization": f"Bearer {WRITE_TOKEN}"}
NDJSON = {**AUTHORIZED, "Content-Type": "application/x-ndjson"}
HEADER = {"key": "header", "value": {"summary": "s", "description": ""}}
NEVER_SENT = {"path": "w.bin", "algo": "sha256", "oid": "0" * 64, "size": 1}


def lines(*values):
    return "\n".join(json.dumps(value) for value in values)


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "said"),
    [
        ("GET", "/api/nothing", AUTHORIZED, None, "unknown route"),
        ("PUT", f"/api/spaces/{SPACE}/secrets", AUTHORIZED, None, "unknown route"),
        ("GET", "/api/whoami-v2", {"Authorization": f"Bearer {WRITE_TOKEN}"}, None, "user agent"),
        ("POST", "/api/repos/create", AGENT, "{}", "without authorization"),
        ("POST", "/api/repos/create", AUTHORIZED, '{"name": "a"}', "content type"),
        ("POST", f"/api/spaces/{SPACE}/pause", AUTHORIZED, "{}", "a body where there is none"),
        ("POST", f"/api/spaces/{SPACE}/commit/main", NDJSON, lines({"key": "file", "value": {}}), "header"),
        ("POST", f"/api/spaces/{SPACE}/commit/main", NDJSON, lines(HEADER), "empty commit"),
        (
            "POST",
            f"/api/spaces/{SPACE}/commit/main",
            NDJSON,
            lines(HEADER, {"key": "lfsFile", "value": NEVER_SENT}),
            "never sent",
        ),
        (
            "POST",
            f"/api/spaces/{SPACE}/commit/main",
            NDJSON,
            lines(HEADER, {"key": "file", "value": {"path": "../a", "content": "", "encoding": "base64"}}),
            "a path",
        ),
        (
            "POST",
            f"/api/spaces/{SPACE}/commit/main",
            NDJSON,
            lines(
                HEADER, {"key": "file", "value": {"path": "a.bin", "content": "AAAA", "encoding": "base64"}}
            ),
            "large file",
        ),
    ],
)
def test_a_wrong_request_is_an_error_and_is_kept(hub, api, method, path, headers, body, said):
    create(api)
    answer = httpx.request(method, hub.url + path, headers=headers, content=body, verify=False)
    assert answer.status_code in (400, 401)
    assert len(hub.violations) == 1
    assert said in hub.violations[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "without value"),
        ({"value": 1}, "value is a int"),
        ({"value": "b", "colour": "red"}, "unknown fields: colour"),
    ],
)
def test_fields_are_checked(hub, api, body, said):
    create(api)
    address = f"{hub.url}/api/spaces/{SPACE}/variables"
    answer = httpx.post(address, headers=AUTHORIZED, json={"key": "A", **body})
    assert answer.status_code == 400
    assert said in hub.violations[0]


def test_the_store_takes_only_what_was_announced_and_no_token(hub, api):
    create(api)
    sha = hashlib.sha256(LARGE).hexdigest()
    batch = {
        "operation": "upload",
        "transfers": ["basic"],
        "objects": [{"oid": sha, "size": len(LARGE)}],
        "hash_algo": "sha256",
    }
    headers = {**AUTHORIZED, "Content-Type": "application/vnd.git-lfs+json"}
    address = f"{hub.url}/spaces/{SPACE}.git/info/lfs/objects/batch"
    answer = httpx.post(address, headers=headers, content=json.dumps(batch)).json()
    actions = answer["objects"][0]["actions"]
    upload = actions["upload"]["href"]
    verify = {
        "url": actions["verify"]["href"],
        "headers": AUTHORIZED,
        "json": {"oid": sha, "size": len(LARGE)},
    }
    assert httpx.post(**verify).status_code == 400
    assert httpx.put(upload, content=LARGE[:-1]).status_code == 400
    assert httpx.put(upload, content=LARGE, headers=AUTHORIZED).status_code == 400
    assert httpx.put(upload[:-1], content=LARGE).status_code == 400
    words = ["before it was sent", "other bytes", "the token left", "unsigned"]
    assert [word in found for word, found in zip(words, hub.violations, strict=True)] == [True] * 4
    assert httpx.put(upload, content=LARGE).status_code == 200
    assert httpx.post(**verify).status_code == 200
    answer = httpx.post(address, headers=headers, content=json.dumps(batch)).json()
    assert "actions" not in answer["objects"][0]


# Running


def test_a_space_runs_from_what_was_pushed_alone(hub, api):
    create(
        api, space_secrets=[{"key": "PASS", "value": "word"}], space_variables=[{"key": "MODE", "value": "a"}]
    )
    push(api, quick_space(requirements="numpy==" + _version("numpy")))
    hub.wait_until("RUNNING", SPACE, sha=hub.commits(SPACE)[-1].oid)
    seen = look(api.space_info(SPACE).host)
    assert seen["environment"]["SPACE_ID"] == SPACE
    assert seen["environment"]["SYSTEM"] == "spaces"
    assert (seen["environment"]["PASS"], seen["environment"]["MODE"]) == ("word", "a")
    assert "HF_TOKEN" not in seen["environment"]
    assert not [path for path in seen["path"] if Path(path) in (ROOT, ROOT / "spaces", ROOT / "tests")]
    assert Path(seen["cwd"]).is_relative_to(hub.folder)
    build = "".join(api.fetch_space_logs(SPACE, build=True, follow=True))
    assert "already satisfied: numpy" in build
    assert hub.violations == []


def _version(name):
    import importlib.metadata

    return importlib.metadata.version(name)


def test_the_old_space_serves_until_the_new_one_answers(hub, api):
    create(api)
    hub.push_as_somebody_else(SPACE, quick_space())
    hub.wait_until("RUNNING", SPACE)
    old = hub.commits(SPACE)[-1].oid
    pid, url = hub.space(SPACE).pid, api.space_info(SPACE).host
    first_folder = look(url)["cwd"]
    hub.lag_seconds = hub.build_seconds = 1
    new = push(api, {"app.py": quick_space(code="print('second')")["app.py"]})
    first = api.get_space_runtime(SPACE)
    assert (first.stage, first.raw["sha"]) == ("RUNNING", old)  # right after a push, as on the Hub
    hub.wait_until("RUNNING_BUILDING", SPACE, sha=old)
    assert look(url)["cwd"] == first_folder
    hub.wait_until("RUNNING", SPACE, sha=new)
    assert look(url)["cwd"] != first_folder  # the address stays
    assert not is_running(pid)
    assert is_running(hub.space(SPACE).pid)


def test_nothing_runs_after_the_end(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with SpacesHub() as hub:
        hub.push_as_somebody_else("somebody/a", quick_space(code="import time\ntime.sleep(60)"))
        hub.push_as_somebody_else("visitor/b", quick_space())
        hub.wait_until("APP_STARTING", "somebody/a")
        hub.wait_until("RUNNING", "visitor/b")
        pid, folder = hub.space("visitor/b").pid, hub.folder
        starting = _processes_in(folder)
        assert pid in starting
        assert len(starting) == 2
    assert not folder.exists()
    assert not any(is_running(number) for number in starting)


def test_a_space_ends_when_the_tests_are_killed():
    code = (
        "from tests.servers.spaces_hub import SpacesHub; from tests.servers.spaces_hub_samples import *\n"
        "with SpacesHub() as hub:\n"
        " hub.push_as_somebody_else('visitor/a', quick_space()); hub.wait_until('RUNNING', 'visitor/a')\n"
        " print(hub.space('visitor/a').pid, hub.folder, flush=True); input()"
    )
    pipes: dict = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    env = {**os.environ, "PYTHONPATH": str(ROOT / "spaces")}  # pytest finds the package deploy without it
    tests = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, **pipes)
    pid, folder = tests.stdout.readline().split()
    assert is_running(pid)
    tests.kill()
    tests.communicate()
    wait_until(lambda: not is_running(pid))
    shutil.rmtree(folder)


def _processes_in(folder):
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                here = (process / "cwd").readlink()
            except OSError:
                continue
            if here.is_relative_to(folder):
                found.append(int(process.name))
    return found


def test_a_crash_at_start_is_an_error_with_its_log(hub, api):
    create(api)
    push(api, quick_space())
    hub.wait_until("RUNNING", SPACE)
    pid = hub.space(SPACE).pid
    push(api, {"app.py": b"raise SystemExit('no bears here')"})
    hub.wait_until("RUNTIME_ERROR", SPACE)
    runtime = api.get_space_runtime(SPACE)
    assert "no bears here" in runtime.raw["errorMessage"]
    assert runtime.hardware is None
    assert "no bears here" in "".join(api.fetch_space_logs(SPACE, follow=True))
    hub.space(SPACE).end()
    assert not is_running(pid)


def test_a_crash_while_it_serves_is_noticed(hub, api):
    create(api)
    push(api, quick_space(code="import os, threading\nthreading.Timer(1, os._exit, [3]).start()"))
    hub.wait_until("RUNNING", SPACE)
    hub.wait_until("RUNTIME_ERROR", SPACE)
    assert "Exit code: 3" in api.get_space_runtime(SPACE).raw["errorMessage"]


def test_a_space_that_never_answers_times_out(hub, api):
    hub.startup_seconds = 0.5
    create(api)
    push(api, quick_space(code="import time\ntime.sleep(60)"))
    hub.wait_until("RUNTIME_ERROR", SPACE)
    assert "timed out" in api.get_space_runtime(SPACE).raw["errorMessage"]


@pytest.mark.parametrize(
    ("requirements", "hardware", "said"),
    [
        ("numpy", "cpu-basic", "no exact version"),
        ("numpy>=2", "cpu-basic", "no exact version"),
        ("-e .", "cpu-basic", "only requirements.txt"),
        ("-r other.txt", "cpu-basic", "only requirements.txt"),
        ("numpy==0.0.1", "cpu-basic", "No matching distribution"),
        ("pydantic==2.13.0", "cpu-basic", "pydantic<=2.12.5"),
        ("gradio==5.0.0", "cpu-basic", "ResolutionImpossible"),
        ("torch==2.14.1", "zero-a10g", "ZeroGPU offers torch"),
    ],
)
def test_requirements_that_cannot_be_installed_are_a_build_error(hub, api, requirements, hardware, said):
    create(api, space_hardware=hardware)
    push(api, quick_space(requirements=f"# packages\n{requirements}\n"))
    hub.wait_until("BUILD_ERROR", SPACE)
    assert said in "".join(api.fetch_space_logs(SPACE, build=True, follow=True))
    assert "exit code: 1" in api.get_space_runtime(SPACE).raw["errorMessage"]


def test_what_is_not_required_cannot_be_imported(hub, api):
    create(api)
    push(api, quick_space(code="import sklearn"))
    hub.wait_until("RUNTIME_ERROR", SPACE)
    assert "No module named 'sklearn'" in api.get_space_runtime(SPACE).raw["errorMessage"]
    push(api, {"requirements.txt": f"scikit-learn=={_version('scikit-learn')}\n".encode()})
    hub.wait_until("RUNNING", SPACE)


def test_what_is_hidden_follows_from_the_packages_needs():
    hidden = find_hidden(f"{IN_EVERY_SPACE}\nscikit-learn=={_version('scikit-learn')}")
    assert not {"sklearn", "scipy", "joblib", "numpy", "gradio", "pandas", "mcp"} & set(hidden)
    assert {"torch", "fastai", "pytest", "plotly"} <= set(hidden)


@pytest.mark.parametrize(
    ("files", "stage"),
    [
        (quick_space(app_file="other.py"), "NO_APP_FILE"),
        ({**quick_space(), "README.md": b"# Bears"}, "CONFIG_ERROR"),
        (quick_space(sdk_version=None), "CONFIG_ERROR"),
        (quick_space(preload_from_hub=["visitor/none model.bin"]), "BUILD_ERROR"),
        ({**quick_space(), "packages.txt": b"lib foo\n"}, "BUILD_ERROR"),
    ],
)
def test_a_space_that_cannot_be_built_says_which_kind(hub, api, files, stage):
    create(api)
    push(api, files)
    hub.wait_until(stage, SPACE)


def test_a_preloaded_model_must_be_on_the_hub(hub, api):
    api.create_repo("visitor/model")
    oid = push(api, {"w.safetensors": LARGE}, repo_id="visitor/model", kind="model")
    create(api)
    push(api, quick_space(preload_from_hub=[f"visitor/model w.safetensors {oid}"]))
    hub.wait_until("RUNNING", SPACE)


def test_a_stuck_build_and_one_that_fails(hub, api):
    create(api)
    hub.stuck_build = True
    push(api, quick_space())
    hub.wait_until("BUILDING", SPACE)
    time.sleep(0.5)
    runtime = api.get_space_runtime(SPACE)
    assert runtime.stage == "BUILDING"
    assert "sha" not in runtime.raw
    hub.stuck_build, hub.build_error = False, "ERROR: the disk is full"
    hub.wait_until("BUILD_ERROR", SPACE)
    assert "disk is full" in api.get_space_runtime(SPACE).raw["errorMessage"]
    assert "sha" not in api.get_space_runtime(SPACE).raw
    hub.errors_name_commit = True
    assert api.get_space_runtime(SPACE).raw["sha"] == hub.commits(SPACE)[-1].oid
    hub.recover()
    api.restart_space(SPACE, factory_reboot=True)
    hub.wait_until("RUNNING", SPACE)


def test_settings_are_kept_and_restart_the_space(hub, api):
    from huggingface_hub import Volume

    create(api)
    push(api, quick_space())
    hub.wait_until("RUNNING", SPACE)
    first = hub.space(SPACE).pid
    api.add_space_secret(SPACE, "PASS", "word", description="to get in")
    api.add_space_variable(SPACE, "MODE", "a")
    api.delete_space_variable(SPACE, "MODE")
    api.add_space_variable(SPACE, "MODE", "b")
    assert api.get_space_secrets(SPACE)["PASS"].description == "to get in"
    assert api.get_space_variables(SPACE)["MODE"].value == "b"
    assert (hub.secrets[SPACE], hub.variables[SPACE]) == ({"PASS": "word"}, {"MODE": "b"})
    wait_until(lambda: look(api.space_info(SPACE).host)["environment"].get("MODE") == "b")
    hub.wait_until("RUNNING", SPACE)
    assert look(api.space_info(SPACE).host)["environment"]["PASS"] == "word"
    assert not is_running(first)

    hub.lag_seconds = 1
    assert api.request_space_hardware(SPACE, "cpu-upgrade").requested_hardware == "cpu-upgrade"
    assert api.get_space_runtime(SPACE).hardware == "cpu-basic"
    wait_until(lambda: api.get_space_runtime(SPACE).hardware == "cpu-upgrade")
    assert api.set_space_sleep_time(SPACE, 600).sleep_time == 600
    api.set_space_volumes(SPACE, [Volume(type="model", source="a/b", mount_path="/models")])
    assert api.get_space_runtime(SPACE).volumes[0].mount_path == "/models"
    api.delete_space_volumes(SPACE)
    assert api.get_space_runtime(SPACE).volumes is None
    assert hub.violations == []


def test_a_name_that_is_secret_and_variable_is_a_collision(hub, api):
    create(api)
    push(api, quick_space())
    api.add_space_secret(SPACE, "MODE", "a")
    api.add_space_variable(SPACE, "MODE", "a")
    push(api, {"notes.txt": b"1"})
    hub.wait_until("CONFIG_ERROR", SPACE)
    assert "Collision" in api.get_space_runtime(SPACE).raw["errorMessage"]


def test_pause_restart_and_delete(hub, api):
    create(api)
    push(api, quick_space())
    hub.wait_until("RUNNING", SPACE)
    pid = hub.space(SPACE).pid
    url = api.space_info(SPACE).host
    assert api.pause_space(SPACE).stage == "PAUSED"
    assert not is_running(pid)
    assert httpx.get(url).status_code == 503
    push(api, {"notes.txt": b"1"})
    time.sleep(0.5)
    assert api.get_space_runtime(SPACE).stage == "PAUSED"
    api.restart_space(SPACE)
    hub.wait_until("RUNNING", SPACE, sha=hub.commits(SPACE)[-1].oid)
    pid = hub.space(SPACE).pid
    api.delete_repo(SPACE, repo_type="space")
    assert status_of(api.space_info, SPACE) == 404
    assert not is_running(pid)
    create(api)
    assert [commit.title for commit in hub.commits(SPACE)] == ["initial commit"]
    assert hub.violations == []


def test_a_log_is_followed_as_it_grows(hub, api):
    create(api)
    push(
        api,
        quick_space(code="import os, threading\nprint('here')\nthreading.Timer(1, os._exit, [3]).start()"),
    )
    hub.wait_until("RUNNING", SPACE)
    followed = list(api.fetch_space_logs(SPACE, follow=True))
    assert "here\n" in followed


@pytest.mark.long
def test_gradios_client_finds_the_space_by_its_name(hub):
    code = (
        "import sys; from gradio_client import Client\n"
        f"print(Client({SPACE!r}, verbose=False).predict('Ada', api_name='/greet'))"
    )
    hub.push_as_somebody_else(SPACE, gradio_space())
    hub.wait_until("RUNNING", SPACE)
    environment = {**os.environ, **hub.environment()}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ran.stdout == "Hello Ada\n", ran.stderr
    assert hub.violations == []


# What goes wrong on demand


def test_errors_on_demand(hub, api):
    create(api)
    hub.fail(r"GET .*/runtime", status=429, times=2, headers={"Retry-After": "7"}, message="Slow down")
    assert status_of(api.get_space_runtime, SPACE) == 429
    assert status_of(api.get_space_runtime, SPACE) == 429
    assert api.get_space_runtime(SPACE).stage == "NO_APP_FILE"
    hub.fail("POST .*/variables", status=503)
    hub.fail("GET .*/variables", status=402)
    assert "PRO subscription" in message_of(api.get_space_variables, SPACE)
    assert status_of(api.add_space_variable, SPACE, "A", "b") == 503
    assert hub.variables[SPACE] == {}
    assert hub.violations == []


@pytest.mark.parametrize(("when", "variables"), [("before", {}), ("after", {"A": "b"})])
def test_a_connection_is_cut_before_or_after_it_took_effect(hub, api, when, variables):
    import httpx2

    create(api)
    hub.cut("POST .*/variables", when=when)
    with pytest.raises(httpx2.HTTPError):
        api.add_space_variable(SPACE, "A", "b")
    assert hub.variables[SPACE] == variables
    api.add_space_variable(SPACE, "A", "c")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_client_is_ended_while_its_request_is_held(hub, when):
    code = (
        "from huggingface_hub import HfApi\n"
        f"HfApi().create_repo({SPACE!r}, repo_type='space', space_sdk='gradio')"
    )
    hold = hub.hold_at(1, when)
    client = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, **hub.environment()})
    assert hold.reached.wait(30)
    assert hold.request.path == "/api/repos/create"
    client.kill()
    client.wait()
    hold.drop()
    time.sleep(0.2)
    assert hub.has_repo(SPACE, "space") == (when == "after")
    assert hub.violations == []


def test_a_held_request_goes_on_when_it_is_released(hub, api):
    create(api)
    hold = hub.hold_at(1)
    stages = []
    thread = threading.Thread(target=lambda: stages.append(api.get_space_runtime(SPACE).stage))
    thread.start()
    assert hold.reached.wait(10)
    assert stages == []
    hold.release()
    thread.join(10)
    assert stages == ["NO_APP_FILE"]


# Collections and jobs


def test_a_collection_keeps_its_order(hub, api):
    for name in ("visitor/a", "visitor/b", "visitor/c"):
        create(api, name)
    made = api.create_collection("Six lessons", description="In order")
    assert made.slug.startswith("visitor/six-lessons-")
    assert api.create_collection("Six lessons", exists_ok=True).slug == made.slug
    for name in ("visitor/b", "visitor/a", "visitor/c"):
        api.add_collection_item(made.slug, name, "space", note=f"note {name}")
    assert status_of(api.add_collection_item, made.slug, "visitor/a", "space") == 409
    assert status_of(api.add_collection_item, made.slug, "visitor/none", "space") == 404
    items = api.get_collection(made.slug).items
    api.update_collection_item(made.slug, items[1].item_object_id, position=0)
    assert [item.item_id for item in api.get_collection(made.slug).items] == [f"visitor/{c}" for c in "abc"]
    assert api.get_collection(made.slug).items[0].note == "note visitor/a"
    renamed = api.update_collection_metadata(made.slug, title="Lessons")
    assert renamed.slug == made.slug.replace("six-lessons", "lessons")
    assert [c.title for c in api.list_collections(owner="visitor")] == ["Lessons"]
    api.delete_collection_item(renamed.slug, items[0].item_object_id)
    assert len(api.get_collection(made.slug).items) == 2
    api.delete_collection(made.slug)
    assert list(api.list_collections(owner="visitor")) == []
    assert hub.violations == []


def test_a_job_runs_with_its_files_secrets_and_packages(hub, api):
    from huggingface_hub import Volume

    api.create_repo("visitor/code", repo_type="dataset")
    script = b"""# /// script
# dependencies = ["safetensors"]
# ///
import importlib.util, os, sys
import numpy, safetensors
print(os.environ["PASS"], sys.argv[1:], os.listdir("."), importlib.util.find_spec("torch"))
"""
    push(api, {"src/train.py": script}, repo_id="visitor/code", kind="dataset")
    job = api.run_job(
        image="python:3.12",
        command=["uv", "run", "--with", f"numpy=={_version('numpy')}", "/code/train.py", "--epochs", "3"],
        secrets={"PASS": "word"},
        flavor="t4-small",
        volumes=[Volume(type="dataset", source="visitor/code", mount_path="/code", path="src")],
    )
    assert list(api.fetch_job_logs(job_id=job.id, follow=True)) == ["word ['--epochs', '3'] [] None"]
    ended = api.wait_for_job(job.id)
    assert ended.status.stage == "COMPLETED"
    assert "word" not in str(ended.secrets)
    assert hub.violations == []


@pytest.mark.parametrize(
    ("command", "timeout", "message", "log"),
    [
        (["python", "-c", "print('oh'); raise SystemExit(3)"], None, "exit code: 3", "oh"),
        (["python", "-c", "import time; time.sleep(60)"], 1, "timeout", ""),
        (
            ["uv", "run", "--with", "numpy==0.0.1", "python", "-c", "1"],
            None,
            "exit code: 1",
            "no solution found",
        ),
        (["no-such-program"], None, "No such file", ""),
    ],
)
def test_a_job_that_fails_says_how(hub, api, command, timeout, message, log):
    job = api.run_job(image="python:3.12", command=command, timeout=timeout)
    ended = api.wait_for_job(job.id, poll_interval=0.1)
    assert ended.status.stage == "ERROR"
    assert message in ended.status.message
    assert log in "\n".join(api.fetch_job_logs(job_id=job.id, follow=True))


def test_a_job_is_canceled_and_costs(hub, api):
    job = api.run_job(image="python:3.12", command=["python", "-c", "import time; time.sleep(60)"])
    api.cancel_job(job_id=job.id)
    assert api.wait_for_job(job.id, poll_interval=0.1).status.stage == "CANCELED"
    assert [known.id for known in api.list_jobs(namespace="visitor")] == [job.id]
    hub.account.can_pay = False
    assert status_of(api.run_job, image="python:3.12", command=["python"]) == 402
    assert "t4-small" in [flavor.name for flavor in api.list_jobs_hardware()]
