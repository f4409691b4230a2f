"""An export as a policy folder, as `hlz prove --policies` reads it: `attachments.yaml` and a file for each policy."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from landing_zone.live_organization.organization import (
    missing_values,
    named_accounts,
    organization_of_export,
    spared_roles,
)
from landing_zone.live_organization.policies import LivePolicy
from landing_zone.live_organization.read import Export
from landing_zone.proof.guardrails.attachments import LISTS
from landing_zone.proof.guardrails.organization import Organization
from landing_zone.proof.guardrails.policy_folder import ATTACHMENTS

_WIDTH = 120


def policy_folder_files(export: Export, phi: Sequence[str] = ()) -> Mapping[str, str]:
    """Content of each file by name. What is not known is left out and stands as a comment, with what to fill in.

    phi: OUs and accounts that hold PHI, by id, name or path. Raises UsageError: there is no such one.
    """
    organization = organization_of_export(export, phi)
    written = [one for one in export.policies if one.document and not one.why]
    targets = {
        path: _lists([one for one in export.attached.get(path, ()) if one in written], root=number == 0)
        for number, path in enumerate(organization.targets)
    }
    names = Counter(_name(export, one.id) for one in export.members)
    accounts = [
        # Of several with the same name each is known by its id alone, and stands at its path just so.
        {"id": one.id, **({"name": name} if names[name] == 1 else {}), "target": export.paths[one.id]}
        for one in export.members
        for name in [_name(export, one.id)]
    ]
    values = {name: list(texts) for name, texts in organization.values.items()}
    # An OU without policies is listed, too: whoever names it means it.
    units = {export.paths[one.id] for one in export.seen.units}
    text = "\n".join(
        [
            *_heading(export),
            _yaml({"targets": {path: lists for path, lists in targets.items() if lists or path in units}}),
            _yaml({"accounts": accounts}),
            _yaml({"values": values}).rstrip("\n"),
            *_to_fill_in(export, organization),
            "",
        ]
    )
    attached = {one.name for path in organization.targets for one in export.attached.get(path, ())}
    files = {f"{one.name}.json": _json(one.content) for one in written if one.name in attached}
    return {ATTACHMENTS: text, **files}


def _lists(attached: Sequence[LivePolicy], *, root: bool) -> dict[str, list[str]]:
    """The files of a target. Of the root all lists are there, which says that these types of policies are known."""
    found = {kind: [f"{one.name}.json" for one in attached if one.kind == kind] for kind in LISTS}
    return {kind: names for kind, names in found.items() if names or root}


def _name(export: Export, id: str) -> str:
    return export.paths[id].rpartition("/")[2]


def _heading(export: Export) -> Iterator[str]:
    yield "# Organization policies as they are attached, of an export; docs/importing-an-organization.md."
    for one in export.left_out:
        yield f"# Left out, because it is closed: account {one.id} {_line(one.name)}"
    for missing in export.partial:
        yield f"# Partial: {_line(missing.message)}"
    for policy in export.policies:
        if policy.why and policy.targets != ():
            yield f"# Left out: {_line(policy.title)}: {_line(policy.why)}"
        elif policy.targets is None:
            yield f"# Left out: {_line(policy.title)}: where it is attached is not known"


def _to_fill_in(export: Export, organization: Organization) -> Iterator[str]:
    missing, spared, named = missing_values(organization.values), spared_roles(organization), named_accounts(export)
    if missing:
        yield "  # To fill in; a theorem that needs a value which is not given is UNKNOWN."
    for name, what in missing.items():
        yield f"  # {name}: []  # {what}"
        if name in named:
            yield f"  #   by name: {', '.join(f'{export.paths[id]} ({id})' for id in named[name])}"
        if name == "pipeline_principals" and spared:
            yield f"  #   policies spare: {_line(json.dumps(list(spared)))}"


def _line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
