"""Nothing deployable appears, and nothing good is lost, when anything is wrong. Node is not started here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from landing_zone.assembly.output import stale_path, writer
from landing_zone.assembly.synthesis import Checked, check, synthesize
from landing_zone.assembly.values import judged_values
from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.assurance.acknowledgements import Acknowledgement, is_cfn_lint, load_toolkit_acknowledgements
from landing_zone.assurance.finding import Finding, Report, RuleRun
from landing_zone.fault import InputError
from landing_zone.plan.lock import lock_path
from landing_zone.plan.model import Variant
from landing_zone.reports.access import access_of_plan
from landing_zone.reports.beside import reports_beside
from landing_zone.reports.inventory import inventory_of_plan
from landing_zone.reports.page import summary_page
from tests.arrangement import NO_GUARDRAILS, NO_NETWORK, ROOT, clinic, synthesized, without_guardrail_proofs, written

TODAY = date(2026, 11, 22)
NAG_RULE = "HIPAA.Security-VPCDefaultSecurityGroupClosed"
Builder = Callable[[Sequence[Variant], Sequence[tuple[str, str]], str], Mapping[str, SynthesizedVariant]]


def finding(rule: str = NAG_RULE, resource: str = "NetworkVpcFAC8F4A5", template: str = "") -> Finding:
    return Finding(
        rule, "LZ-NET-02", (), "warning", template, resource, "x/Network/Vpc", None, "It is open.", "Close it."
    )


@cache
def acknowledged_by_the_toolkit() -> tuple[Acknowledgement, ...]:
    """Its file read once: here 1,500 variants ask, and each reading takes 6 ms."""
    return load_toolkit_acknowledgements()


def built(variant: Variant, *findings: Finding) -> SynthesizedVariant:
    """A variant as the CDK would give it, with the findings of its role that the toolkit acknowledges."""
    expected = [
        finding(entry.rule, entry.resource.replace("*", ""))
        for entry in acknowledged_by_the_toolkit()
        if entry.role == variant.role
    ]
    template = {
        "Resources": {entry.resource: {"Type": "AWS::SNS::Topic"} for entry in expected},
        "Parameters": {name: {"Type": "String"} for name in variant.shape["values"]},
    }
    ruled = [entry for entry in expected if not is_cfn_lint(entry.rule)]  # CloudFormation's validation counts no runs
    runs = tuple(RuleRun(entry.rule, variant.id, (entry.resource,)) for entry in ruled)
    report = Report(findings=(*expected, *findings), runs=runs, resources=1)
    return replace(synthesized(variant.id, template, report=report), role=variant.role)


def building(*findings: Finding) -> Builder:
    return lambda variants, acknowledged, qualifier: {v.id: built(v, *findings) for v in variants}


def crashing(
    variants: Sequence[Variant], acknowledged: Sequence[tuple[str, str]], qualifier: str
) -> Mapping[str, SynthesizedVariant]:
    raise RuntimeError("node is gone")


@dataclass(frozen=True)
class Place:
    """A manifest with its complete lock, an output folder and a cache."""

    manifest: Path
    output: Path
    cache: Path

    def checked(self, build: Builder, today: date = TODAY) -> Checked:
        return check(
            self.manifest,
            build=build,
            root=ROOT,
            cache_folder=self.cache,
            flags={},
            today=today,
            progress=lambda _: None,
        )

    def synthesized(self, build: Builder) -> bool:
        with writer(self.output), without_guardrail_proofs():
            return synthesize(self.checked(build), self.output, lambda _: None, reports_beside) is not None

    def add(self, text: str) -> None:
        self.manifest.write_text(self.manifest.read_text() + text)

    def assembly(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.output.iterdir())}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(written(tmp_path), tmp_path / "cdk.out", tmp_path / "cache")


ACKNOWLEDGEMENT = """
acknowledgements:
  - rule: {rule}
    resource: {resource}
    reason: A reason that is long enough for an auditor to read.
    owner: platform
    expires: {expires}
"""


def acknowledgement(rule: str = "HLZ-NET-003", resource: str = "Group*", expires: str = "2027-06-30") -> str:
    return ACKNOWLEDGEMENT.format(rule=rule, resource=f'"{resource}"', expires=expires)


def rules(checked: Checked) -> list[str]:
    return sorted({entry.rule for entry in checked.failing})


def test_without_findings_the_assembly_is_published(place: Place) -> None:
    assert place.synthesized(building())
    assert "manifest.json" in place.assembly()


def test_a_finding_publishes_nothing_and_sets_the_previous_assembly_aside(place: Place) -> None:
    place.synthesized(building())
    previous = place.assembly()
    place.cache.rename(place.cache.with_name("gone"))
    assert not place.synthesized(building(finding("HLZ-NET-003", "GroupA")))
    assert not place.output.exists()
    assert {path.name: path.read_bytes() for path in stale_path(place.output).iterdir()} == previous


EXCEPTION = """
exceptions:
  - control: LZ-KMS-02
    scope: organization
    citations: [164.312(a)(2)(iv)]
    reason: The key material is imported and AWS cannot rotate it
    compensating: It is replaced by hand each year
    owner: Clinical systems
    approver: Security Office
    approved: 2026-01-01
    expires: {expires}
