"""`hlz adopt` as people and pipelines call it, against moto.

moto 5.2.5 skips Organizations types in CloudFormation: what our stacks hold is answered for it (`stack_holds`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto.ssoadmin.models import ssoadmin_backends

from landing_zone.manifest.load import load_manifest
from landing_zone.operations.settings.clients import Aws
from landing_zone.operations.settings.execute import ApiError
from landing_zone.plan.lock import lock_path, lock_text, read_lock
from landing_zone.plan.make import make_plan
from tests.arrangement import ROOT as CHECKOUT
from tests.arrangement import Json, clinic, environment, manifest_text, primary_keys
from tests.manifest.arrange import Ended, hlz

CALLER = "123456789012"  # moto takes it for its own account
HOME = "us-east-1"
STORE = "d-0123456789"
CORE = ("log-archive", "security", "network", "backup", "shared-services")
WORKLOADS = ("ehr-production", "ehr-training")


@dataclass
class Organization:
    """An organization in moto, made by hand."""

    client: Any = field(default_factory=lambda: boto3.client("organizations", HOME))
    units: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id = self.client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        self.units["root"] = self.client.list_roots()["Roots"][0]["Id"]
        ssoadmin_backends[CALLER][HOME].instances[0].identity_store_id = STORE  # moto's own is no hexadecimal number

    def unit(self, path: str) -> str:
        above, _, name = path.rpartition("/")
        made = self.client.create_organizational_unit(ParentId=self.units[above or "root"], Name=name)
        self.units[path] = made["OrganizationalUnit"]["Id"]
        return self.units[path]

    def account(self, name: str, ou: str = "root", email: str = "") -> str:
        email = email or f"aws+{name}@riverside.example"
        id: str = self.client.create_account(AccountName=name, Email=email)["CreateAccountStatus"]["AccountId"]
        if ou != "root":
            places = {"SourceParentId": self.units["root"], "DestinationParentId": self.units[ou]}
            self.client.move_account(AccountId=id, **places)
        return id


def written(folder: Path, manifest: Json | None = None) -> Path:
    path = folder / "landing-zone.yaml"
    path.write_text(manifest_text(manifest or clinic()))
    return path


def adopt(manifest: Path, *arguments: object) -> Ended:
    return hlz("adopt", "-m", manifest, *arguments)


def document(manifest: Path, *arguments: object, code: int = 0) -> Json:
    ended = adopt(manifest, *arguments, "--json")
    assert (ended.code, ended.err) == (code, ""), ended
    found: Json = json.loads(ended.out)
    return found


def refusal(manifest: Path, *arguments: object) -> Json:
    """The one error."""
    found = document(manifest, *arguments, code=2)
    (error,) = found["errors"]
    row: Json = error
    return row


def withheld(manifest: Path) -> int:
    return len(make_plan(load_manifest(manifest), read_lock(manifest)).plan.withheld)


@pytest.fixture
def intercept(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Answers by operation that moto does not give: a document by account, an exception, or None for moto's own."""
    answers: dict[str, Any] = {}
    ask = Aws.__call__

    def call(self: Aws, account: str, region: str, service: str, operation: str, parameters: Json) -> tuple[Json, str]:
        answer = answers[operation](account, parameters) if operation in answers else None
        return (answer, "") if answer is not None else ask(self, account, region, service, operation, parameters)

    monkeypatch.setattr(Aws, "__call__", call)
    return answers


def stack_holds(answers: dict[str, Any], stacks: Mapping[str, list[str]]) -> None:
    """Let these stacks of the management account hold resources with these physical ids."""

    def resources(account: str, parameters: Json) -> Json | None:
        rows = [
            {"PhysicalResourceId": id, "ResourceStatus": "CREATE_COMPLETE"} for id in stacks[parameters["StackName"]]
        ]
        return {"StackResourceSummaries": rows}

    answers["ListStackResources"] = resources


