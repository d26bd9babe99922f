"""Make the table anew from timm's own files: its repository's folder `results/`, or a zip of the repository.

    python -m shared.image_models.refresh ../pytorch-image-models
    python -m shared.image_models.refresh https://github.com/huggingface/pytorch-image-models/archive/main.zip

The names of timm's files change with each version of PyTorch, and old ones go: so they are looked for by a
pattern, and the newest is taken. `source.toml` keeps their names and checksums.
"""

import argparse
import csv
import datetime
import fnmatch
import gzip
import hashlib
import io
import re
import sys
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.errors import InputError
from shared.image_models.table import SOURCE, TABLE, Model

Files = Mapping[str, bytes]
_ACCURACY = {
    "top1": "results-imagenet.csv",
    "real": "results-imagenet-real.csv",
    "v2": "results-imagenetv2-matched-frequency.csv",
    "sketch": "results-sketch.csv",
    "r": "results-imagenet-r.csv",
    "a": "results-imagenet-a.csv",
}
_SPEED = {
    "rtx3090": "benchmark-infer-amp-*rtx3090.csv",
    "rtx4090": "benchmark-infer-amp-*rtx4090.csv",
    "rtx5090": "benchmark-infer-amp-*5090.csv",
    "i7": "benchmark-infer-fp32-*i7_12700h*.csv",
    "i9": "benchmark-infer-fp32-*i9_10940x*.csv",
    "train": "benchmark-train-amp-*rtx3090.csv",
}
_TOYS = "test_"  # models that timm keeps for its own tests
_MAX_MB = 500  # of an archive
_FETCH_SECONDS = 60


def read_files(source: str) -> dict[str, bytes]:
    """Read timm's CSV files.

    Args:
        source: a folder, or the address of a zip.

    Returns:
        Their contents by name.

    Raises:
        InputError: there is no such folder or zip.
    """
    if not source.startswith(("http://", "https://")):
        folder = Path(source)
        folder = folder / "results" if (folder / "results").is_dir() else folder
        return {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    try:
        with urllib.request.urlopen(source, timeout=_FETCH_SECONDS) as answer:
            body = answer.read(_MAX_MB * 1024**2)
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = [name for name in archive.namelist() if re.search(r"(^|/)results/[^/]+\.csv$", name)]
            return {name.rpartition("/")[2]: archive.read(name) for name in names}
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(
            f"No zip could be read from {source} ({error}). Check the address or give a folder."
        ) from error


def find_newest(files: Files, pattern: str) -> str:
    """Give the name of the file that fits a pattern, of several that of the newest PyTorch.

    Raises:
        InputError: none fits.
    """
    names = fnmatch.filter(files, pattern)
    if not names:
        raise InputError(f"There is no {pattern} among timm's results. Has its name changed?")
    return max(names, key=lambda name: (int((re.search(r"-pt(\d+)", name) or [0, 0])[1]), name))


def make_rows(files: Files) -> tuple[list[Model], list[str]]:
    """Join timm's files: accuracies by model and image size, speeds by architecture and image size.

    Returns:
        The rows, the most accurate first, and the names of the files that were used.
    """
    names = {column: find_newest(files, pattern) for column, pattern in (_ACCURACY | _SPEED).items()}
    read = {column: list(csv.DictReader(io.StringIO(files[name].decode()))) for column, name in names.items()}
    speeds = {column: f"{'train' if column == 'train' else 'infer'}_samples_per_sec" for column in _SPEED}
    figures = {
        column: {_key(row): float(row[speeds.get(column, "top1")]) for row in rows}
        for column, rows in read.items()
    }
    rows = []
    for row in read["top1"]:
        name, size = row["model"], row["img_size"]
        if name.startswith(_TOYS):
            continue
        # Accuracies are those of a model with its weights, speeds those of its architecture.
        keys = {column: (name.partition(".")[0] if column in _SPEED else name, size) for column in figures}
        known: dict[str, Any] = {column: figures[column].get(key) for column, key in keys.items()}
        parameters = float(row["param_count"].replace(",", ""))
        rows.append(Model(name=name, size=int(size), parameters=parameters, **known))
    return sorted(rows, key=lambda row: (-row.top1, row.name, row.size)), sorted(names.values())


def write_table(files: Files, *, source: str, table: Path = TABLE, about: Path = SOURCE) -> int:
    """Write the table, and beside it where it comes from. The same files give the same table.

    Args:
        files: from `read_files`.
        source: where they were, for people.
        table: the file to write.
        about: the file for its source.

    Returns:
        How many rows there are.
    """
    rows, names = make_rows(files)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Model._fields)
    writer.writerows(["" if value is None else value for value in row] for row in rows)
    table.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    taken = datetime.datetime.now(datetime.UTC).date().isoformat()
    sums = "".join(f'"{name}" = "{hashlib.sha256(files[name]).hexdigest()}"\n' for name in names)
    about.write_text(
        f'source = "{source}"\ntaken = "{taken}"\nrows = {len(rows)}\n\n[files]\n{sums}', encoding="utf-8"
    )
    return len(rows)


def _key(row: Mapping[str, str]) -> tuple[str, str]:
    """Give the model and the image size of a row of any of timm's files."""
    return row["model"], next(value for column, value in row.items() if column.endswith("img_size"))


def main(arguments: Sequence[str]) -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Make the table of image models anew.")
    parser.add_argument("source", help="timm's repository, its folder results/, or the address of a zip")

    given = parser.parse_args(arguments)
    address = (
        given.source
        if given.source.startswith("http")
        else "https://github.com/huggingface/pytorch-image-models"
    )
    try:
        n_rows = write_table(read_files(given.source), source=address)
    except InputError as error:
        sys.exit(str(error))
    print(f"{n_rows} rows in {TABLE.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
