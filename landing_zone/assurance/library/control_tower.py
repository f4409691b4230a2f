"""Rules over AWS Control Tower: what it brings in place of our trail and recorders is as strong as asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING

LANDING_ZONE = "AWS::ControlTower::LandingZone"
BASELINE = "AWS::ControlTower::EnabledBaseline"
CONTROL = "AWS::ControlTower::EnabledControl"
_LOGGING, _CONFIG, _ROLES = "Manifest.centralizedLogging", "Manifest.config", "Manifest.securityRoles"
_OPTIONAL_SINCE = 4  # from this version on AWS Config and security roles have to be asked for


@rule(
    "HLZ-CT-001",
    control="LZ-CT-01",
    resource=LANDING_ZONE,
    title="Control Tower's organization trail is on and kept as long as asked",
    fix="Set centralizedLogging.enabled true, and retentionDays of loggingBucket and accessLoggingBucket to the days "
    "that the manifest asks for audit_trail and access_logs.",
)
def trail_is_on_and_kept(landing_zone: Resource, context: RuleContext) -> Iterator[Outcome]:
    """centralizedLogging is enabled, and its buckets keep objects for the retention of their kinds of log.

    Days that are not stated are Control Tower's choice, and a finding. Before version 4.0 the bucket holds AWS Config's
    records as well.

    Cannot see: the buckets themselves, which have neither Object Lock nor a copy in another Region.
    """
    shared = not _is_optional(landing_zone)
    kinds = ("audit_trail", "configuration") if shared else ("audit_trail",)
    yield from _recording(landing_zone, _LOGGING, "the organization trail", kinds, context)


@rule(
    "HLZ-CT-002",
    control="LZ-CT-01",
    resource=LANDING_ZONE,
    title="Control Tower records configurations and keeps them as long as asked",
    fix="From version 4.0 on, set config.enabled with accountId and retentionDays, and securityRoles.enabled.",
)
def configurations_are_recorded_and_kept(landing_zone: Resource, context: RuleContext) -> Iterator[Outcome]:
    """From version 4.0 on, config is enabled, its buckets keep records long enough, and the security roles are enabled.

    Before that version both are always on, and the records lie with the trail's (HLZ-CT-001).

    Cannot see: whether OUs are registered with a baseline that has recorders.
    """
    if not _is_optional(landing_zone):
        return
    yield from _recording(landing_zone, _CONFIG, "AWS Config", ("configuration",), context)
    if not landing_zone.flag(f"{_ROLES}.enabled"):
        yield Violation(
            f"Landing zone {landing_zone.logical_id} has no security roles; nobody watches other accounts.",
            f"{_ROLES}.enabled",
        )


@rule(
    "HLZ-CT-003",
    control="LZ-CT-01",
    resource=LANDING_ZONE,
    title="What Control Tower records is encrypted with a customer managed key",
    fix="Give configurations.kmsKeyArn the ARN of a symmetric key of one Region in the management account.",
)
def records_are_encrypted_with_a_key_of_ours(landing_zone: Resource, context: RuleContext) -> Iterator[Outcome]:
    """kmsKeyArn is given wherever something is recorded; without it Control Tower's buckets use SSE-S3.

    Cannot see: the key's policy, which Control Tower checks before the launch, unless the key is in the template.
    """
    sections = [_LOGGING, *([_CONFIG] if _is_optional(landing_zone) else [])]

    def judge(section: str) -> Iterator[Outcome]:
        enabled = landing_zone.flag(f"{section}.enabled")
        key = landing_zone.known(f"{section}.configurations.kmsKeyArn")
        if enabled is not False and (key is MISSING or key == ""):
            yield Violation(
                f"Landing zone {landing_zone.logical_id} keeps {section.rpartition('.')[2]} without a key of yours.",
                f"{section}.configurations.kmsKeyArn",
            )

    yield from each(sections, judge)


@rule(
    "HLZ-CT-004",
    control="LZ-CT-01",
    resource=LANDING_ZONE,
    title="The trail's records lie in another account than who administers security",
    fix="Give centralizedLogging.accountId and securityRoles.accountId different accounts.",
)
def records_and_security_roles_are_apart(landing_zone: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The log archive's account is not the account of the security roles, whose holders the records are about.

    Cannot see: accounts that a deployment decides, unless both are the same value.
    """
    archive = landing_zone.known(f"{_LOGGING}.accountId")
    roles = landing_zone.known(f"{_ROLES}.accountId")
    if archive is not MISSING and archive == roles:
        yield Violation(
            f"Landing zone {landing_zone.logical_id} has log archive and security roles in one account.",
            f"{_ROLES}.accountId",
        )