def exporting(answers: dict[str, Any], keys: Mapping[str, Mapping[str, str]]) -> None:
    """Let accounts export these primary keys, by id and domain."""

    def exports(account: str, parameters: Json) -> Json:
        return {"Exports": [{"Name": f"hlz-{d}-key-arn", "Value": arn} for d, arn in keys.get(account, {}).items()]}

    answers["ListExports"] = exports


def whole_clinic(organization: Organization) -> dict[str, str]:
    """The clinic's OUs and accounts, as our stacks would make them; account ids by name."""
    places = {"log-archive": "security", "security": "security"}
    for path in ("security", "infrastructure", "phi", "phi/production", "phi/recovery", "phi/nonproduction"):
        organization.unit(path)
    for path in ("nonphi", "sandbox", "suspended"):
        organization.unit(path)
    ids = {name: organization.account(name, places.get(name, "infrastructure")) for name in CORE}
    ids["ehr-production"] = organization.account("ehr-production", "phi/production")
    ids["ehr-training"] = organization.account("ehr-training", "phi/nonproduction")
    return ids


def test_on_the_first_day_the_management_account_is_learned_and_nothing_written_without_being_told(
    moto: None, tmp_path: Path
) -> None:
    manifest = written(tmp_path)
    found = document(manifest)
    assert found["organization"]["id"] is None
    assert found["organization"]["management_account"] == CALLER
    assert found["written"] is None
    assert not lock_path(manifest).exists()
    assert document(manifest, "--write")["written"] == str(lock_path(manifest))
    assert read_lock(manifest).lock.accounts["management"].id == CALLER


def test_after_the_stacks_were_deployed_everything_is_ours_and_nothing_stays_withheld(
    moto: None, tmp_path: Path, intercept: dict[str, Any]
) -> None:
    manifest = written(tmp_path)
    organization = Organization()
    ids = whole_clinic(organization)
    units = [id for path, id in organization.units.items() if path != "root"]
    stack_holds(
        intercept,
        {
            "hlz-organization-management-us-east-1": [organization.id, *units],
            "hlz-accounts-management-us-east-1-1": list(ids.values()),
        },
    )
    exporting(intercept, {ids["ehr-production"]: primary_keys(ids["ehr-production"])})
    before = withheld(manifest)
    found = document(manifest, "--write")
    assert (found["missing"], found["unlisted"], found["changed"]) == ([], [], [])
    assert (found["withheld_before"], found["withheld_after"]) == (before, 0)
    assert before > 30
    assert withheld(manifest) == 0
    lock = read_lock(manifest).lock
    assert {name for name, entry in lock.accounts.items() if entry.adopted} == {"management"}
    assert not [path for path, entry in lock.units.items() if entry.adopted]
    assert lock.accounts["ehr-production"].keys == primary_keys(ids["ehr-production"])


def test_a_second_run_changes_not_a_byte_and_the_plan_finds_the_lock_current(
    moto: None, tmp_path: Path, intercept: dict[str, Any]
) -> None:
    manifest = written(tmp_path)
    ids = whole_clinic(Organization())
    exporting(intercept, {ids["ehr-production"]: primary_keys(ids["ehr-production"])})
    assert document(manifest, "--write")["written"]
    path = lock_path(manifest)
    text, stamp = path.read_bytes(), path.stat().st_mtime_ns
    again = document(manifest, "--write")
    assert (again["written"], again["learned"], again["changed"]) == (None, [], [])
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (text, stamp)
    planned = make_plan(load_manifest(manifest), read_lock(manifest))
    assert planned.stale == ()
    assert lock_text(planned.lock).encode() == text
    assert "The lock says all of this already." in adopt(manifest).out


