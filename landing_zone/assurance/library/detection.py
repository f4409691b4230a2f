"""Rules over what finds intrusions and weaknesses: GuardDuty, Security Hub, Inspector, Macie, Access Analyzer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.presence import field_of
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule, template_rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Reference, Unresolved, Value, text_of, value_at

_ASKED = ("S3_DATA_EVENTS", "EBS_MALWARE_PROTECTION", "RUNTIME_MONITORING")
_DATA_SOURCES = {
    "S3_DATA_EVENTS": "DataSources.S3Logs.Enable",
    "EBS_MALWARE_PROTECTION": "DataSources.MalwareProtection.ScanEc2InstanceWithFindings.EbsVolumes",
    "EKS_AUDIT_LOGS": "DataSources.Kubernetes.AuditLogs.Enable",
}
"""Where the older spelling says the same."""
_FOR_RESOURCES: Mapping[str, tuple[str, ...]] = {
    "RDS_LOGIN_EVENTS": ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance"),
    "LAMBDA_NETWORK_LOGS": ("AWS::Lambda::Function",),
    "EKS_AUDIT_LOGS": ("AWS::EKS::Cluster",),
}
_CONTAINED = ("EKS_RUNTIME_MONITORING",)
"""Part of RUNTIME_MONITORING; the two exclude each other (GuardDuty API reference, DetectorFeatureConfiguration)."""

_WATCHERS: Mapping[str, tuple[str, ...]] = {
    "CloudTrail trail": ("AWS::CloudTrail::Trail", "AWS::CloudTrail::EventDataStore"),
    "Config recorder": ("AWS::Config::ConfigurationRecorder",),
    "GuardDuty detector": ("AWS::GuardDuty::Detector",),
    "Security Hub": ("AWS::SecurityHub::Hub", "AWS::SecurityHub::HubV2"),
    "Access Analyzer": ("AWS::AccessAnalyzer::Analyzer",),
}
_FOUNDATION = 2


@rule(
    "HLZ-GRD-003",
    control="LZ-DET-02",
    resource="AWS::GuardDuty::Detector",
    title="GuardDuty looks into objects, disks and running workloads",
    fix="Set Features S3_DATA_EVENTS, EBS_MALWARE_PROTECTION and RUNTIME_MONITORING to ENABLED, and disable none.",
    applies=of_others,
)
def detectors_use_their_features(detector: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The features that the control names are enabled, in either spelling, and none is disabled.

    Features for databases, functions and clusters are asked for where the template has such resources, or names one of
    the three. Only templates
    of others are judged; settings of an organization enable them in ours.

    Cannot see: what a delegated administrator enables for members.
    """
    states = {
        text_of(field_of(entry, "Name")): text_of(field_of(entry, "Status")) for entry in detector.items("Features")
    }
    asked = [
        *_ASKED,
        *(name for name, types in _FOR_RESOURCES.items() if any(True for _ in context.template.of_type(*types))),
    ]
    if any(name in states for name in _FOR_RESOURCES):
        asked = [*_ASKED, *_FOR_RESOURCES]
    missing = [name for name in asked if name not in states and not _older(detector, name)]
    monitored = states.get("RUNTIME_MONITORING") == "ENABLED"
    disabled = [
        str(name)
        for name, state in states.items()
        if state == "DISABLED" and not (name in _CONTAINED and monitored) and not str(name).startswith("AI_")
    ]
    disabled += [name for name, path in _DATA_SOURCES.items() if detector.flag(path) is False and name not in states]
    if states.get("EKS_RUNTIME_MONITORING") == "ENABLED" and "RUNTIME_MONITORING" in missing:
        missing.remove("RUNTIME_MONITORING")
    missing = [name for name in missing if name not in disabled]
    for what, names in (("has disabled", disabled), ("does not enable", missing)):
        if names:
            yield Violation(
                f"Detector {detector.logical_id} {what} {', '.join(names)}; ENABLED is expected.", "Features"
            )
    yield from _agents(detector)


def _older(detector: Resource, feature: str) -> bool:
    return bool(feature in _DATA_SOURCES and detector.flag(_DATA_SOURCES[feature]))


def _agents(detector: Resource) -> Iterator[Outcome]:
    for entry in detector.items("Features"):
        name, more = text_of(field_of(entry, "Name")), field_of(entry, "AdditionalConfiguration")
        if name != "RUNTIME_MONITORING" or not isinstance(more, list) or not more:
            continue
        off = [text_of(field_of(part, "Name")) or "" for part in more if field_of(part, "Status") == "DISABLED"]
        if "EC2_AGENT_MANAGEMENT" in off or len(off) == len(more):
            yield Violation(
                f"Detector {detector.logical_id} monitors running workloads without managing agents "
                f"({', '.join(off)}); ENABLED is expected.",
                "Features",
            )


