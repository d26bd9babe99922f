"""What runs inside a training job: fetch the data, train, push the model. Sent along by `deploy/train.py`.

    HF_TOKEN=... python /code shared.collab.train user/films-model --factors 12

An argument such as hf://datasets/user/bears/photos.zip is fetched first and becomes a path; without a file
name it is the whole data set. The training itself knows nothing of the Hub.
"""

import importlib
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

OUT = "model"
TRIES = 6  # a push that fails would lose hours of training
_DATA = re.compile(r"hf://datasets/(?P<repo_id>[\w.-]+/[\w.-]+?)(@(?P<revision>[\w.-]+))?(/(?P<path>.+?))?/?")


def main(arguments: Sequence[str]) -> int:
    """Train and push.

    Args:
        arguments: the module with the training command, the model repository, then the command's arguments.

    Returns:
        The exit code: that of the training when it failed.
    """
    module, repo_id, *rest = arguments
    out = Path(tempfile.mkdtemp(prefix="lessons-training-")) / OUT
    given = [fetch(argument) for argument in rest]
    code = importlib.import_module(module).main([*given, "--out", str(out)])
    if code:
        return int(code)
    print(f"Pushed the model as {push(out, repo_id)}", flush=True)
    return 0


def fetch(argument: str) -> str:
    """Give the local path of a data set, or of a file in one; any other argument as it is.

    Args:
        argument: of the training command.
    """
    match = _DATA.fullmatch(argument)
    if match is None:
        return argument
    from huggingface_hub import hf_hub_download, snapshot_download

    print(f"Fetching {argument}", flush=True)
    repo_id, revision, path = match["repo_id"], match["revision"], match["path"]
    if path and "." in path.rpartition("/")[2]:
        return str(hf_hub_download(repo_id, path, repo_type="dataset", revision=revision))
    inside = f"{path}/*" if path else None
    folder = snapshot_download(repo_id, repo_type="dataset", revision=revision, allow_patterns=inside)
    return str(Path(folder, path or ""))


def push(folder: Path, repo_id: str) -> str:
    """Commit the model to its repository, where the code that trained it is already.

    Args:
        folder: what training wrote.
        repo_id: an existing model repository.

    Returns:
        The commit.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
    from huggingface_hub.errors import HfHubHTTPError

    from shared.artifacts import read_folder

    api = HfApi()
    model = read_folder(folder)  # nothing damaged, and never a pickle, is pushed
    names = ["config.json", *sorted(model.config["files"])]
    for attempt in range(TRIES):
        try:
            info = api.model_info(repo_id)
            there = [file.rfilename for file in info.siblings or []]
            stays = (*names, ".gitattributes")
            left_over = [path for path in there if path not in stays and not path.startswith("training/")]
            made = api.create_commit(
                repo_id,
                [
                    *(CommitOperationAdd(name, str(model.path(name))) for name in names),
                    *(CommitOperationDelete(path) for path in left_over),
                ],
                commit_message="Train on Hugging Face Jobs",
                parent_commit=info.sha,
            )
        except (HfHubHTTPError, OSError) as error:
            if attempt + 1 == TRIES:
                raise
            print(f"The Hub did not take the model ({type(error).__name__}). Trying again.", flush=True)
            time.sleep(2**attempt)
        else:
            return str(made.oid)
    raise AssertionError("the last try returns or raises")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
