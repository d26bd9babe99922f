"""Training beyond this machine: the project's own training command on Hugging Face Jobs.

The training code (worked out from its imports, as for a Space) is committed to the folder `training/` of the
model repository: it stays there as the record of what trained the model, and the job sees just that commit as
a folder. uv installs the packages of the group `train`, at the versions the project pins. The job pushes the
model it trained; its log is followed here.

    from deploy.train import train_on_jobs
    train_on_jobs(hub, "bears", flavor="t4-small", repo_id="user/bears-model", timeout="2h",
                  arguments=["--data", "hf://datasets/user/bears/photos.zip", "--epochs", "4"])

A local script could be sent by `run_uv_job` itself, but only single files, and through a storage bucket.
"""

import re
import time
import tomllib
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy import ROOT
from deploy.commit import commit_changes
from deploy.errors import PushError
from deploy.imports import find_data, find_modules
from deploy.lines import read_lines
from deploy.models import MANIFEST, TRAINING, make_model_repo, read_manifest, read_model_head
from deploy.requirements import normal_name, read_pins
from deploy.state import plain
from deploy.tree import is_same, read_tree
from deploy.words import find_meant

if TYPE_CHECKING:
    from huggingface_hub import JobInfo

    from deploy.hub import Hub

RUNNER = Path(__file__).with_name("train_job.py")
CODE = "/code"  # where the job sees the training code
PYTHON = "3.12"
DEFAULT_TIMEOUT = "4h"  # the Hub's own is half an hour
LOG_LINES = 40  # of the log's end, when a job fails
_POLL_SECONDS = 2.0
_OVER = ("COMPLETED", "CANCELED", "ERROR", "DELETED")
_EVERY_JOB = ("huggingface-hub", "tqdm")  # it fetches and pushes, and shows how far it is
_NO_JOB = ("accelerate",)  # shares a training between several GPUs, which a job does not do
_OURS = ("--out", "--push", "--resume")
_SEVERAL_GPUS = re.compile(r"x([2-9])$")
_TIMEOUT = re.compile(r"\d+(\.\d+)?[smhd]?")


def train_on_jobs(
    hub: "Hub",
    name: str,
    *,
    flavor: str,
    repo_id: str,
    arguments: Sequence[str] = (),
    timeout: str | None = None,
    private: bool = False,
    say: Callable[[str], None] = print,
) -> str:
    """Train a model on Hugging Face Jobs, follow its log, and wait for the model on the Hub.

    Args:
        hub: where to.
        name: of the model, a table of shared/artifacts/artifacts.toml.
        flavor: the hardware, such as "t4-small".
        repo_id: the model repository that gets the result; it is created when it is not there.
        arguments: of the training command; data on the Hub as hf://datasets/user/name/file.
        timeout: after which the job is ended, such as "90m" or "2h".
        private: whether only its owner sees a new repository.
        say: told each line of the log.

    Returns:
        The commit that holds the trained model.

    Raises:
        PushError: an argument cannot work there, the Hub refused, or the training failed.
    """
    module = _module(name)
    timeout = timeout or DEFAULT_TIMEOUT
    _check(flavor, arguments, timeout)
    repo_id = make_model_repo(hub, repo_id, private=private)
    commit = _send_code(hub, module, repo_id)
    job = _start(hub, name, module, repo_id, commit, flavor=flavor, arguments=arguments, timeout=timeout)
    say(f"The job {job.id} runs on {flavor}: {job.url}")
    try:
        stage, message, end_of_log = _follow(hub, job, say)
    except KeyboardInterrupt:
        say(f"The job goes on without this window; look at it, or cancel it, at {job.url}")
        raise
    if stage != "COMPLETED":
        raise PushError(
            f"The training of {name} ended as {stage}{f' ({message})' if message else ''}.",
            f"Put right what the end of its log says, and train again; all of it is at {job.url}",
            details="\n".join(end_of_log),
        )
    head = read_model_head(hub, repo_id)
    if head == commit:
        raise PushError(
            f"The job ended well, but {repo_id} holds no new model.", f"Look at its log at {job.url}"
        )
    return head


def price_per_hour(hub: "Hub", flavor: str) -> float:
    """What a job costs in dollars an hour.

    Args:
        hub: where to ask.
        flavor: the hardware.

    Raises:
        PushError: the Hub does not tell, or has no such hardware.
    """
    for hardware in hub.call("read the prices of jobs", hub.api.list_jobs_hardware):
        if hardware.name == flavor:
            return float(hardware.unit_cost_usd) * {"minute": 60, "hour": 1}[hardware.unit_label]
    raise PushError(f"Jobs have no hardware {flavor!r} now.", "Choose another.")


def find_code(module: str, *, root: Path = ROOT) -> dict[str, Path]:
    """List what a training command needs: its modules and their small data, but no trained model.

    Args:
        module: such as "shared.vision.train".
        root: the project.

    Returns:
        The files by the path that the job sees.
    """
    modules = find_modules(root / f"{module.replace('.', '/')}.py", root=root)
    folders = {path.parent for path in modules}
    data = [path for path in find_data(modules, root=root) if path.parent in folders]
    files = {path.relative_to(root).as_posix(): path for path in [*modules, *data]}
    return {**files, "__main__.py": RUNNER}  # so that `python FOLDER` runs it, with the folder on the path


