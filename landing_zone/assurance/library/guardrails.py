"""Rules over service control policies of others: they deny Regions, keep their word, and leave no usual duty out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from landing_zone.assurance.library.organizations import POLICY
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.policy_statements import Limit, Statement, readable, statements
from landing_zone.assurance.rules import Applies, Outcome, RuleContext, Violation, each, rule, template_rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, text_of
from landing_zone.policy_data import policy_data

CONTROL = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
"""Types of policies whose statements deny."""
_DATA = ("dynamodb:", "ec2:", "lambda:", "rds:", "s3:", "sqs:", "sns:", "secretsmanager:", "ecs:", "eks:", "redshift:")
"""Services of Regions whose whole exemption empties a denial of Regions."""
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_OF_SERVICES = ("aws:principalisawsservice", "aws:viaawsservice")


def of_kind(*kinds: str) -> Applies:
    """A rule applies to others' policies of these types."""

    def applies(policy: Resource, context: RuleContext) -> bool:
        return of_others(policy, context) and policy.text("Type") in kinds

    return applies


def policies_of(context: RuleContext, kind: str) -> list[Resource]:
    """The template's organization policies of a type."""
    return [other for other in context.template.of_type(POLICY) if other.text("Type") == kind]


def denials_of(policy: Resource) -> list[Statement]:
    """Deny statements of a policy. Raises CannotEvaluate if one cannot be read."""
    entries = [readable(entry) for entry in statements(policy.value("Content"), "Content")]
    return [entry for entry in entries if not entry.allows]