@rule(
    "HLZ-CT-005",
    control="LZ-CT-02",
    resource=BASELINE,
    title="OUs are registered one after the other, after the landing zone",
    fix="Chain the enabled baselines by DependsOn, parents before children, after the landing zone.",
)
def registrations_do_not_overlap(baseline: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Of two enabled baselines of a template one waits for the other, and each for the landing zone if it is there.

    Control Tower permits one operation on OUs at a time (User Guide, limits). A dependency by Ref or GetAtt counts.

    Cannot see: enabled baselines in other templates, and which OU is whose parent.
    """
    before = _dependencies(context)
    mine = _reach(baseline.logical_id, before)
    for zone in context.template.of_type(LANDING_ZONE):
        if zone.logical_id not in mine:
            yield Violation(f"Baseline {baseline.logical_id} does not wait for landing zone {zone.logical_id}.")
    for other in context.template.of_type(BASELINE):
        ordered = other.logical_id in mine or baseline.logical_id in _reach(other.logical_id, before)
        if other.logical_id > baseline.logical_id and not ordered:
            yield Violation(f"Baselines {baseline.logical_id} and {other.logical_id} are enabled at the same time.")


@rule(
    "HLZ-CT-006",
    control="LZ-CT-02",
    resource=CONTROL,
    title="Controls come after the OUs of their template are registered",
    fix="Make the control wait, by DependsOn, for every enabled baseline of the template.",
)
def controls_come_after_registration(control: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A control waits for every enabled baseline that stands in the same template.

    A detective control needs an OU with a baseline, and no control may be enabled while an OU is being registered.

    Cannot see: baselines in other templates; the plan puts our controls into stacks that come later.
    """
    mine = _reach(control.logical_id, _dependencies(context))
    missing = [b.logical_id for b in context.template.of_type(BASELINE) if b.logical_id not in mine]
    if missing:
        yield Violation(f"Control {control.logical_id} does not wait for baseline {missing[0]}.")


def _is_optional(landing_zone: Resource) -> bool:
    """Whether AWS Config and security roles are options of the landing zone's version."""
    major = (landing_zone.text("Version") or "").partition(".")[0]
    return major.isdecimal() and int(major) >= _OPTIONAL_SINCE


def _recording(
    landing_zone: Resource, section: str, what: str, kinds: tuple[str, ...], context: RuleContext
) -> Iterator[Outcome]:
    def is_on(path: str) -> Iterator[Outcome]:
        enabled = landing_zone.flag(path)
        if not enabled and (enabled is not None or _is_optional(landing_zone)):
            yield Violation(f"Landing zone {landing_zone.logical_id} leaves {what} off.", path)

    def is_kept(bucket: tuple[str, tuple[str, ...]]) -> Iterator[Outcome]:
        name, held = bucket
        path = f"{section}.configurations.{name}.retentionDays"
        expected = max(context.retention_by_kind.get(kind, context.retention_days) for kind in held)
        days = landing_zone.number(path)
        if days is None or days < expected:
            found = "no days" if days is None else f"{days} days"
            yield Violation(
                f"Landing zone {landing_zone.logical_id} keeps {name} of {what} for {found}; {expected} are expected.",
                path,
            )

    yield from each((f"{section}.enabled",), is_on)
    yield from each((("loggingBucket", kinds), ("accessLoggingBucket", ("access_logs",))), is_kept)


def _dependencies(context: RuleContext) -> dict[str, set[str]]:
    """What each resource waits for, by logical id."""
    found: dict[str, set[str]] = {id: set() for id in context.template.resources}
    declared: Any = context.template.document.get("Resources", {})
    for id in found:
        raw = declared[id].get("DependsOn", ()) if isinstance(declared[id], Mapping) else ()
        found[id] |= {raw} if isinstance(raw, str) else {name for name in raw if isinstance(name, str)}
    for use in context.template.uses:
        found[use.resource].add(use.target)
    return found


def _reach(start: str, before: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in before.get(waiting.pop(), set()) - seen:
            seen.add(name)
            waiting.append(name)
    return seen
