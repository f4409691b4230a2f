from __future__ import annotations

import json
from pathlib import Path

import pytest

from landing_zone.fault import Fault, InputError
from landing_zone.proof.network.prove import prove_network
from landing_zone.proof.network.read import read_network
from landing_zone.proof.network.segments import names_of, read_segments, unmatched
from landing_zone.proof.network.sources import stacks_in
from tests.proof.network.templates import ref, stack, subnet, vpc


def file_with(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "segments.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(file: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_segments(file)
    return caught.value.faults


def test_a_segments_file_maps_globs_to_segments(tmp_path: Path) -> None:
    assert read_segments(file_with(tmp_path, "ehr*: phi\nehr/Dmz: ingress\n")) == {"ehr*": "phi", "ehr/Dmz": "ingress"}


@pytest.mark.parametrize("text", ["", "- phi", "phi", "{}", "a: [phi]", "a: Phi", "a: 1", "a: phi\na: shared"])
def test_a_malformed_segments_file_is_refused(tmp_path: Path, text: str) -> None:
    assert faults_of(file_with(tmp_path, text))


def test_a_segment_that_no_theorem_knows_is_refused_with_its_line_and_the_nearest_one(tmp_path: Path) -> None:
    faults = faults_of(file_with(tmp_path, "a: phii\nb: sandbx\nc: research-lab\nd: clinical-entry\n"))
    assert [fault.line for fault in faults] == [1, 2, 3]
    assert [fault.hint for fault in faults][:2] == ["did you mean 'phi'?", "did you mean 'sandbox'?"]
    assert "known are" in faults[2].hint


def test_a_list_as_a_segment_says_which_are_known(tmp_path: Path) -> None:
    (fault,) = faults_of(file_with(tmp_path, "a: [phi]\n"))
    assert fault.message.startswith("a map or list is no segment; known are clinical-entry, ")


STACKS = [
    stack(
        {"Vpc": vpc(segment="shared"), "A": subnet("10.0.1.0/24", segment="nonphi"), "B": subnet("10.0.2.0/24")},
        "ehr.yaml",
    )
]


def segments_of(rows: dict[str, str]) -> dict[str, str | None]:
    network = read_network(STACKS, rows)
    labels = {key.rpartition("/")[2]: row.segment for key, row in network.subnets.items()}
    return {**labels, "Vpc": network.vpcs["ehr.yaml/Vpc"].segment}


@pytest.mark.parametrize(
    "glob", ["net", "net.yaml", "net/A", "net.yaml/A", "sub/net", "sub/net.yaml", "sub/net.yaml/A", "sub/net/*"]
)
def test_a_file_is_named_with_or_without_folder_and_extension(tmp_path: Path, glob: str) -> None:
    stacks = [stack({"Vpc": vpc(), "A": subnet("10.0.1.0/24")}, "sub/net.yaml")]
    network = read_network(stacks, {glob: "phi"})
    assert network.subnets["sub/net.yaml/A"].segment == "phi"
    unmatched(file_with(tmp_path, f"{glob!r}: phi\n"), network)


def test_the_extension_of_a_template_file_may_be_left_out_whole_or_in_part() -> None:
    assert names_of(["a/net.template.json"]) == (
        *("a/net.template.json", "net.template.json", "a/net.template", "net.template", "a/net", "net"),
    )


def test_a_stack_of_an_assembly_is_named_by_stack_name_artifact_id_or_display_name(tmp_path: Path) -> None:
    template = {"Resources": {"Vpc": vpc(), "A": subnet("10.0.1.0/24")}}
    artifacts = {
        f"Net{region}": {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://111111111111/{region}",
            "displayName": f"Prod/Net-{region}",
            "properties": {"templateFile": "net.json", "stackName": "net"},
        }
        for region in ("us-east-1", "us-west-2")
    }
    (tmp_path / "net.json").write_text(json.dumps(template), encoding="utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), encoding="utf-8")

    def labelled(glob: str) -> list[str]:
        network = read_network(stacks_in(tmp_path), {glob: "phi"})
        unmatched(file_with(tmp_path, f"{glob}: phi\n"), network)
        return sorted(network.vpcs[row.vpc].region for row in network.subnets.values() if row.segment == "phi")

    assert labelled("net") == labelled("net/A") == ["us-east-1", "us-west-2"]
    assert labelled("Netus-west-2") == labelled("Netus-west-2/Vpc") == labelled("Prod/Net-us-west-2") == ["us-west-2"]


def test_a_logical_id_alone_names_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        unmatched(file_with(tmp_path, "Vpc: phi\n"), read_network(STACKS))


def test_a_tag_with_an_unknown_segment_is_unknown_and_never_left_out_of_proofs_in_silence() -> None:
    network = read_network([stack({"Vpc": vpc(segment="PHI"), "A": subnet("10.0.1.0/24", segment="sandboxes")})])
    reasons = {row.origin.logical_id: row.reason for row in network.unknowns}
    assert reasons["Vpc"].startswith("segment 'PHI' is not known")
    assert reasons["A"].startswith("segment 'sandboxes' is not known")
    assert {row.verdict for row in prove_network(network)} == {"UNKNOWN"}


def test_without_labels_the_reason_names_what_could_not_be_read() -> None:
    rows = {"Vpc": vpc(ref("Cidr"), segment="phi"), "A": subnet(ref("Cidr"))}
    network = read_network([stack(rows, Parameters={"Cidr": {"Type": "String"}})])
    (reason,) = [row.reason for row in prove_network(network) if row.id == "segments-are-labelled"]
    assert "no subnet is labelled" in reason
    assert "the parameter stack/Cidr, which has no default" in reason


def test_a_vpc_whose_range_is_not_known_keeps_its_segment_and_has_the_ranges_of_its_subnets() -> None:
    rows = {"Vpc": vpc(ref("Cidr"), segment="phi"), "A": subnet("10.0.1.0/24")}
    network = read_network([stack(rows, Parameters={"Cidr": {"Type": "String"}})])
    (only,) = network.vpcs.values()
    assert (only.segment, only.ranges) == ("phi", network.subnets["stack/A"].ranges)
    assert [row.origin.logical_id for row in network.unknowns] == ["Vpc"]


def test_the_file_goes_before_tags() -> None:
    assert segments_of({}) == {"A": "nonphi", "B": "shared", "Vpc": "shared"}
    assert segments_of({"ehr*": "phi"}) == {"A": "phi", "B": "phi", "Vpc": "phi"}


def test_a_glob_over_a_resource_goes_before_one_over_its_stack() -> None:
    rows = {"ehr.yaml/Vpc": "sandbox", "*": "phi"}
    assert segments_of(rows) == {"A": "sandbox", "B": "sandbox", "Vpc": "sandbox"}
    assert segments_of({"ehr.yaml/B": "ingress", "ehr.*": "phi"}) == {"A": "phi", "B": "ingress", "Vpc": "phi"}


def test_of_two_globs_of_a_kind_the_later_one_wins() -> None:
    assert segments_of({"*": "phi", "ehr*": "sandbox"})["B"] == "sandbox"


def test_a_glob_that_names_nothing_is_an_error_with_its_line(tmp_path: Path) -> None:
    file = file_with(tmp_path, "ehr*: phi\nehr.yml/A: shared\n")
    with pytest.raises(InputError) as caught:
        unmatched(file, read_network(STACKS, read_segments(file)))
    (fault,) = caught.value.faults
    assert (fault.line, fault.hint) == (2, "did you mean 'ehr.yaml/A'?")


def test_globs_that_all_name_something_are_no_error(tmp_path: Path) -> None:
    unmatched(file_with(tmp_path, "ehr*: phi\n'*/A': shared\n"), read_network(STACKS))
