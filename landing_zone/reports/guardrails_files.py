"""Compiled policies as files, one each, and what is attached where; the folder appears whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from landing_zone.fault import UsageError
from landing_zone.guardrails.compile import Compiled
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.plan.lock import Lock
from landing_zone.proof.guardrails.of_plan import (
    STAND_IN,
    attached_policies,
    filled_contents,
    late_ids,
    organization_of,
    target_paths,
)
from landing_zone.proof.guardrails.organization import Organization

ATTACHMENTS = "attachments.yaml"
_LISTS = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
_FEW = 5
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*")
_WORDS = frozenset(("false", "n", "no", "null", "off", "on", "true", "y", "yes"))
"""What YAML does not read as a text."""


def write_policies(manifest: Manifest, lock: Lock, compiled: Compiled, folder: Path) -> None:
    """Write `NAME.json` for each policy, and `attachments.yaml`; files of an earlier run go.

    lock: the plan's; ids that it lacks are made up, and `attachments.yaml` says so. Raises UsageError: the folder
    cannot be written, or holds other files.
    """
    contents = {policy.name: policy.content for policy in compiled.policies}
    texts = {
        f"{name}.json": json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        for name, content in filled_contents(contents, late_ids(manifest, lock)).items()
    }
    texts[ATTACHMENTS] = attachments_text(organization_of(manifest, lock, compiled), compiled, made_up(manifest, lock))
    try:
        _refuse_other_files(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
            made, old = Path(beside) / "made", Path(beside) / "old"
            made.mkdir(mode=0o755)
            for name, text in texts.items():
                (made / name).write_text(text, encoding="utf-8")
            if folder.is_dir():
                shutil.copymode(folder, made)
                os.rename(folder, old)
            os.rename(made, folder)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UsageError(f"cannot be written: {reason}", file=str(folder)) from None


def made_up(manifest: Manifest, lock: Lock) -> tuple[str, ...]:
    """Whose ids the lock lacks: accounts by name, and `the organization`."""
    unknown = () if lock.organization.id else ("the organization",)
    return (*unknown, *(account.name for account in tree.accounts(manifest) if account.name not in lock.accounts))


def attachments_text(organization: Organization, compiled: Compiled, unknown: tuple[str, ...]) -> str:
    """What `hlz prove --policies` reads: policies by target, accounts, values. unknown: whose ids are made up."""
    paths = target_paths(compiled, organization.accounts)
    attached = attached_policies(compiled.policies, paths)
    lines = [*_heading(unknown)]
    for path in organization.targets:
        lists: dict[str, list[str]] = {}
        for type, policies in attached[path].items():
            lists.setdefault(_LISTS.get(type, "declarative"), []).extend(f"{policy.name}.json" for policy in policies)
        lines += [f"{_text(path)}:" if lists else f"{_text(path)}: {{}}"]
        lines += [f"  {key}: {_flow(lists[key])}" for key in ("scp", "rcp", "declarative") if key in lists]
    lines.append("accounts:")
    for account in organization.accounts:
        if not account.target.endswith(f"/{STAND_IN}"):
            lines.append(f'  {_text(account.name)}: {{id: "{account.id}", target: {_text(account.target)}}}')
    lines += ["values:", *_values(organization.values)]
    return "\n".join(lines) + "\n"


def _heading(unknown: tuple[str, ...]) -> Iterator[str]:
    yield "# What is attached where, for `hlz prove --policies`; written by `hlz guardrails`."
    yield "# FullAWSAccess stays attached everywhere."
    if unknown:
        more = f" and {len(unknown) - _FEW} more" if len(unknown) > _FEW else ""
        yield f"# Not known yet and made up, here and in the policies: the ids of {', '.join(unknown[:_FEW])}{more}."
        yield "# Proofs hold for them as for the real ones; do not attach these files in AWS."


def _values(values: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, texts in values.items():
        yield f"  {name}: {_flow(texts)}"


def _flow(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """A text as YAML, quoted where it is no plain word: ids are digits, and patterns have stars."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def _refuse_other_files(folder: Path) -> None:
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        raise UsageError("is no folder", file=str(folder), hint="choose another --output")
    others = [path.name for path in folder.iterdir() if not _is_ours(path)] if folder.is_dir() else []
    if others:
        message = f"holds other files ({min(others)}); it is replaced as a whole"
        raise UsageError(message, file=str(folder), hint="choose another --output")


def _is_ours(path: Path) -> bool:
    ours = path.name == ATTACHMENTS or (path.name.startswith("hlz-") and path.suffix == ".json")
    return ours and path.is_file()