def find_packages(*, root: Path = ROOT) -> list[str]:
    """List the group `train` of pyproject.toml, each package with its exact version.

    Args:
        root: the project, whose requirements.txt has the versions.

    Raises:
        PushError: a package has none.
    """
    groups = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    pins = read_pins(root / "requirements.txt")
    lines = []
    for wanted in [*groups["train"], *_EVERY_JOB]:
        name, _, version = wanted.partition("==")
        package = normal_name(name)
        if package in _NO_JOB:
            continue
        version = version or pins.get(package, "")
        if not version:
            raise PushError(
                f"The group train of pyproject.toml names {name}, which has no version.",
                "Pin it in requirements.txt.",
            )
        lines.append(f"{package}=={version}")
    return lines


def _module(name: str) -> str:
    """The training command of a model: it lies in the package of its artifact."""
    package = read_manifest(MANIFEST, name).parent
    if not (package / "train.py").is_file():
        raise PushError(f"The model {name} has no training command.", "Train it where it was made.")
    return f"shared.{package.name}.train"


def _check(flavor: str, arguments: Sequence[str], timeout: str) -> None:
    """Refuse what could only fail after it has cost something."""
    from huggingface_hub import JobHardware

    flavors = [entry.value for entry in JobHardware]
    if flavor not in flavors:
        _, listed = find_meant(flavor, flavors, most=3, cutoff=0.4)
        raise PushError(f"Jobs have no hardware {flavor!r}.", f"Choose one of: {listed}.")
    if several := _SEVERAL_GPUS.search(flavor):
        raise PushError(
            f"{flavor} has {several[1]} GPUs, and a job trains on one of them.",
            "Choose hardware with one GPU; several are for `accelerate launch` on a machine of your own.",
        )
    if not _TIMEOUT.fullmatch(timeout):
        raise PushError(f"{timeout!r} is not a time.", "Write one such as 90m or 2h.")
    for argument in arguments:
        if argument.partition("=")[0] in _OURS:
            raise PushError(f"{argument} is given by the job itself.", "Leave it out.")
        value = argument.partition("=")[2] if argument.startswith("--") else argument
        if value and len(value) < 200 and Path(value).expanduser().exists():
            raise PushError(
                f"The job cannot see {value}, which is on this machine.",
                "Put it into a data set on the Hub, and name it as hf://datasets/USER/NAME/FILE.",
            )


def _send_code(hub: "Hub", module: str, repo_id: str) -> str:
    """Make the folder `training/` of the model repository hold the code; give the commit."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    head = read_model_head(hub, repo_id)
    tree = read_tree(hub, repo_id, repo_type="model", revision=head)
    wanted = {f"{TRAINING}/{path}": file for path, file in find_code(module).items()}
    operations: list[Any] = [
        CommitOperationAdd(path, file)
        for path, file in wanted.items()
        if not (is_same(tree.get(path), file) or (path not in tree and not file.stat().st_size))
    ]
    operations += [
        CommitOperationDelete(path) for path in tree if path.startswith(f"{TRAINING}/") and path not in wanted
    ]
    return commit_changes(
        hub,
        operations,
        repo_id=repo_id,
        repo_type="model",
        head=head,
        what=f"send the training code to {repo_id}",
        message=f"The code that trains this model ({module})",
    )


def _start(
    hub: "Hub",
    name: str,
    module: str,
    repo_id: str,
    commit: str,
    *,
    flavor: str,
    arguments: Sequence[str],
    timeout: str,
) -> "JobInfo":
    """Start the job with the training code at exactly this commit."""
    from huggingface_hub import Volume
    from huggingface_hub.errors import HfHubHTTPError

    volume = Volume(
        type="model", source=repo_id, mount_path=CODE, read_only=True, revision=commit, path=TRAINING
    )

    def start() -> "JobInfo":
        try:
            return hub.api.run_uv_job(
                "python",
                script_args=[CODE, module, repo_id, *arguments],
                dependencies=find_packages(),
                python=PYTHON,
                env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
                secrets={"HF_TOKEN": hub.api.token},
                flavor=flavor,
                timeout=timeout,
                name=f"train-{name}",
                volumes=[volume],
                namespace=repo_id.partition("/")[0],
            )
        except HfHubHTTPError as error:
            if error.response.status_code != 402:
                raise
            raise PushError(
                f"The account {repo_id.partition('/')[0]} has no credit for a job.",
                "Add some at https://huggingface.co/settings/billing, or train on a machine of your own.",
            ) from None

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that run_uv_job may change: its version is pinned
        return hub.call(f"start the training of {name}", start, repo_id=repo_id)


def _follow(hub: "Hub", job: "JobInfo", say: Callable[[str], None]) -> tuple[str, str | None, list[str]]:
    """Tell a job's log until it is over; give its stage, the Hub's word on it, and the end of the log."""
    namespace = job.owner.name
    kept: deque[str] = deque(maxlen=LOG_LINES)
    for line in read_lines(
        hub,
        "follow the log of the job",
        lambda: hub.api.fetch_job_logs(job_id=job.id, namespace=namespace, follow=True),
    ):
        kept.append(line)
        say(line)
    while True:
        status = hub.call("look at the job", hub.api.inspect_job, job_id=job.id, namespace=namespace).status
        if status.stage in _OVER:
            return str(plain(status.stage)), status.message, list(kept)
        time.sleep(_POLL_SECONDS)