"""


def unrotated(variant: Variant) -> SynthesizedVariant:
    """A variant with a finding of LZ-KMS-02, which cites one addressable specification."""
    found = replace(finding("HLZ-KMS-001", "Key", variant.id), control="LZ-KMS-02", citations=("164.312(a)(2)(iv)",))
    return built(variant, found)


def test_an_excepted_finding_is_published_and_stands_in_the_index_of_the_assembly(place: Place) -> None:
    place.add(EXCEPTION.format(expires="2027-01-01"))
    assert place.synthesized(lambda variants, acknowledged, qualifier: {v.id: unrotated(v) for v in variants})
    index = json.loads(place.assembly()["landing-zone.json"])
    assert {(row["rule"], row["whole"]) for row in index["excepted"]} == {("HLZ-KMS-001", True)}
    assert {row["template"] for row in index["excepted"]} == set(index["variants"])


def test_an_expired_exception_is_a_failure_at_the_manifest(place: Place) -> None:
    place.add(EXCEPTION.format(expires="2026-11-21"))
    checked = place.checked(building())
    assert rules(checked) == ["HLZ-EXC-001"]
    assert checked.failing[0].template == str(place.manifest)


def test_an_exception_and_an_acknowledgement_that_end_soon_are_notes_and_stop_nothing(place: Place) -> None:
    place.add(EXCEPTION.format(expires="2026-11-30") + acknowledgement(expires="2026-11-30"))
    checked = place.checked(building(finding("HLZ-NET-003", "GroupA")))
    assert checked.failing == ()
    notes = {entry.rule: entry.severity for entry in checked.report.findings}
    assert notes == {"HLZ-EXC-002": "note", "HLZ-ACK-005": "note"}


def test_a_cached_finding_fails_again_without_building(place: Place) -> None:
    assert not place.synthesized(building(finding("HLZ-NET-003", "GroupA")))
    assert not place.synthesized(crashing)
    assert not place.output.exists()


def test_a_good_run_removes_the_stale_assembly(place: Place) -> None:
    place.synthesized(building())
    place.cache.rename(place.cache.with_name("gone"))
    place.synthesized(building(finding("HLZ-NET-003", "GroupA")))
    for entry in place.cache.iterdir():
        entry.unlink()
    assert place.synthesized(building())
    assert not stale_path(place.output).exists()


def test_a_crash_of_the_builder_leaves_the_previous_assembly(place: Place) -> None:
    place.synthesized(building())
    previous = place.assembly()
    place.cache.rename(place.cache.with_name("gone"))
    with pytest.raises(RuntimeError):
        place.synthesized(crashing)
    assert place.assembly() == previous
    assert not list(place.output.parent.glob(".cdk.out*"))


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, OSError])
def test_an_end_in_the_middle_of_writing_leaves_the_previous_assembly(
    place: Place, monkeypatch: pytest.MonkeyPatch, interrupt: type[BaseException]
) -> None:
    place.synthesized(building())
    previous = place.assembly()

    def broken(checked: Checked) -> dict[str, str]:
        raise interrupt

    with pytest.raises(interrupt), writer(place.output):
        synthesize(place.checked(building()), place.output, lambda _: None, broken)
    assert place.assembly() == previous
    assert not list(place.output.parent.glob(".cdk.out*"))


def test_two_runs_write_the_same_bytes(place: Place) -> None:
    place.synthesized(building())
    first = place.assembly()
    place.synthesized(crashing)
    assert place.assembly() == first


def test_bad_input_is_refused_before_anything_is_touched(place: Place) -> None:
    place.synthesized(building())
    previous = place.assembly()
    place.add("nonsense: 1\n")
    with pytest.raises(InputError):
        place.synthesized(building())
    assert place.assembly() == previous


def test_a_stale_lock_says_what_to_run(place: Place) -> None:
    lock_path(place.manifest).unlink()
    with pytest.raises(InputError, match="hlz plan --write"):
        place.checked(building())


def test_an_acknowledged_finding_passes_and_is_counted(place: Place) -> None:
    place.add(acknowledgement())
    checked = place.checked(building(finding("HLZ-NET-003", "GroupA")))
    assert not checked.failing
    assert {entry.source for _, entry in checked.acknowledged} == {"toolkit", "manifest"}


def test_an_acknowledgement_covers_no_other_resource(place: Place) -> None:
    place.add(acknowledgement(resource="GroupB"))
    assert rules(place.checked(building(finding("HLZ-NET-003", "GroupA")))) == ["HLZ-ACK-002", "HLZ-NET-003"]


def test_an_unused_acknowledgement_is_a_finding(place: Place) -> None:
    place.add(acknowledgement())
    assert rules(place.checked(building())) == ["HLZ-ACK-002"]


def test_a_role_that_nothing_asks_for_needs_no_use_of_the_toolkits_acknowledgements(tmp_path: Path) -> None:
    foundation = Place(written(tmp_path, clinic(accounts=[])), tmp_path / "cdk.out", tmp_path / "cache")
    checked = foundation.checked(building())
    assert "workload_network" not in {variant.role for variant in checked.variants.values()}
    assert rules(checked) == []


def test_an_acknowledgement_of_the_manifest_for_such_a_role_is_a_finding(tmp_path: Path) -> None:
    foundation = Place(written(tmp_path, clinic(accounts=[])), tmp_path / "cdk.out", tmp_path / "cache")
    foundation.add(acknowledgement(rule=NAG_RULE, resource="NetworkVpc*"))
    assert rules(foundation.checked(building())) == ["HLZ-ACK-002"]


def test_a_misspelt_acknowledgement_is_a_finding_with_its_line(place: Place) -> None:
    place.add(acknowledgement(rule="HLZ-NET-0003"))
    (entry,) = place.checked(building()).failing
    assert entry.rule == "HLZ-ACK-001"
    assert entry.template == str(place.manifest)
    assert place.manifest.read_text().splitlines()[(entry.line or 0) - 1].endswith("HLZ-NET-0003")


def test_an_expired_acknowledgement_covers_nothing(place: Place) -> None:
    place.add(acknowledgement(expires="2026-11-21"))
    assert rules(place.checked(building(finding("HLZ-NET-003", "GroupA")))) == ["HLZ-ACK-003", "HLZ-NET-003"]


def test_a_rule_that_threw_cannot_be_acknowledged(place: Place) -> None:
    place.add(acknowledgement())
    broken = replace(finding("HLZ-NET-003", "GroupA"), message="the rule failed: KeyError: 'x'")
    assert rules(place.checked(building(broken))) == ["HLZ-ACK-002", "HLZ-NET-003"]


def test_a_value_that_no_checker_of_templates_sees_is_a_finding(place: Place) -> None:
    """The lock is refused first, so the value is changed behind it."""
    checked = place.checked(building())
    plan = checked.planned.plan
    first = next(deployment for deployment in plan.deployments if deployment.variant.role == "workload_network")
    hostile = tuple(replace(v, text="0.0.0.0/0") if v.name == "VpcCidr" else v for v in first.values)
    report = judged_values(checked.loaded.manifest, replace(plan, deployments=(replace(first, values=hostile),)))
    assert "HLZ-VAL-001" in {entry.rule for entry in report.findings}


def test_a_stack_without_termination_protection_stops_the_output(place: Place) -> None:
    checked = place.checked(building())
    plan = checked.planned.plan
    open_stack = replace(plan.deployments[0], termination_protection=False)
    report = judged_values(checked.loaded.manifest, replace(plan, deployments=(open_stack, *plan.deployments[1:])))
    assert [(entry.rule, entry.template) for entry in report.findings] == [("HLZ-VAL-015", open_stack.name)]
    assert judged_values(checked.loaded.manifest, plan).findings == ()


def test_the_page_of_hostile_words_holds_no_markup(place: Place) -> None:
    text = place.manifest.read_text().replace("Security Office", "<script>alert(1)</script>")
    place.manifest.write_text(text)
    place.add(acknowledgement(resource="Group*").replace("platform", "'<img src=x onerror=alert(1)>'"))
    checked = place.checked(building(finding("HLZ-NET-003", "GroupA")))
    page = summary_page(checked, inventory_of_plan(checked), access_of_plan(checked), NO_NETWORK, NO_GUARDRAILS)
    assert "<script" not in page
    assert "<img" not in page


def test_the_index_file_names_every_deployment_and_its_template(place: Place) -> None:
    place.synthesized(building())
    index = json.loads(place.assembly()["landing-zone.json"])
    assert {row["template"] for row in index["deployments"].values()} <= place.assembly().keys()
    assert index["withheld"] == []