def test_a_brownfield_is_adopted_and_its_strangers_are_named_with_what_awaits_them(moto: None, tmp_path: Path) -> None:
    organization = Organization()
    organization.unit("phi")
    organization.unit("Legacy Apps")
    known = organization.account("Epic", "Legacy Apps", email="epic@old.example")
    stranger = organization.account("Billing", "Legacy Apps", email="bill@old.example")
    brownfield = clinic()
    brownfield["organization"]["id"] = organization.id
    brownfield["accounts"][0] |= {"id": known, "email": "epic@old.example"}
    manifest = written(tmp_path, brownfield)
    ended = adopt(manifest)
    assert ended.code == 0
    assert f"'Billing' {stranger} in 'Legacy Apps'" in ended.out
    assert "the next deploy attaches the quarantine guardrails to this account" in ended.out
    assert "guardrails.unlisted_accounts: report" in ended.out
    assert "in OU 'Legacy Apps', where the manifest says 'phi/production': ehr-production" in ended.out
    assert "Nothing was written: --write does it." in ended.out
    document(manifest, "--write")
    lock = read_lock(manifest).lock
    assert (lock.units["phi"].adopted, lock.accounts["ehr-production"].adopted) == (True, True)
    assert lock.unlisted[stranger].ou == "Legacy Apps"
    brownfield["guardrails"] = {"unlisted_accounts": "report"}
    assert "Nothing is attached to them" in adopt(written(tmp_path, brownfield)).out


def test_contradictions_come_all_at_once_with_their_places_and_leave_the_lock_alone(moto: None, tmp_path: Path) -> None:
    organization = Organization()
    organization.account("log-archive", email="logs@old.example")
    contradicted = clinic()
    contradicted["organization"] |= {"id": "o-zzzzzzzzzz", "management_account": "999999999999"}
    contradicted["accounts"][0]["id"] = "888888888888"
    manifest = written(tmp_path, contradicted)
    errors = document(manifest, "--write", code=2)["errors"]
    assert [(error["line"] > 1, error["key"]) for error in errors] == [
        (True, "organization.email"),
        (True, "organization.id"),
        (True, "organization.management_account"),
        (True, "accounts[0].id"),
    ]
    assert not lock_path(manifest).exists()


def test_all_of_sixty_accounts_in_one_ou_are_found(moto: None, tmp_path: Path) -> None:
    organization = Organization()
    organization.unit("nonphi")
    names = [f"lab-{number:02}" for number in range(60)]
    labs = [{"name": n, "ou": "nonphi", "owner": "science", "data": "none", "network": "none"} for n in names]
    for name in names:
        organization.account(name, "nonphi")
    manifest = written(tmp_path, clinic(accounts=labs))
    found = document(manifest, "--write")
    assert {row["name"] for row in found["learned"] if row["kind"] == "account"} == {*names, "management"}
    assert "60 accounts" not in adopt(manifest).out  # learned already
    assert {entry.ou for name, entry in read_lock(manifest).lock.accounts.items() if name in names} == {"nonphi"}


def test_accounts_whose_role_is_not_there_yet_stop_nothing(
    moto: None, tmp_path: Path, intercept: dict[str, Any]
) -> None:
    def refused(account: str, parameters: Json) -> Json:
        raise ApiError("AccessDenied", f"role hlz-settings cannot be assumed in {account}")

    manifest = written(tmp_path)
    whole_clinic(Organization())
    intercept["ListExports"] = refused
    found = document(manifest, "--write")
    assert found["written"]
    assert any("keys not read: ehr-production" in note["message"] for note in found["notes"])


def test_identity_center_and_groups_of_an_external_provider_are_learned(moto: None, tmp_path: Path) -> None:
    Organization()
    store = boto3.client("identitystore", HOME)
    group = store.create_group(IdentityStoreId=STORE, DisplayName="Readers")["GroupId"]
    sets = {"reader": {"description": "Reads"}}
    rows = [{"group": name, "permission_set": "reader", "ou": "nonphi"} for name in ("Readers", "Writers")]
    external = {"source": "external", "permission_sets": sets, "assignments": rows}
    manifest = written(tmp_path, clinic(identity=external))
    found = document(manifest, "--write")
    assert {"kind": "group", "name": "Writers"} in found["missing"]
    identity = read_lock(manifest).lock.identity
    assert (identity.store, identity.groups) == (STORE, {"Readers": group})
    assert identity.instance == ssoadmin_backends[CALLER][HOME].instances[0].instance_arn


