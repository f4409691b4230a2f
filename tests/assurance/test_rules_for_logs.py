"""HLZ-LOG: retention and survival of log groups."""

from __future__ import annotations

from typing import Any

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    messages,
    resource,
)

GROUP = "AWS::Logs::LogGroup"


def retention(context: dict[str, Any] | None = None, **properties: Any) -> Report:
    return check("HLZ-LOG-001", context=context, Logs=resource(GROUP, properties))


def test_a_group_that_keeps_six_years_is_fine() -> None:
    assert_quiet(retention(RetentionInDays=2192))


def test_a_group_without_retention_is_a_finding_although_it_keeps_logs_for_ever() -> None:
    assert_found(retention(), "states no retention", "2192")


def test_a_group_that_keeps_too_short_is_a_finding() -> None:
    assert_found(retention(RetentionInDays=365), "365 days", "2192")


def test_the_manifest_decides_how_long() -> None:
    assert_quiet(retention({"retention_days": 365}, RetentionInDays=365))


def test_a_kind_of_log_may_have_a_shorter_retention() -> None:
    context = {"retention_by_kind": {"dns": 90}}
    dns = [{"Key": "hlz:log-kind", "Value": "dns"}]
    assert_quiet(retention(context, RetentionInDays=90, Tags=dns))
    assert_found(retention(context, RetentionInDays=60, Tags=dns), "60 days", "90")


def test_an_unlisted_kind_does_not_shorten_the_retention() -> None:
    tags = [{"Key": "hlz:log-kind", "Value": "whatever"}]
    assert_found(retention(RetentionInDays=90, Tags=tags), "2192")


def test_retention_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(retention(RetentionInDays={"Ref": "Stage"}), "RetentionInDays is not known")


def test_a_kept_group_is_fine() -> None:
    kept = resource(GROUP, DeletionPolicy="RetainExceptOnCreate", UpdateReplacePolicy="Retain")
    assert_quiet(check("HLZ-LOG-002", Logs=kept))


def test_a_group_that_goes_with_its_stack_is_two_findings() -> None:
    report = check("HLZ-LOG-002", Logs=resource(GROUP))
    assert [finding.path for finding in report.findings] == [
        "Resources/Logs/DeletionPolicy",
        "Resources/Logs/UpdateReplacePolicy",
    ]


def test_survival_decided_at_deployment_is_not_evaluated() -> None:
    open_policy = {"Fn::If": ["IsProduction", "Retain", "Delete"]}
    group = resource(GROUP, DeletionPolicy=open_policy, UpdateReplacePolicy="Retain")
    assert_undecided(check("HLZ-LOG-002", Logs=group), "DeletionPolicy is not known")


KIND = [{"Key": "hlz:log-kind", "Value": "vpc-flow"}]


def protection(**properties: Any) -> Report:
    return check("HLZ-LOG-004", Logs=resource(GROUP, {"Tags": KIND, **properties}))


def test_a_protected_group_is_fine() -> None:
    assert_quiet(protection(DeletionProtectionEnabled=True))


def test_a_group_that_can_be_deleted_is_a_finding() -> None:
    assert_found(protection(), "not protected from deletion")
    assert_found(protection(DeletionProtectionEnabled="false"), "not protected from deletion")


def test_groups_of_others_are_not_examined() -> None:
    assert_did_not_run(protection(Tags=[]))


def test_protection_decided_at_deployment_is_not_evaluated() -> None:
    undecided = protection(DeletionProtectionEnabled={"Ref": "Stage"})
    assert_undecided(undecided, "DeletionProtectionEnabled is not known")
    assert_undecided(protection(Tags={"Ref": "Stage"}), "tag hlz:log-kind is not known")


def foreign(**groups: Any) -> Report:
    return check("HLZ-LOG-002", context={"own": False}, **groups)


def test_a_group_of_others_is_judged_where_all_its_neighbours_are_kept() -> None:
    kept = resource(GROUP, DeletionPolicy="Retain", UpdateReplacePolicy="Retain")
    assert_found(foreign(Lost=resource(GROUP), Kept=kept, Other=kept), "Lost has no DeletionPolicy")
    assert_did_not_run(foreign(Lost=resource(GROUP)))
    assert_did_not_run(foreign(Lost=resource(GROUP), Unkept=resource(GROUP)))
    assert messages(foreign(Lost=resource(GROUP), Unkept=resource(GROUP), Kept=kept)) == []
    assert_found(foreign(Lost=resource(GROUP, DeletionPolicy="Delete")), "has Delete DeletionPolicy")


def test_a_replacement_that_nobody_decided_on_is_left_to_cfn_lint() -> None:
    assert_quiet(foreign(Logs=resource(GROUP, DeletionPolicy="Retain"), Other=resource(GROUP, DeletionPolicy="Retain")))
    stated = resource(GROUP, DeletionPolicy="Retain", UpdateReplacePolicy="Delete")
    assert_found(foreign(Logs=stated, Other=resource(GROUP, DeletionPolicy="Retain")), "Delete UpdateReplacePolicy")
