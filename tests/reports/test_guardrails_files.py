"""What `hlz guardrails -o` writes: policies without tokens, and where they are attached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from landing_zone.guardrails.parameters import TOKEN
from landing_zone.manifest.document import read_document
from landing_zone.plan.lock import Lock, LockedAccount, LockedOrganization
from landing_zone.proof.guardrails.of_plan import organization_of
from landing_zone.proof.guardrails.organization import Target
from landing_zone.proof.guardrails.policy_folder import read_policy_folder
from landing_zone.reports.guardrails_files import write_policies
from tests.arrangement import ACCOUNT_IDS, ORGANIZATION_ID
from tests.guardrails.calls import compiled, manifest_of

KNOWN = Lock(
    organization=LockedOrganization(id=ORGANIZATION_ID),
    accounts={name: LockedAccount(id=id) for name, id in ACCOUNT_IDS.items()},
)


def written(folder: Path, lock: Lock) -> dict[str, Any]:
    """The folder's attachments."""
    write_policies(manifest_of(), lock, compiled(), folder)
    found = cast(dict[str, Any], read_document(folder / "attachments.yaml").root.plain())
    return found


@pytest.mark.parametrize("lock", [Lock(), KNOWN], ids=["no lock", "lock"])
def test_the_files_say_what_the_prover_reads_of_the_plan(tmp_path: Path, lock: Lock) -> None:
    document, organization = written(tmp_path / "out", lock), organization_of(manifest_of(), lock, compiled())
    assert {name: tuple(texts) for name, texts in document.pop("values").items()} == organization.values
    accounts = document.pop("accounts")
    assert {row["id"]: (name, row["target"]) for name, row in accounts.items()} == {
        account.id: (account.name, account.target)
        for account in organization.accounts
        if not account.name.startswith("any account")
    }
    assert document.keys() == organization.targets.keys()
    for path, target in organization.targets.items():
        for key, policies in (("scp", target.scps), ("rcp", target.rcps)):
            contents = [json.loads((tmp_path / "out" / name).read_text()) for name in document[path].get(key, ())]
            assert contents == [policy.content for policy in policies]


def test_every_policy_is_attached_and_none_has_a_token(tmp_path: Path) -> None:
    document = written(tmp_path / "out", Lock())
    lists = (names for row in document.values() for key, names in row.items() if key in ("scp", "rcp", "declarative"))
    files = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert {name for names in lists for name in names} == files.keys() - {"attachments.yaml"}
    assert not TOKEN.search("".join(files.values()))


def test_made_up_ids_are_told_and_known_ones_are_not(tmp_path: Path) -> None:
    written(tmp_path / "out", Lock())
    text = (tmp_path / "out" / "attachments.yaml").read_text()
    assert "made up" in text
    assert "the ids of the organization, backup, ehr-production, ehr-training, log-archive and 4 more" in text
    written(tmp_path / "out", KNOWN)
    assert "made up" not in (tmp_path / "out" / "attachments.yaml").read_text()


def test_the_same_is_written_twice(tmp_path: Path) -> None:
    written(tmp_path / "one", KNOWN)
    written(tmp_path / "two", KNOWN)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two


def test_the_folder_is_read_back_as_the_plan_says_it(tmp_path: Path) -> None:
    write_policies(manifest_of(), KNOWN, compiled(), tmp_path / "out")
    folder, ours = read_policy_folder(tmp_path / "out"), organization_of(manifest_of(), KNOWN, compiled())
    assert not folder.notes
    assert folder.organization.values == ours.values
    assert {path: told(target) for path, target in folder.organization.targets.items()} == {
        path: told(target) for path, target in ours.targets.items()
    }
    stood_in = {one.target for one in ours.accounts if one.name.startswith("any account")}
    assert {one.target for one in ours.accounts} - {one.target for one in folder.organization.accounts} <= stood_in


def told(target: Target) -> list[Any]:
    """What binds there; a list of one text is the text."""
    policies = [[policy.content for policy in some] for some in (target.scps, target.rcps)]
    return [target.full_access, json.loads(json.dumps(target.declarative)), without_lists_of_one(policies)]


def without_lists_of_one(part: Any) -> Any:
    """IAM writes a list of one text as the text."""
    if isinstance(part, dict):
        return {key: without_lists_of_one(entry) for key, entry in part.items()}
    if isinstance(part, list | tuple):
        return part[0] if len(part) == 1 and isinstance(part[0], str) else [without_lists_of_one(one) for one in part]
    return part