_SUPPRESSING = {
    "AWS::GuardDuty::Filter": ("Action", "ARCHIVE", "FindingCriteria.Criterion"),
    "AWS::Macie::FindingsFilter": ("Action", "ARCHIVE", "FindingCriteria.Criterion"),
    "AWS::InspectorV2::Filter": ("FilterAction", "SUPPRESS", "FilterCriteria"),
}
_SPECIFIC = ("resource", "service.action", "accountid", "vulnerabilityid", "id", "ecrimagehash", "lambdafunctionname")
_KIND_OF_FINDING = ("type", "vulnerabilityid", "title", "compliancesecuritycontrolid", "generatorid", "category")


@rule(
    "HLZ-GRD-004",
    control="LZ-DET-01",
    resource=tuple(_SUPPRESSING),
    severity="warning",
    title="Findings are archived one kind at a time, for named resources",
    fix="Name the kind of finding and the resource it is harmless for, or do not suppress.",
)
def filters_hide_little(filter_: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A filter that archives or suppresses findings names a kind of finding and a resource; else it hides new ones.

    Cannot see: whether the findings it hides are harmless, and filters made outside the template.
    """
    action, hiding, path = _SUPPRESSING[filter_.type]
    if filter_.text(action) != hiding:
        return
    criteria = filter_.known(path)
    names = [str(name).lower() for name in criteria] if isinstance(criteria, Mapping) else []
    if not _is_narrow(names):
        yield Violation(
            f"Filter {filter_.logical_id} hides findings by {', '.join(names) or 'nothing'}; a kind of finding and a "
            "resource are expected.",
            path,
        )


def _is_narrow(names: list[str]) -> bool:
    specific = any(
        name.startswith(_SPECIFIC) and not name.endswith(("resourcetype", "severity.description")) for name in names
    )
    return specific and any(name in _KIND_OF_FINDING or name.startswith("classificationdetails") for name in names)


@rule(
    "HLZ-GRD-007",
    control="LZ-DET-01",
    resource=("AWS::GuardDuty::IPSet", "AWS::GuardDuty::TrustedEntitySet"),
    severity="warning",
    title="Lists of trusted addresses lie in the template's own buckets",
    fix="Keep the list in a bucket of the template, or state ExpectedBucketOwner.",
)
def trusted_lists_are_ours(trusted: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An active list of trusted addresses lies in a bucket of the template, or its owner is stated.

    GuardDuty makes no findings for what is on the list, so whoever writes the list decides what is seen.

    Cannot see: the addresses.
    """
    location = trusted.value("Location")
    own = isinstance(location, (Reference, Unresolved)) or "${" in (text_of(location) or "")
    if trusted.flag("Activate") is not False and not own and trusted.value("ExpectedBucketOwner") is MISSING:
        yield Violation(
            f"List {trusted.logical_id} of trusted addresses lies at {text_of(location)}, whose owner is not stated.",
            "Location",
        )


@rule(
    "HLZ-SHB-002",
    control="LZ-DET-03",
    resource="AWS::SecurityHub::Hub",
    title="Security Hub checks against a standard",
    fix="Add an AWS::SecurityHub::Standard, or leave EnableDefaultStandards out.",
)
def hubs_have_a_standard(hub: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A hub without AWS's default standards stands beside a standard or a configuration policy of the template.

    Cannot see: standards enabled by the API or from another account.
    """
    types = ("AWS::SecurityHub::Standard", "AWS::SecurityHub::ConfigurationPolicy")
    if hub.flag("EnableDefaultStandards") is False and not any(True for _ in context.template.of_type(*types)):
        yield Violation(
            f"Security Hub {hub.logical_id} checks nothing: default standards are off and the template enables none.",
            "EnableDefaultStandards",
        )


@rule(
    "HLZ-SHB-007",
    control="LZ-DET-03",
    resource="AWS::SecurityHub::AutomationRule",
    severity="warning",
    title="Automation rules hide no findings at large",
    fix="Name the control and the resource in Criteria, or leave workflow status and severity alone.",
)
def automation_hides_little(automation: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A rule that suppresses, resolves or plays down findings names a control and a resource.

    Cannot see: whether the findings are harmless.
    """
    if automation.text("RuleStatus") == "DISABLED":
        return
    names = [str(name).lower() for name in _map(automation.known("Criteria"))]
    kind = any(name in names for name in ("compliancesecuritycontrolid", "generatorid", "title"))
    if kind and any(name.startswith(("resourceid", "resourcetags", "resourcedetails")) for name in names):
        return

    def judge(action: Value) -> Iterator[Outcome]:
        status = text_of(value_at(action, "FindingFieldsUpdate.Workflow.Status"))
        severity = text_of(value_at(action, "FindingFieldsUpdate.Severity.Label"))
        if status in ("SUPPRESSED", "RESOLVED") or severity in ("INFORMATIONAL", "LOW"):
            yield Violation(
                f"Automation rule {automation.logical_id} sets findings to {status or severity} at large.", "Actions"
            )

    yield from each(automation.items("Actions"), judge)


def _map(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}


def _of_the_organization(analyzer: Resource, context: RuleContext) -> bool:
    template = context.template
    member = any(resource.type.startswith("AWS::Organizations::") for resource in template.resources.values())
    trails = any(trail.value("IsOrganizationTrail") is True for trail in template.of_type("AWS::CloudTrail::Trail"))
    siblings = template.of_type("AWS::AccessAnalyzer::Analyzer")
    return of_others(analyzer, context) and (
        member or trails or any((text_of(other.value("Type")) or "").startswith("ORGANIZATION") for other in siblings)
    )


@rule(
    "HLZ-AAN-003",
    control="LZ-IAM-11",
    resource="AWS::AccessAnalyzer::Analyzer",
    applies=_of_the_organization,
    title="Beside an organization trail, Access Analyzer watches the organization",
    fix="Set Type ORGANIZATION, or ORGANIZATION_UNUSED_ACCESS for unused access.",
)
def analyzers_watch_the_organization(analyzer: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Where the template speaks for the organization, its analyzers do as well.

    It does with an organization trail, a resource of AWS Organizations, or another analyzer of the organization.

    Cannot see: analyzers of other stacks.
    """
    kind = analyzer.text("Type") or ""
    if not kind.startswith("ORGANIZATION"):
        yield Violation(f"Analyzer {analyzer.logical_id} watches one account only ({kind}).", "Type")


@rule(
    "HLZ-AAN-004",
    control="LZ-IAM-11",
    resource="AWS::AccessAnalyzer::Analyzer",
    applies=of_others,
    title="Somebody looks for access from outside",
    fix="Add an analyzer of Type ACCOUNT or ORGANIZATION.",
)
def external_access_is_looked_for(analyzer: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Beside an analyzer of unused or internal access stands one of external access.

    Cannot see: analyzers of other stacks.
    """
    kinds = [other.text("Type") for other in context.template.of_type("AWS::AccessAnalyzer::Analyzer")]
    if not {"ACCOUNT", "ORGANIZATION"} & set(kinds):
        yield Violation(f"Analyzer {analyzer.logical_id} is no analyzer of external access, nor is another.", "Type")


def _is_of_an_organization(analyzer: Resource, context: RuleContext) -> bool:
    return of_others(analyzer, context) and analyzer.text("Type") == "ORGANIZATION"


@rule(
    "HLZ-AAN-005",
    control="LZ-IAM-11",
    resource="AWS::AccessAnalyzer::Analyzer",
    severity="warning",
    applies=_is_of_an_organization,
    title="Somebody looks for access that nobody uses",
    fix="Add an analyzer of Type ORGANIZATION_UNUSED_ACCESS.",
)
def unused_access_is_looked_for(analyzer: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Beside an organization's analyzer of external access stands one of unused access.

    Cannot see: analyzers of other stacks, and other reports of unused access.
    """
    kinds = [other.text("Type") for other in context.template.of_type("AWS::AccessAnalyzer::Analyzer")]
    if not {"ORGANIZATION_UNUSED_ACCESS", "ACCOUNT_UNUSED_ACCESS"} & set(kinds):
        yield Violation(f"Beside analyzer {analyzer.logical_id} none looks for unused access; one is expected.", "Type")


def _is_a_foundation(resource: Resource, context: RuleContext) -> bool:
    return of_others(resource, context) and len(_present(context)) >= _FOUNDATION


def _present(context: RuleContext) -> list[str]:
    return [name for name, types in _WATCHERS.items() if any(True for _ in context.template.of_type(*types))]


@template_rule(
    "HLZ-DTC-005",
    control="LZ-DET-10",
    applies=_is_a_foundation,
    severity="warning",
    title="A template that sets up the watch over an account sets all of it up",
    fix="Add what is missing, or say in the exception where it is set up.",
)
def the_watch_is_complete(context: RuleContext) -> Iterator[Outcome]:
    """Beside two of trail, recorder, detector, Security Hub and Access Analyzer the others stand as well.

    Only templates of others are judged; the plan puts ours into stacks of their own.

    Cannot see: what other stacks, or an administrator of the organization, set up.
    """
    present = _present(context)
    for name in _WATCHERS:
        if name not in present:
            yield Violation(f"The template sets up {', '.join(present)}, and no {name}; one is expected.")