@pytest.mark.parametrize(
    ("operation", "code", "hint"),
    [
        ("DescribeOrganization", "AccessDeniedException", "hlz adopt --permissions"),
        ("ListStackResources", "AccessDenied", "hlz adopt --permissions"),
        ("ListInstances", "UnauthorizedOperation", "hlz adopt --permissions"),
        ("ListRoots", "ExpiredTokenException", "sign in again"),
        ("ListAccountsForParent", "EndpointConnectionError", "AWS_ENDPOINT_URL"),
    ],
)
def test_what_aws_refuses_is_one_error_with_what_is_needed_and_nothing_is_written(
    moto: None, tmp_path: Path, intercept: dict[str, Any], operation: str, code: str, hint: str
) -> None:
    def refuse(account: str, parameters: Json) -> Json:
        raise ApiError(code, "is not allowed")

    Organization()
    intercept[operation] = refuse
    manifest = written(tmp_path)
    error = refusal(manifest, "--write")
    assert code in error["message"]
    assert hint in error["hint"]
    assert not lock_path(manifest).exists()


def test_throttling_is_waited_for(moto: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Organization()
    call, asked = Aws._call, []

    def throttled(self: Aws, credentials: Any, region: str, service: str, operation: str, parameters: Json) -> Any:
        asked.append(operation)
        if operation == "ListRoots" and asked.count(operation) == 1:
            raise ApiError("TooManyRequestsException", "slow down")
        return call(self, credentials, region, service, operation, parameters)

    monkeypatch.setattr(Aws, "_call", throttled)
    manifest = written(tmp_path)
    assert document(manifest)["organization"]["id"]
    assert asked.count("ListRoots") == 2
    asked.clear()
    assert "longer --patience" in refusal(manifest, "--patience", 0)["hint"]


def test_no_credentials_and_no_endpoint_are_one_error_each_without_a_traceback(tmp_path: Path) -> None:
    manifest = written(tmp_path)
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret"}
    for variables, words in (
        ({}, "no AWS credentials were found (set AWS_PROFILE"),
        ({**keys, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, EndpointConnectionError.__name__),
    ):
        env = environment(tmp_path, AWS_EC2_METADATA_DISABLED="true", **variables)
        command = [sys.executable, "-m", "landing_zone", "adopt", "-m", str(manifest), "--patience", "0"]
        ended = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
        assert ended.returncode == 2, ended.stderr
        assert words in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        assert "very-secret" not in ended.stderr + ended.stdout


def test_permissions_are_printed_without_aws(tmp_path: Path) -> None:
    ended = adopt(written(tmp_path), "--permissions", "--role", "reader")
    assert ended.code == 0
    assert "role/reader" in json.dumps(json.loads(ended.out)["management"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--workers", 0), "--workers needs at least 1"),
        (("--patience", -1), "--patience needs 0 or more"),
        (("--write", "--permissions"), "--write changes the lock"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(tmp_path: Path, arguments: tuple[object, ...], words: str) -> None:
    assert words in refusal(written(tmp_path), *arguments)["message"]


def test_a_lock_that_cannot_be_written_is_one_error(
    moto: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("landing_zone.operations.adopt.command.write_whole", full)
    error = refusal(written(tmp_path), "--write")
    assert error["message"] == "cannot be written: no space left on device"


def test_quiet_prints_no_more_than_what_somebody_has_to_know(moto: None, tmp_path: Path) -> None:
    Organization()
    loud, quiet = adopt(written(tmp_path)), adopt(written(tmp_path), "-q")
    assert "Learned" in loud.out
    assert "Learned" not in quiet.out
    assert "Needs a person" in quiet.out
