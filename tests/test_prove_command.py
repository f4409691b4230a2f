"""`hlz prove` and `hlz map`: over the manifest, over its assembly and over anybody's templates."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.arrangement import Json, Synthesized, files_in, hlz, read_json, written
from tests.manifest.arrange import Ended
from tests.manifest.arrange import hlz as hlz_here
from tests.proof.network.templates import att, ref, resource, subnet, table, vpc

pytestmark = pytest.mark.cdk

KEYS = {"id", "kind", "verdict", "theorem", "basis", "assumptions", "witness", "reason"}
"""What the contract of `prove --json` promises of a result."""
MAPS = [f"network{region}.{ending}" for region in ("-us-east-1", "-us-west-2", "") for ending in ("mmd", "svg")]
OPEN = {
    "Vpc": vpc(segment="phi"),
    "Records": subnet("10.0.0.0/24", tier="data"),
    "Igw": resource("EC2::InternetGateway"),
    "Attached": resource("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Igw")),
    "Table": table(),
    "Used": resource("EC2::SubnetRouteTableAssociation", SubnetId=ref("Records"), RouteTableId=ref("Table")),
    "Out": resource("EC2::Route", RouteTableId=ref("Table"), DestinationCidrBlock="0.0.0.0/0", GatewayId=ref("Igw")),
    "Group": resource(
        "EC2::SecurityGroup",
        VpcId=ref("Vpc"),
        GroupDescription="all",
        SecurityGroupIngress=[{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
    ),
    "Host": resource(
        "EC2::Instance",
        NetworkInterfaces=[
            {
                "DeviceIndex": "0",
                "SubnetId": ref("Records"),
                "GroupSet": [att("Group", "GroupId")],
                "AssociatePublicIpAddress": True,
            }
        ],
    ),
}
"""PHI on the internet."""


@pytest.fixture
def refuted(tmp_path: Path) -> Path:
    folder = tmp_path / "somebodys"
    folder.mkdir()
    (folder / "net.json").write_text(json.dumps({"Resources": OPEN}), encoding="utf-8")
    return folder


@pytest.fixture
def unlabelled(refuted: Path) -> Path:
    text = (refuted / "net.json").read_text(encoding="utf-8")
    (refuted / "net.json").write_text(text.replace("hlz:segment", "team"), encoding="utf-8")
    return refuted


def documents(ended: Ended) -> Json:
    assert ended.err == ""
    found: Json = json.loads(ended.out)
    return found


def verdicts(document: Json) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in document["results"]}


def only_error(ended: Ended) -> Json:
    assert ended.code == 2
    (error,) = documents(ended)["errors"]
    found: Json = error
    return found


def test_the_clinic_is_proved_and_so_is_its_assembly(clinic_synthesized: Synthesized, home: Path) -> None:
    folder = clinic_synthesized.manifest.parent
    result = hlz("prove", "-m", clinic_synthesized.manifest, "--json", home=home, cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    assert set(verdicts(document).values()) == {"PROVED"}
    assert {"guardrail", "closure", "network", "liveness"} == {row["kind"] for row in document["results"]}
    for row in document["results"]:
        assert row.keys() >= KEYS
        assert row["assumptions"]
    of_networks = [row for row in document["results"] if "blocked" in row]
    assert len(of_networks) >= 12
    assert {(row["basis"], row["reason"]) for row in of_networks} == {("templates", "")}
    assert document["network"]["unknown"] == []
    assert document.pop("notes") == []
    assert read_json(clinic_synthesized.assembly / "proofs.json") == document
    of_assembly = documents(hlz_here("prove", "--network", clinic_synthesized.assembly, "--json"))
    assert of_assembly["results"] == of_networks
    assert of_assembly["network"] == document["network"]
    assert of_assembly["not_evaluated"] == document["not_evaluated"]


def test_networks_whose_ids_nobody_knows_yet_are_proved_as_well(home: Path, tmp_path: Path) -> None:
    manifest = written(tmp_path, account_ids={}, organization_id=None)
    before = files_in(tmp_path)
    result = hlz("prove", "-q", "-m", manifest, home=home, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line for line in lines if line.startswith(("REFUTED", "UNKNOWN"))] == []
    assert " 0 REFUTED, 0 UNKNOWN; " in lines[-2]
    assert lines[-2].endswith(" accounts; 9 VPCs, 63 subnets, 2 transit gateways.")
    assert lines[-1].endswith(" certificates, each replayed by the checker.")
    assert not any("under these assumptions" in line for line in lines)
    assert files_in(tmp_path) == before  # made-up ids are for reading only


def test_an_index_that_says_nothing_of_ids_leaves_them_unknown(clinic_synthesized: Synthesized, tmp_path: Path) -> None:
    copy = tmp_path / "cdk.out"
    shutil.copytree(clinic_synthesized.assembly, copy)
    index = read_json(copy / "landing-zone.json")
    wrong = {id: [stack, "NoSuchThing"] for id, (stack, _) in index["identities"].items()}
    assert wrong
    for identities in (wrong, ["a list"], {"id": 5}, None):
        (copy / "landing-zone.json").write_text(json.dumps({**index, "identities": identities}), encoding="utf-8")
        ended = hlz_here("prove", "--network", copy, "--json")
        assert ended.code == 1
        assert set(verdicts(documents(ended)).values()) == {"UNKNOWN"}


def test_a_theorem_is_explained_and_one_that_was_not_evaluated_says_why(clinic_synthesized: Synthesized) -> None:
    ended = hlz_here("prove", "--network", clinic_synthesized.assembly, "--explain", "internet-never-reaches-phi")
    assert ended.code == 0
    first, theorem, *rest = ended.out.splitlines()
    assert first == "PROVED  internet-never-reaches-phi"
    assert theorem.startswith("Theorem: No connection from the internet")
    assert "What blocks:" in rest
    ended = hlz_here("prove", "--network", clinic_synthesized.assembly, "--explain", "hybrid-is-inspected")
    assert ended.out == "not evaluated: hybrid-is-inspected: no network of segment hybrid\n"


def test_an_unknown_theorem_is_bad_input_and_the_nearest_is_named(refuted: Path) -> None:
    error = only_error(hlz_here("prove", "--network", refuted, "--explain", "internet-never-reaches-pih", "--json"))
    assert "no such theorem" in error["message"]
    assert error["hint"] == "did you mean 'internet-never-reaches-phi'?"


def test_what_does_not_hold_ends_with_1_and_its_path_in_text_and_json(refuted: Path) -> None:
    ended = hlz_here("prove", "--network", refuted)
    assert (ended.code, ended.out) == (1, "")
    assert "internet-never-reaches-phi: REFUTED" in ended.err.splitlines()
    assert "[net.json/Igw]" in ended.err
    ended = hlz_here("prove", "--network", refuted, "--json")
    row = next(row for row in documents(ended)["results"] if row["id"] == "internet-never-reaches-phi")
    assert (ended.code, row["verdict"]) == (1, "REFUTED")
    assert all(hop.keys() == {"template", "resource", "text"} for hop in row["witness"])
    assert {"Igw", "Records"} <= {hop["resource"] for hop in row["witness"]}
    text = hlz_here("prove", "--network", refuted, "--explain", "internet-never-reaches-phi").err
    assert "Path:" in text.splitlines()


def test_a_segments_file_labels_templates_that_say_nothing(unlabelled: Path, tmp_path: Path) -> None:
    before = verdicts(documents(hlz_here("prove", "--network", unlabelled, "--json")))
    assert before["segments-are-labelled"] == "UNKNOWN"
    segments = tmp_path / "segments.yaml"
    segments.write_text("net.json: phi\n", encoding="utf-8")
    after = verdicts(documents(hlz_here("prove", "--network", unlabelled, "--segments", segments, "--json")))
    assert after["internet-never-reaches-phi"] == "REFUTED"
    assert "segments-are-labelled" not in after


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("net.json: phi\nnte.json: phi\n", 2, "names no network in these templates", "did you mean 'net.json'?"),
        ("net.json: sandbxo\n", 1, "segment 'sandbxo' is not known", "did you mean 'sandbox'?"),
    ],
)
def test_what_a_segments_file_gets_wrong_is_told_with_its_line(
    refuted: Path, tmp_path: Path, text: str, line: int, message: str, hint: str
) -> None:
    segments = tmp_path / "segments.yaml"
    segments.write_text(text, encoding="utf-8")
    for command in ("prove", "map"):
        error = only_error(hlz_here(command, "--network", refuted, "--segments", segments, "--json"))
        assert (error["file"], error["line"], error["hint"]) == (str(segments), line, hint)
        assert message in error["message"]


@pytest.mark.parametrize("command", ["prove", "map"])
def test_a_folder_that_is_not_there_is_bad_input(tmp_path: Path, command: str) -> None:
    error = only_error(hlz_here(command, "--network", tmp_path / "nowhere", "--json"))
    assert (error["file"], error["message"]) == (
        str(tmp_path / "nowhere"),
        "cannot be read: no such file or directory",
    )
    error = only_error(hlz_here(command, "--network", tmp_path, "--json"))
    assert error["message"] == "holds no CloudFormation template"


def test_the_maps_of_the_manifest_are_those_beside_its_assembly(
    clinic_synthesized: Synthesized, home: Path, tmp_path: Path
) -> None:
    output = tmp_path / "deep" / "maps"
    result = hlz("map", "-q", "-m", clinic_synthesized.manifest, "-o", output, home=home, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    strips = {"addresses-us-east-1.svg", "addresses-us-west-2.svg"}
    assert set(files_in(output)) == strips | set(MAPS)
    for name in MAPS:
        assert (output / name).read_bytes() == (clinic_synthesized.assembly / name).read_bytes()


def test_maps_of_templates_are_the_same_every_time_and_have_the_folders_name(
    refuted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = hlz_here("map", "--network", refuted, "-o", tmp_path / "one", "--json")
    files: list[dict[str, Any]] = documents(ended)["files"]
    assert sorted(file["path"] for file in files) == sorted(str(path) for path in (tmp_path / "one").iterdir())
    monkeypatch.chdir(refuted)
    ended = hlz_here("map", "--network", ".", "-o", tmp_path / "two")
    assert len(ended.out.splitlines()) == len(files)
    assert files_in(tmp_path / "two") == files_in(tmp_path / "one")
    assert b"Network of somebodys" in files_in(tmp_path / "two")["network.svg"]
    assert hlz_here("map", "-q", "--network", ".", "-o", tmp_path / "two").out == ""


def test_templates_without_a_network_give_no_map_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"Resources": {"T": resource("SNS::Topic")}}), encoding="utf-8")
    ended = hlz_here("map", "--network", tmp_path, "-o", tmp_path / "maps")
    assert (ended.code, ended.out) == (0, "There is no network; nothing was drawn.\n")


def test_maps_do_not_go_where_a_file_stands(refuted: Path, tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("mine", encoding="utf-8")
    error = only_error(hlz_here("map", "--network", refuted, "-o", tmp_path / "maps", "--json"))
    assert (error["file"], error["message"]) == (str(tmp_path / "maps"), "cannot be made: file exists")
    assert (tmp_path / "maps").read_text(encoding="utf-8") == "mine"
