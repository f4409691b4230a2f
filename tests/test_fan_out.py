"""What holds of every written assembly: places, roles, hashes, tags, literals; same inputs, same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assembly.fan_out import write_assembly
from landing_zone.assembly.render import RenderError
from landing_zone.plan.model import Deployment, Environment, Plan, Value, Variant
from tests.arrangement import (
    ACCOUNT_IDS,
    PRODUCTION,
    RECOVERY,
    TRAINING,
    Json,
    Synthesized,
    files_in,
    hlz,
    read_json,
    shared_files_in,
    synthesized,
    written,
)

EAST = Variant("workload_network", {"region": "us-east-1"})
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "${AWS::AccountId}-topic"}}}
NAMED_TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}
SAME_FOR_ALL: Json = {"Resources": {"Topic": TOPIC}}
LARGE: Json = {**SAME_FOR_ALL, "Metadata": {"Text": "x" * 51_200}}
WITH_A_NAME: Json = {"Resources": {"Topic": NAMED_TOPIC}, "Parameters": {"Name": {"Type": "String"}}}


def deployment(name: str, value: str | None = None, **about: Any) -> Deployment:
    """A deployment of EAST; with `value`, it has the planned value `Name`."""
    values = () if value is None else (Value("Name", "name", value),)
    return Deployment(name, EAST, Environment(name, "us-east-1"), about.pop("account_id", "1" * 12), values, **about)


def fan_out(folder: Path, template: Json, *deployments: Deployment, **changes: Any) -> Json:
    """Write the assembly of these deployments; return its artifacts."""
    variant = replace(synthesized(EAST.id, template), **changes)
    write_assembly(folder, Plan(deployments), {EAST.id: variant}, {})
    artifacts: Json = read_json(folder / "manifest.json")["artifacts"]
    return artifacts


def names_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_deployments_without_values_share_one_template(tmp_path: Path) -> None:
    artifacts = fan_out(tmp_path, LARGE, deployment("one"), deployment("two", account_id="2" * 12))
    assert [name for name in names_of(tmp_path) if "template" in name] == ["one.template.json"]
    urls = [artifacts[name]["properties"]["stackTemplateAssetObjectUrl"] for name in ("one", "two")]
    assert urls[0].rpartition("/")[2] == urls[1].rpartition("/")[2]
    assert [url.split("/")[2] for url in urls] == [f"cdk-hlz-assets-{digit * 12}-us-east-1" for digit in "12"]
    assert read_json(tmp_path / "two.assets.json")["files"].popitem()[1]["source"]["path"] == "one.template.json"


def test_deployments_with_the_same_values_share_one_template(tmp_path: Path) -> None:
    artifacts = fan_out(tmp_path, WITH_A_NAME, *(deployment(name, name[0]) for name in ("a1", "a2", "b1")))
    files = {name: artifact["properties"]["templateFile"] for name, artifact in artifacts.items()}
    assert files == {"a1": "a1.template.json", "a2": "a1.template.json", "b1": "b1.template.json"}


def test_a_template_that_fits_into_the_call_is_not_uploaded(tmp_path: Path) -> None:
    artifacts = fan_out(tmp_path, SAME_FOR_ALL, deployment("one"))
    assert list(artifacts) == ["one"]
    assert not {"stackTemplateAssetObjectUrl", "additionalDependencies"} & artifacts["one"]["properties"].keys()
    assert names_of(tmp_path) == ["cdk.out", "landing-zone.json", "manifest.json", "one.template.json"]


@pytest.mark.parametrize(("length", "uploaded"), [(25_000, False), (25_700, True)])
def test_what_a_value_adds_to_a_template_counts(tmp_path: Path, length: int, uploaded: bool) -> None:
    artifacts = fan_out(tmp_path, WITH_A_NAME, deployment("one", "n" * length))
    assert ("one.assets" in artifacts) is uploaded


def test_the_account_is_left_to_cloudformation_inside_a_template(tmp_path: Path) -> None:
    fan_out(tmp_path, SAME_FOR_ALL, deployment("one"))
    assert read_json(tmp_path / "one.template.json") == SAME_FOR_ALL


def test_each_deployment_has_its_own_values_as_literals(tmp_path: Path) -> None:
    fan_out(tmp_path, WITH_A_NAME, deployment("one", "Müller"), deployment("two", "Meier"))
    for name, value in (("one", "Müller"), ("two", "Meier")):
        template = read_json(tmp_path / f"{name}.template.json")
        assert template == {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": value}}}}


def test_what_is_withheld_is_listed_and_not_written(tmp_path: Path) -> None:
    unknown = deployment("two", account_id=None)
    artifacts = fan_out(tmp_path, SAME_FOR_ALL, deployment("one"), unknown)
    assert sorted(artifacts) == ["one"]
    assert not [name for name in names_of(tmp_path) if name.startswith("two")]
    index = read_json(tmp_path / "landing-zone.json")
    assert (list(index["deployments"]), index["withheld"]) == (["one"], [{"name": "two", "withheld": "account id"}])


def test_dependencies_carry_the_order(tmp_path: Path) -> None:
    artifacts = fan_out(tmp_path, SAME_FOR_ALL, deployment("hub"), deployment("spoke", depends_on=("hub",)))
    assert artifacts["spoke"]["dependencies"] == ["hub"]


def test_a_stack_whose_template_is_uploaded_needs_its_assets_first(tmp_path: Path) -> None:
    artifacts = fan_out(tmp_path, LARGE, deployment("hub"), deployment("spoke", depends_on=("hub",)))
    assert artifacts["spoke"]["dependencies"] == ["hub", "spoke.assets"]
    assert artifacts["spoke"]["properties"]["additionalDependencies"] == ["spoke.assets"]
    assert artifacts["spoke.assets"]["properties"]["file"] == "spoke.assets.json"


def test_a_plan_without_any_id_gives_an_empty_assembly(tmp_path: Path) -> None:
    assert fan_out(tmp_path, SAME_FOR_ALL, deployment("one", account_id=None)) == {}
    assert names_of(tmp_path) == ["cdk.out", "landing-zone.json", "manifest.json"]


def test_values_that_the_template_does_not_declare_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="differ: Name"):
        fan_out(tmp_path, SAME_FOR_ALL, deployment("one", "x"))


def test_a_variant_with_assets_of_its_own_is_refused(tmp_path: Path) -> None:
    assets = synthesized(EAST.id, SAME_FOR_ALL).asset_manifest
    files = assets["files"] | {"function": {"source": {"path": "asset.zip"}, "destinations": {}}}
    for manifest in ({**assets, "files": files}, {**assets, "dockerImages": {"image": {}}}):
        with pytest.raises(RenderError, match="assets"):
            fan_out(tmp_path, SAME_FOR_ALL, deployment("one"), asset_manifest=manifest)


class TestTheClinic:
    """The assembly that `hlz synth` writes for the clinic."""

    pytestmark = pytest.mark.cdk

    @pytest.fixture
    def assembly(self, clinic_synthesized: Synthesized) -> Path:
        return clinic_synthesized.assembly

    @pytest.fixture
    def artifacts(self, assembly: Path) -> Json:
        artifacts: Json = read_json(assembly / "manifest.json")["artifacts"]
        return artifacts

    @pytest.fixture
    def rows(self, clinic_synthesized: Synthesized, home: Path) -> dict[str, Json]:
        """The deployments of `hlz plan --json` by name."""
        result = hlz("plan", "--json", "-m", clinic_synthesized.manifest, home=home, cwd=home)
        return {row["name"]: row for row in json.loads(result.stdout)["deployments"]}

    @pytest.fixture
    def uploaded(self, artifacts: Json) -> list[str]:
        """Stacks whose template is too large for the call itself."""
        names = [name.removesuffix(".assets") for name in artifacts if name.endswith(".assets")]
        assert names
        return names

    def test_it_holds_these_files_and_no_others(self, assembly: Path, artifacts: Json, uploaded: list[str]) -> None:
        templates = {stack["properties"]["templateFile"] for stack in stacks(artifacts).values()}
        about = {"cdk.out", "landing-zone.json", "manifest.json", *REPORTS}
        assert set(names_of(assembly)) == templates | about | {f"{name}.assets.json" for name in uploaded}

    def test_every_stack_is_placed_named_tagged_and_protected_as_planned(
        self, artifacts: Json, rows: dict[str, Json]
    ) -> None:
        assert stacks(artifacts).keys() == rows.keys()
        for name, row in rows.items():
            stack, properties = artifacts[name], artifacts[name]["properties"]
            assert stack["environment"] == f"aws://{ACCOUNT_IDS[row['account']]}/{row['region']}"
            assert (stack["displayName"], properties["stackName"], properties["tags"]) == (name, name, row["tags"])
            assert properties["terminationProtection"] is True

    def test_every_role_belongs_to_the_account_and_region_of_its_stack(self, assembly: Path, artifacts: Json) -> None:
        for name, stack in stacks(artifacts).items():
            account, region = stack["environment"].removeprefix("aws://").split("/")
            arn = f"arn:${{AWS::Partition}}:iam::{account}:role/cdk-hlz-%s-role-{account}-{region}"
            assert dict(roles(artifacts[name]["properties"])) == {
                "assumeRoleArn": arn % "deploy",
                "cloudFormationExecutionRoleArn": arn % "cfn-exec",
                "arn": arn % "lookup",
            }
            if f"{name}.assets" not in artifacts:
                continue
            (file,) = read_json(assembly / f"{name}.assets.json")["files"].values()
            (destination,) = file["destinations"].values()
            assert dict(roles(destination)) == {"assumeRoleArn": arn % "file-publishing"}
            assert (destination["region"], list(file["destinations"])) == (region, [f"{account}-{region}"])

    def test_every_large_template_is_published_under_its_own_hash(
        self, assembly: Path, artifacts: Json, uploaded: list[str]
    ) -> None:
        index = read_json(assembly / "landing-zone.json")["deployments"]
        for name in uploaded:
            file = assembly / artifacts[name]["properties"]["templateFile"]
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            ((asset, entry),) = read_json(assembly / f"{name}.assets.json")["files"].items()
            (destination,) = entry["destinations"].values()
            assert (asset, index[name]["sha256"], entry["source"]["path"]) == (digest, digest, file.name)
            url = f"s3://{destination['bucketName']}/{destination['objectKey']}"
            assert artifacts[name]["properties"]["stackTemplateAssetObjectUrl"] == url
            assert destination["objectKey"] == f"{digest}.json"

    def test_no_placeholder_of_the_variant_is_left(self, assembly: Path) -> None:
        for name, content in files_in(assembly).items():
            if not name.endswith("template.json") and name not in REPORTS:
                assert b"${AWS::AccountId}" not in content, name
                assert b"${AWS::Region}" not in content, name
                assert b"current_account" not in content, name

    def test_a_template_has_no_parameter_but_the_bootstrap_version_and_what_the_hub_shares(
        self, assembly: Path, rows: dict[str, Json]
    ) -> None:
        for name in (PRODUCTION, RECOVERY, TRAINING):
            template = read_json(assembly / f"{name}.template.json")
            own = {row["Default"] for key, row in template["Parameters"].items() if key != "BootstrapVersion"}
            arns = {text for text in rows[name]["values"].values() if text.startswith("arn:aws:ssm:")}
            assert own == arns
            assert len(own) == 4
            known = {*template["Resources"], *template["Parameters"], *PSEUDO_PARAMETERS}
            assert set(references(template)) <= known

    def test_every_planned_value_stands_in_its_template(
        self, assembly: Path, artifacts: Json, rows: dict[str, Json]
    ) -> None:
        for name, row in rows.items():
            text = (assembly / artifacts[name]["properties"]["templateFile"]).read_text(encoding="utf-8")
            assert [value for value in row["values"].values() if value not in text] == []

    def test_no_template_or_artifact_knows_its_variant(self, assembly: Path) -> None:
        variants = read_json(assembly / "landing-zone.json")["variants"]
        assert len(variants) > 20
        for name, content in files_in(assembly).items():
            if name not in ("landing-zone.json", *REPORTS):
                assert [variant for variant in variants if variant.encode() in content] == []

    def test_a_second_run_writes_the_same_bytes(
        self, clinic_synthesized: Synthesized, home: Path, tmp_path: Path
    ) -> None:
        output = tmp_path / "cdk.out"
        result = hlz("synth", "--json", "-m", clinic_synthesized.manifest, "-o", output, home=home, cwd=tmp_path)
        assert json.loads(result.stdout)["variants_built"] == 0  # the first run had no cache
        assert files_in(output) == shared_files_in(clinic_synthesized.assembly)

    def test_an_account_without_an_id_changes_nothing_for_the_others(
        self, assembly: Path, home: Path, tmp_path: Path
    ) -> None:
        ids = {name: id for name, id in ACCOUNT_IDS.items() if name != "ehr-training"}
        manifest, output = written(tmp_path, account_ids=ids), tmp_path / "cdk.out"
        result = hlz("synth", "--json", "-m", manifest, "-o", output, home=home, cwd=tmp_path)
        document = json.loads(result.stdout)
        known = read_json(assembly / "manifest.json")["artifacts"]
        others = {name: artifact for name, artifact in known.items() if "ehr-training" not in name}
        assert (result.returncode, document["deployments"]) == (0, len(stacks(others)))
        assert document["withheld"] == len(stacks(known)) - len(stacks(others))
        for name, content in files_in(output).items():
            if name.startswith("hlz-"):
                assert content == (assembly / name).read_bytes()
        assert not list(output.glob("*ehr-training*"))
        assert read_json(output / "manifest.json")["artifacts"] == others


MAPS = [f"network{part}.{form}" for part in ("", "-us-east-1", "-us-west-2") for form in ("mmd", "svg")]
DOCUMENTS = ("access.csv", "access.json", "inventory.csv", "inventory.json", "ledger.json", "proofs.json")
REPORTS = (*DOCUMENTS, "summary.html", *MAPS)
PSEUDO_PARAMETERS = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix")


def stacks(artifacts: Json) -> Json:
    """The stacks among artifacts."""
    return {name: stack for name, stack in artifacts.items() if stack["type"] == "aws:cloudformation:stack"}


def roles(part: Json) -> Iterator[tuple[str, str]]:
    """Every role ARN under `part`, by the key it stands at."""
    for key, entry in part.items():
        if isinstance(entry, dict):
            yield from roles(entry)
        elif isinstance(entry, str) and ":role/" in entry:
            yield key, entry


def references(part: Any) -> Iterator[str]:
    """The target of every `Ref` under `part`."""
    for entry in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from references(entry)
    if isinstance(part, dict) and list(part) == ["Ref"]:
        yield part["Ref"]
