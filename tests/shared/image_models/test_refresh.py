"""The table made anew: from a checkout, from a zip at an address, with files that have other names by now."""

import gzip
import io
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.image_models import refresh

ACCURACY = (
    'model,img_size,top1,param_count\nbig.a,224,{},"1,014.45"\nsmall.b,160,{},5.5\ntest_vit.r,160,40,0.4\n'
)
SPEED = "model,{0}_img_size,{0}_samples_per_sec\nbig,224,{1}\nbig,384,1\nsmall,160,{2}\n"
FILES = {
    "results-imagenet.csv": ACCURACY.format(90, 70),
    "results-imagenet-real.csv": ACCURACY.format(91, 71),
    "results-imagenetv2-matched-frequency.csv": ACCURACY.format(80, 60),
    "results-sketch.csv": ACCURACY.format(50, 20),
    "results-imagenet-r.csv": ACCURACY.format(55, 25),
    "results-imagenet-a.csv": ACCURACY.format(45, 5),
    "benchmark-infer-amp-nhwc-pt113-cu117-rtx3090.csv": SPEED.format("infer", 1, 1),
    "benchmark-infer-amp-nchw-pt240-cu124-rtx3090.csv": SPEED.format("infer", 2, 2),
    "benchmark-infer-amp-nhwc-pt240-cu124-rtx3090.csv": SPEED.format("infer", 100, 1000),
    "benchmark-infer-amp-nhwc-pt240-cu124-rtx4090.csv": SPEED.format("infer", 200, 2000),
    "benchmark-infer-amp-nchw-pt291-cu130-5090.csv": SPEED.format("infer", 300, 3000),
    "benchmark-infer-fp32-nchw-pt240-cpu-i7_12700h-dynamo.csv": SPEED.format("infer", 4, 40),
    "benchmark-infer-fp32-nchw-pt240-cpu-i9_10940x-dynamo.csv": SPEED.format("infer", 8, 80),
    "benchmark-train-amp-nhwc-pt112-cu113-rtx3090.csv": SPEED.format("train", 30, 300),
    "notes.csv": "nothing",
}
ROWS = [
    "name,size,parameters,top1,real,v2,sketch,r,a,rtx3090,rtx4090,rtx5090,i7,i9,train",
    "big.a,224,1014.45,90.0,91.0,80.0,50.0,55.0,45.0,100.0,200.0,300.0,4.0,8.0,30.0",
    "small.b,160,5.5,70.0,71.0,60.0,20.0,25.0,5.0,1000.0,2000.0,3000.0,40.0,80.0,300.0",
]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """timm's repository, as far as it matters here."""
    results = tmp_path / "pytorch-image-models" / "results"
    results.mkdir(parents=True)
    for name, text in FILES.items():
        (results / name).write_text(text)
    return results.parent


@pytest.fixture
def address(checkout: Path, tmp_path: Path) -> Iterator[str]:
    """A zip of it, as GitHub sends one."""
    folder = tmp_path / "served"
    folder.mkdir()
    with zipfile.ZipFile(folder / "main.zip", "w") as archive:
        for path in (checkout / "results").iterdir():
            archive.write(path, f"pytorch-image-models-main/results/{path.name}")
        archive.writestr("pytorch-image-models-main/results/old/results-imagenet.csv", "no")
    (folder / "page.html").write_text("<html>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def table_of(files: dict[str, bytes], folder: Path) -> list[str]:
    paths = {"table": folder / "table.csv.gz", "about": folder / "source.toml"}
    n_rows = refresh.write_table(files, source="https://example.org", **paths)
    about = tomllib.loads(paths["about"].read_text())
    assert about["rows"] == n_rows == 2
    assert about["source"] == "https://example.org"
    assert len(about["files"]) == 12
    assert "benchmark-infer-amp-nhwc-pt240-cu124-rtx3090.csv" in about["files"]
    return gzip.open(io.BytesIO(paths["table"].read_bytes()), "rt").read().splitlines()


def test_a_checkout_its_results_and_a_zip_give_the_same_table(
    checkout: Path, address: str, tmp_path: Path
) -> None:
    for source in (str(checkout), str(checkout / "results"), f"{address}/main.zip"):
        assert table_of(refresh.read_files(source), tmp_path) == ROWS, source


def test_the_newest_file_is_found_by_its_version_not_by_its_name(checkout: Path) -> None:
    files = refresh.read_files(str(checkout)) | {"benchmark-infer-amp-nhwc-pt1000-cu1-rtx3090.csv": b""}
    found = refresh.find_newest(files, "benchmark-infer-amp-*rtx3090.csv")
    assert found == "benchmark-infer-amp-nhwc-pt1000-cu1-rtx3090.csv"


def test_a_file_that_is_gone_is_named(checkout: Path) -> None:
    files = refresh.read_files(str(checkout))
    del files["results-sketch.csv"]
    with pytest.raises(InputError, match=r"no results-sketch\.csv among timm's results"):
        refresh.make_rows(files)


@pytest.mark.parametrize("name", ["page.html", "nothing.zip"])
def test_an_address_without_a_zip_is_refused(address: str, name: str) -> None:
    with pytest.raises(InputError, match=r"No zip could be read from http://.*Check the address"):
        refresh.read_files(f"{address}/{name}")


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"There is no results-imagenet\.csv"):
        refresh.main([str(tmp_path)])
