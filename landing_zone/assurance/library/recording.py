"""Rules over AWS Config recorders and IAM Access Analyzer: what watches the account."""

from __future__ import annotations

import json
from collections.abc import Iterator

from landing_zone.assurance.library.presence import assert_exists_beside, field_of, those_that
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.rules import CannotEvaluate, Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Value, text_of
from landing_zone.policy_data import policy_data

_ALL = "ALL_SUPPORTED_RESOURCE_TYPES"
_EXTERNAL_ACCESS = ("ACCOUNT", "ORGANIZATION")


@rule(
    "HLZ-CFG-001",
    control="LZ-DET-06",
    resource="AWS::Config::ConfigurationRecorder",
    title="Config recorders record all resource types and deliver",
    fix="Set RecordingGroup.AllSupported true, leave RecordingStrategy out or at ALL_SUPPORTED_RESOURCE_TYPES, and add "
    "an AWS::Config::DeliveryChannel.",
)
def recorders_record_everything(recorder: Resource, context: RuleContext) -> Iterator[Outcome]:
    """All supported types are recorded, without exclusions, and a delivery channel stands beside the recorder.

    Without RecordingGroup Config records all types (its API reference). IncludeGlobalResourceTypes belongs in one
    Region of an account only, which a template does not tell: HLZ-CFG-006 asks for it in templates of others.

    Cannot see: whether the recorder is started, recording frequency, and service-linked recorders.
    """
    yield from each((_records_all, _delivers), lambda judge: judge(recorder, context))


def _records_all(recorder: Resource, context: RuleContext) -> Iterator[Outcome]:
    if recorder.known("RecordingGroup") is MISSING:
        return
    strategy = recorder.text("RecordingGroup.RecordingStrategy.UseOnly")
    if not recorder.flag("RecordingGroup.AllSupported") or strategy not in (None, _ALL):
        yield Violation(
            f"Recorder {recorder.logical_id} leaves resource types out; AllSupported true is expected.",
            "RecordingGroup",
        )


def _delivers(recorder: Resource, context: RuleContext) -> Iterator[Outcome]:
    def exists(channel: Resource) -> bool:
        assert_exists_beside(channel, recorder)
        return True

    if not those_that(context.template.of_type("AWS::Config::DeliveryChannel"), exists):
        yield Violation(
            f"Recorder {recorder.logical_id} delivers nowhere; a delivery channel in the template is expected."
        )


def _watches_external_access(analyzer: Resource, context: RuleContext) -> bool:
    return analyzer.text("Type") in _EXTERNAL_ACCESS


@rule(
    "HLZ-AAN-001",
    control="LZ-IAM-11",
    resource="AWS::AccessAnalyzer::Analyzer",
    applies=_watches_external_access,
    title="Access Analyzer's archive rules hide no public access",
    fix="Add isPublic Eq false to the archive rule's filter, or remove the rule.",
)
def archive_rules_hide_no_public_access(analyzer: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every archive rule of an external access analyzer leaves findings of public access active.

    Key isPublic: IAM user guide, "IAM Access Analyzer filter keys".

    Cannot see: archive rules and findings archived outside the template, and whether what is archived is harmless.
    """

    def judge(index: int) -> Iterator[Outcome]:
        criteria = analyzer.items(f"ArchiveRules.{index}.Filter")
        if not those_that(criteria, _leaves_public_access):
            yield Violation(
                f"Analyzer {analyzer.logical_id} archives findings of public access; isPublic Eq false is expected in "
                "the rule's filter.",
                f"ArchiveRules.{index}",
            )

    yield from each(range(len(analyzer.items("ArchiveRules"))), judge)


def _leaves_public_access(criterion: Value) -> bool:
    if field_of(criterion, "Property") != "isPublic":
        return False
    return field_of(criterion, "Eq.0") in ("false", False) and field_of(criterion, "Eq.1") is MISSING


def _records_all_supported(recorder: Resource, context: RuleContext) -> bool:
    return of_others(recorder, context) and bool(recorder.flag("RecordingGroup.AllSupported"))


@rule(
    "HLZ-CFG-006",
    control="LZ-DET-06",
    resource="AWS::Config::ConfigurationRecorder",
    severity="warning",
    applies=_records_all_supported,
    title="Recorders record IAM and other global types",
    fix="Set RecordingGroup.IncludeGlobalResourceTypes true in the home Region (by a condition elsewhere).",
)
def recorders_include_global_types(recorder: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Beside AllSupported stands IncludeGlobalResourceTypes, without which no change of IAM is recorded.

    Only templates of others are judged.

    Cannot see: in which Regions the template is deployed; one with the flag is enough.
    """
    if not recorder.flag("RecordingGroup.IncludeGlobalResourceTypes"):
        yield Violation(
            f"Recorder {recorder.logical_id} leaves out IAM and other global types; IncludeGlobalResourceTypes true is "
            "expected.",
            "RecordingGroup.IncludeGlobalResourceTypes",
        )


@rule(
    "HLZ-CFG-005",
    control="LZ-IAM-09",
    resource=("AWS::Config::ConfigRule", "AWS::Config::OrganizationConfigRule"),
    title="Parameters of Config rules ask for what the controls ask",
    fix="Use the value that the message names, or a stricter one.",
)
def config_rules_ask_enough(config_rule: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No parameter of a managed rule is weaker than policies/rules/config_parameters.yaml says.

    Cannot see: rules of conformance packs, custom rules, and parameters that are left out.
    """
    managed = config_rule.type == "AWS::Config::ConfigRule"
    identifier = config_rule.text(
        "Source.SourceIdentifier" if managed else "OrganizationManagedRuleMetadata.RuleIdentifier"
    )
    bounds = policy_data("rules/config_parameters")["rules"].get(identifier or "", {})
    path = "InputParameters" if managed else "OrganizationManagedRuleMetadata.InputParameters"
    given = config_rule.known(path)
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise CannotEvaluate(f"{path} is no JSON") from None
    if not isinstance(given, dict):
        return
    for name, bound in bounds.items():
        found = text_of(given.get(name, MISSING))
        if found is not None and _weaker(found, bound):
            ((how, limit),) = bound.items()
            yield Violation(
                f"Rule {config_rule.logical_id} ({identifier}) has {name} {found}; {how.replace('_', ' ')} {limit} is "
                "expected.",
                f"{path}.{name}" if managed else path,
            )


def _weaker(found: str, bound: dict[str, float | str]) -> bool:
    ((how, limit),) = bound.items()
    if how == "equals":
        return found.lower() != limit
    try:
        number = float(found)
    except ValueError:
        return False
    return number < float(limit) if how == "at_least" else number > float(limit)