@rule(
    "HLZ-ORG-009",
    control="LZ-ORG-02",
    resource=POLICY,
    applies=of_kind("SERVICE_CONTROL_POLICY"),
    title="Denials of Regions leave services of Regions in",
    fix="Exempt global services alone in NotAction, and name the approved Regions without wildcards.",
)
def regions_are_denied(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A denial on aws:RequestedRegion exempts no whole service that keeps data in a Region, and allows no wildcard.

    Cannot see: whether the approved Regions are the right ones.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        regions = [limit for limit in statement.limits if limit.key == "aws:requestedregion"]
        if statement.allows or not regions:
            return
        texts = [text_of(action) or "" for action in statement.actions] if statement.not_action else []
        wide = [text for text in texts if text == "*" or (text.endswith(":*") and text.startswith(_DATA))]
        names = [text_of(value) or "" for limit in regions for value in limit.values]
        wide += [name for name in names if "*" in name and len(name.rstrip("*")) < len("us-")]
        if any(not limit.operator.lower().startswith(("stringnot", "foranyvalue:stringnot")) for limit in regions):
            wide.append(f"{regions[0].operator}, which denies the named Regions only")
        if wide:
            yield Violation(
                f"Policy {policy.logical_id} lets {', '.join(wide)} pass in {statement}; approved Regions and global "
                "services are expected.",
                statement.path,
            )

    yield from each(statements(policy.value("Content"), "Content"), judge)


@rule(
    "HLZ-ORG-018",
    control="LZ-ORG-02",
    resource=POLICY,
    applies=of_kind("SERVICE_CONTROL_POLICY"),
    severity="warning",
    title="Approved Regions are in one country",
    fix="Take the Regions that the message names out of aws:RequestedRegion, or say in the exception why PHI may go "
    "there.",
)
def regions_are_in_one_country(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Where Regions of the United States are approved, no others are, but Canada's.

    Contracts and state programs keep PHI in the country more often than HIPAA, which has no rule of its own for that.

    Cannot see: which accounts the policy binds, and what they hold.
    """
    for entry in denials_of(policy):
        for limit in entry.limits:
            names = [text_of(value) or "" for value in limit.values] if limit.key == "aws:requestedregion" else []
            abroad = [name for name in names if _REGION.fullmatch(name) and not name.startswith(("us-", "ca-"))]
            if abroad and len(abroad) < len(names) and any(name.startswith("us-") for name in names):
                yield Violation(
                    f"Policy {policy.logical_id} approves {', '.join(abroad)} beside Regions of the United States.",
                    entry.path,
                )


@rule(
    "HLZ-ORG-010",
    control="LZ-ORG-05",
    resource=POLICY,
    applies=of_kind("SERVICE_CONTROL_POLICY"),
    severity="warning",
    title="Guardrails deny what their names say",
    fix="Add the actions that the message names to the denial.",
)
def guardrails_keep_their_word(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A denial whose Sid, or whose policy's name, speaks of a protection names the actions that would undo it.

    One that names some of these actions names the others, or another policy of the template does. Names and actions
    are in policies/rules/guardrail_names.yaml.

    Cannot see: denials by other names, and whether their conditions let somebody pass.
    """
    entries = [readable(entry) for entry in statements(policy.value("Content"), "Content")]
    denials = [entry for entry in entries if not entry.allows]
    everywhere = [entry for other in policies_of(context, CONTROL[0]) for entry in denials_of(other)]
    for row in policy_data("rules/guardrail_names")["guardrails"]:
        speaking = [entry for entry in denials if re.search(row["names"], _plain(entry.sid))]
        if not speaking and re.search(
            row["names"], _plain(f"{policy.logical_id}{text_of(policy.value('Name')) or ''}")
        ):
            speaking = denials
        if speaking:
            naming = [entry for entry in denials if not entry.not_action]
        else:
            speaking = [entry for entry in denials if "acts" in row and _names_like(entry, row["acts"])]
            naming = [entry for entry in everywhere if not entry.not_action and _is_for_everybody(entry)]
        missing = [action for action in row["needs"] if not any(denies(entry, action) for entry in naming)]
        if speaking and missing:
            yield Violation(
                f"Policy {policy.logical_id} speaks of a protection in {speaking[0]} and does not deny "
                f"{' and '.join(missing)}.",
                speaking[0].path,
            )


def _names_like(statement: Statement, pattern: str) -> bool:
    return not statement.not_action and any(
        re.fullmatch(pattern, (text_of(action) or "").lower()) for action in statement.actions
    )


def _is_for_everybody(statement: Statement) -> bool:
    """Whether a denial meets all but those whom a negated condition leaves out; one on root users, say, does not."""
    return all("not" in limit.operator.lower() or limit.key in _OF_SERVICES for limit in statement.limits)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def denies(statement: Statement, action: str) -> bool:
    """Whether the statement names the action, whatever its effect and conditions."""
    return any(fnmatchcase(action.lower(), (text_of(pattern) or "").lower()) for pattern in statement.actions)


_DUTIES = (
    "cloudtrail:StopLogging",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "organizations:LeaveOrganization",
)
_FEW = 2
"""Duties that a set of guardrails may lack and still be one."""
_USERS = ("iam:CreateUser", "iam:CreateAccessKey")
_ROOT = re.compile(r"arn:[^:]*:iam::[^:]*:root")


@template_rule(
    "HLZ-ORG-012",
    control="LZ-ORG-04",
    applies=of_others,
    severity="warning",
    title="Guardrails that protect detection protect all of it, and keep accounts and root users in",
    fix="Deny the actions that the message names, and every action to root users.",
)
def guardrails_are_a_set(context: RuleContext) -> Iterator[Outcome]:
    """Where service control policies of a template deny two of the usual duties, they deny the others as well.

    Duties: stopping trail, recorder and detector, leaving the organization, acting as root. Denials that meet some
    principals only, such as root users, are no denial of a duty.

    Cannot see: guardrails of other stacks.
    """
    policies, _, missing = _duties(context)
    if 0 < len(missing) < len(_DUTIES):
        named = ", ".join(policy.logical_id for policy in policies)
        yield Violation(f"The template's guardrails ({named}) leave out {', '.join(missing)}.", "", _most(policies))


def _duties(context: RuleContext) -> tuple[list[Resource], list[Statement], list[str]]:
    """Service control policies of the template, what they deny by name, and the usual duties that they leave out."""
    policies = policies_of(context, CONTROL[0])
    denials = [entry for other in policies for entry in denials_of(other) if not entry.not_action]
    naming = [entry for entry in denials if _is_for_everybody(entry)]
    missing = [action for action in _DUTIES if not any(denies(entry, action) for entry in naming)]
    if not any(_is_of_root(limit) for entry in denials for limit in entry.limits):
        missing.append("acting as root")
    return policies, naming, missing


def _most(policies: list[Resource]) -> str:
    """The policy with the most denials, which is the one to add another to."""
    return max(policies, key=lambda policy: len(denials_of(policy))).logical_id


def _are_a_set(resource: Resource, context: RuleContext) -> bool:
    if not of_others(resource, context):
        return False
    try:
        policies, _, missing = _duties(context)
    except CannotEvaluate:
        return False
    return bool(policies) and len(missing) <= _FEW


@template_rule(
    "HLZ-ORG-013",
    control="LZ-IAM-01",
    applies=_are_a_set,
    severity="warning",
    title="A set of guardrails denies users and access keys",
    fix="Deny iam:CreateUser and iam:CreateAccessKey.",
)
def guardrails_deny_users(context: RuleContext) -> Iterator[Outcome]:
    """Where service control policies deny most of the usual duties (HLZ-ORG-012), they deny users and access keys.

    Cannot see: guardrails of other stacks.
    """
    policies, naming, _ = _duties(context)
    missing = [action for action in _USERS if not any(denies(entry, action) for entry in naming)]
    if missing:
        yield Violation(f"The template's guardrails let {' and '.join(missing)} through.", "", _most(policies))


@template_rule(
    "HLZ-ORG-014",
    control="LZ-ORG-02",
    applies=_are_a_set,
    severity="warning",
    title="A set of guardrails denies other Regions",
    fix="Deny everything but global services where aws:RequestedRegion is not an approved Region.",
)
def guardrails_deny_regions(context: RuleContext) -> Iterator[Outcome]:
    """Where service control policies deny most of the usual duties (HLZ-ORG-012), one denies other Regions.

    Cannot see: guardrails of other stacks, and Control Tower's own denial of Regions.
    """
    policies = policies_of(context, CONTROL[0])
    limits = [limit for other in policies for entry in denials_of(other) for limit in entry.limits]
    if not any(limit.key == "aws:requestedregion" for limit in limits):
        yield Violation("The template's guardrails let every Region be used.", "", _most(policies))


def _is_of_root(limit: Limit) -> bool:
    texts = [text_of(value) or "" for value in limit.values]
    return limit.key == "aws:principalarn" and any(_ROOT.fullmatch(text) for text in texts)
