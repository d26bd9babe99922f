"""A plan to read, and a plan for machines.

from deploy.plan_text import plan_as_json, plan_as_text
print(plan_as_text(plan))
"""

from typing import Any

from deploy.hardware import PRO_HARDWARE
from deploy.plan import FileChange, Plan, SettingChange

_SIGNS = {"added": "+", "changed": "~", "removed": "-"}
_MOST_LINES = 40  # of the difference in one file


def plan_as_text(plan: Plan, *, diffs: bool = True) -> str:
    """Write a plan so that one can decide on it.

    Args:
        plan: to be shown.
        diffs: show how texts change, line by line.
    """
    if plan.is_empty:
        return f"{plan.repo_id}: nothing to do, it is as spaces.toml and this folder say."
    lines = [f"{plan.repo_id}: {'changes' if plan.now else 'does not exist yet, and would be created'}"]
    lines += [line for change in plan.files for line in _file_lines(change, diffs=diffs)]
    if plan.files:
        lines.append(f"  {_totals(plan)}")
    lines += [f"  ! {entry}: somebody else's, which only --overwrite removes" for entry in plan.theirs]
    lines += [_setting_line(change) for change in plan.settings]
    lines += [f"  * secret {name}: set from the environment" for name in plan.secrets]
    lines += [f"    secret {name}: not in spaces.toml, stays" for name in plan.other_secrets]
    if plan.now and plan.now.stage == "PAUSED":
        lines.append("    It is paused and stays so: `restart` starts it.")
    lines.append(f"    {price_as_text(plan)}")
    return "\n".join(lines)


def price_as_text(plan: Plan) -> str:
    """What the Space costs, in a sentence.

    Args:
        plan: of the Space.
    """
    hardware, price = plan.space.hardware, plan.price_per_hour
    if hardware == PRO_HARDWARE:
        told = ", which this account does not have" if plan.needs_pro else ""
        return f"Runs on {hardware}: nothing by the hour, but it takes a PRO subscription{told}."
    if price == 0:
        return f"Runs on {hardware}, free of charge: visitors use their own minutes of the GPU."
    costs = "at a price that the Hub does not tell" if price is None else f"at ${price:.2f} an hour"
    if plan.sleep_time in (None, -1):
        return f"Runs on {hardware} {costs}, and never sleeps: it costs that every hour."
    return f"Runs on {hardware} {costs}, and sleeps after {plan.sleep_time} s without a visitor."


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """Give a plan for machines: only what `json.dumps` takes, and no secret value.

    Args:
        plan: to be shown.
    """
    return {
        "space": plan.repo_id,
        "exists": plan.now is not None,
        "is_empty": plan.is_empty,
        "commit": plan.now.head if plan.now else None,
        "stage": plan.now.stage if plan.now else None,
        "files": [vars(change) for change in plan.files],
        "commits_of_others": [vars(entry) for entry in plan.theirs],
        "settings": [vars(change) for change in plan.settings],
        "secrets": list(plan.secrets),
        "other_secrets": list(plan.other_secrets),
        "hardware": plan.space.hardware,
        "sleep_time": plan.sleep_time,
        "price_per_hour": plan.price_per_hour,
        "needs_pro": plan.needs_pro,
    }


def size_as_text(size: int) -> str:
    """Write a number of bytes.

    Args:
        size: in bytes.
    """
    if size < 1000:
        return f"{size} B"
    return f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def _file_lines(change: FileChange, *, diffs: bool) -> list[str]:
    sizes = {
        "added": size_as_text(change.size),
        "changed": f"{size_as_text(change.size_before)} -> {size_as_text(change.size)}",
        "removed": size_as_text(change.size_before),
    }[change.kind]
    lines = [f"  {_SIGNS[change.kind]} {change.path} ({sizes})"]
    if diffs and change.diff:
        body = change.diff.splitlines()[2:]  # the names of the two versions are above
        lines += [f"      {line}" for line in body[:_MOST_LINES]]
        if len(body) > _MOST_LINES:
            lines.append(f"      ... {len(body) - _MOST_LINES} more lines")
    return lines


def _totals(plan: Plan) -> str:
    counts = {
        kind: [change for change in plan.files if change.kind == kind]
        for kind in ("added", "changed", "removed")
    }
    told = ", ".join(f"{len(changes)} {kind}" for kind, changes in counts.items() if changes)
    size = sum(change.size for change in plan.files)
    return f"{told}; {size_as_text(size)} to send at most"


def _setting_line(change: SettingChange) -> str:
    before, after = ("not set" if value is None else repr(value) for value in (change.before, change.after))
    return f"  * {change.name}: {before} -> {after}"
