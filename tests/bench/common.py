"""What all benchmarks share: the line about the machine, a Markdown table, means with their spread."""

import datetime
import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def say(text: str) -> None:
    """Tell how far the benchmark is; standard output carries the table alone."""
    print(text, file=sys.stderr, flush=True)


def mean_sd(values: Sequence[float], digits: int = 4, *, sign: bool = False) -> str:
    """Write a mean and the standard deviation between splits."""
    mean = sum(values) / len(values)
    plus = "+" if sign else ""
    if len(values) < 2:
        return f"{mean:{plus}.{digits}f}"
    sd = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
    return f"{mean:{plus}.{digits}f} ± {sd:.{digits}f}"


def median(values: Sequence[float]) -> float:
    """Give the middle value."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def quantile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table; all columns but the first to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(*packages: str) -> str:
    """Say on what this was measured, in one line."""
    versions = [f"Python {platform.python_version()}"]
    for package in packages:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{package} not installed")
    threads = os.environ["OPENBLAS_NUM_THREADS"]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {threads} threads at most, {platform.system()}; "
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d %H:%M} UTC; load {_load()}; {', '.join(versions)}."
    )


def report(title: str, machine_line: str, table: str, notes: Sequence[str] = ()) -> None:
    """Print the result."""
    parts = [f"### {title}", machine_line, table, "\n".join(f"- {note}" for note in notes)]
    print("\n\n".join(part for part in parts if part), flush=True)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _load() -> str:
    """Say how busy the machine was over the last minute: near 0 before, timings are this benchmark's own."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
