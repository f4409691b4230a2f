from __future__ import annotations

from pathlib import Path

import pytest

from landing_zone.fault import Fault, InputError
from landing_zone.proof.network.read import read_network
from landing_zone.proof.network.segments import read_segments, unmatched
from tests.proof.network.templates import stack, subnet, vpc


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


def test_a_misspelled_segment_is_named_with_its_line_and_one_of_your_own_is_not(tmp_path: Path) -> None:
    (fault,) = faults_of(file_with(tmp_path, "a: research-lab\nb: sandbx\n"))
    assert (fault.line, fault.hint) == (2, "did you mean 'sandbox'?")


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
