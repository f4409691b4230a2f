"""Rules over what organization policies of others say: denials that hold, opt-outs, backups kept long enough."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from landing_zone.assurance.library.organizations import POLICY
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.policy_statements import Limit, Statement, readable, statements
from landing_zone.assurance.rules import Applies, Outcome, RuleContext, Violation, each, rule, template_rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Value, text_of, value_at
from landing_zone.policy_data import policy_data

_CONTROL = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
_ANYBODY = re.compile(r"\*|arn:[^:]*:(iam|sts|\*):[^:]*:\*?:(\*|(role|user|assumed-role)/\*|root)?\*?")
_DATA = ("dynamodb:", "ec2:", "lambda:", "rds:", "s3:", "sqs:", "sns:", "secretsmanager:", "ecs:", "eks:", "redshift:")
"""Services of Regions whose whole exemption empties a denial of Regions."""
_KEPT_DAYS = 35


def _of_kind(*kinds: str) -> Applies:
    def applies(policy: Resource, context: RuleContext) -> bool:
        return of_others(policy, context) and policy.text("Type") in kinds

    return applies


@rule(
    "HLZ-ORG-008",
    control="LZ-ORG-04",
    resource=POLICY,
    applies=_of_kind(*_CONTROL),
    title="Guardrails deny something, to somebody",
    fix="Write Deny statements, and exempt named roles alone.",
)
def guardrails_deny(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A service or resource control policy denies, and no exemption of a denial fits every principal.

    In templates of others only: ours are proved (docs/concepts). A policy that allows `*` and nothing else denies
    nothing.

    Cannot see: whether exempted roles exist, and who may assume them.
    """
    entries = list(statements(policy.value("Content"), "Content"))
    if not any(isinstance(entry, CannotEvaluate) or not entry.allows for entry in entries):
        yield Violation(f"Policy {policy.logical_id} denies nothing; a Deny statement is expected.", "Content")

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        if statement.allows:
            return
        exempt = [limit for limit in statement.limits if _exempts_everybody(limit)]
        if exempt:
            yield Violation(
                f"Policy {policy.logical_id} exempts everybody from {statement} ({exempt[0].operator} "
                f"{exempt[0].key}).",
                statement.path,
            )
        elif not statement.actions or ("*" in statement.actions and statement.not_action):
            yield Violation(f"Policy {policy.logical_id} denies no action in {statement}.", statement.path)

    yield from each(entries, judge)


def _exempts_everybody(limit: Limit) -> bool:
    """Whether a negated condition, by which principals escape the denial, fits every principal."""
    if "not" not in limit.operator.lower() or limit.key not in (
        "aws:principalarn",
        "aws:principalaccount",
        "aws:userid",
    ):
        return False
    return any(_ANYBODY.fullmatch(text_of(value) or "") for value in limit.values)


@rule(
    "HLZ-ORG-009",
    control="LZ-ORG-02",
    resource=POLICY,
    applies=_of_kind("SERVICE_CONTROL_POLICY"),
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
    "HLZ-ORG-010",
    control="LZ-ORG-05",
    resource=POLICY,
    applies=_of_kind("SERVICE_CONTROL_POLICY"),
    severity="warning",
    title="Guardrails deny what their names say",
    fix="Add the actions that the message names to the denial.",
)
def guardrails_keep_their_word(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A denial whose Sid, or whose policy's name, speaks of a protection names the actions that would undo it.

    The names are in policies/rules/guardrail_names.yaml.

    Cannot see: denials by other names, and whether their conditions let somebody pass.
    """
    entries = [readable(entry) for entry in statements(policy.value("Content"), "Content")]
    denials = [entry for entry in entries if not entry.allows]
    for row in policy_data("rules/guardrail_names")["guardrails"]:
        speaking = [entry for entry in denials if re.search(row["names"], _plain(entry.sid))]
        if not speaking and re.search(
            row["names"], _plain(f"{policy.logical_id}{text_of(policy.value('Name')) or ''}")
        ):
            speaking = denials
        naming = [entry for entry in denials if not entry.not_action]
        missing = [action for action in row["needs"] if not any(_denies(entry, action) for entry in naming)]
        if speaking and missing:
            yield Violation(
                f"Policy {policy.logical_id} speaks of a protection in {speaking[0]} and does not deny "
                f"{' and '.join(missing)}.",
                speaking[0].path,
            )


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _denies(statement: Statement, action: str) -> bool:
    return any(fnmatchcase(action.lower(), (text_of(pattern) or "").lower()) for pattern in statement.actions)


def _content(policy: Resource) -> Value:
    content = policy.known("Content")
    if not isinstance(content, str):
        return content
    try:
        read: Value = json.loads(content)
    except ValueError:
        raise CannotEvaluate("Content is no JSON") from None
    return read


@rule(
    "HLZ-ORG-021",
    control="LZ-ORG-07",
    resource=POLICY,
    applies=_of_kind("AISERVICES_OPT_OUT_POLICY"),
    title="AI services keep no content of any service",
    fix='Set services.default.opt_out_policy.@@assign to "optOut", and no service to "optIn".',
)
def ai_services_are_opted_out(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The default is optOut, and no service is opted in.

    Cannot see: policies attached to other targets.
    """
    services = value_at(_content(policy), "services")
    rows: Mapping[str, Value] = services if isinstance(services, Mapping) else {}
    states = {name: text_of(value_at(row, "opt_out_policy.@@assign")) for name, row in rows.items() if name[:2] != "@@"}
    wrong = [name for name, state in states.items() if state != "optOut"] + ["default"] * ("default" not in states)
    if wrong:
        yield Violation(
            f"Policy {policy.logical_id} does not opt {', '.join(wrong)} out; optOut is expected.", "Content"
        )


@rule(
    "HLZ-ORG-022",
    control="LZ-BCK-02",
    resource=POLICY,
    applies=_of_kind("BACKUP_POLICY"),
    title="Backup policies keep recovery points for 35 days",
    fix="Set lifecycle.delete_after_days.@@assign of every rule at least 35.",
)
def backup_policies_keep_long_enough(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No rule of a backup policy deletes recovery points before 35 days, and every plan selects something.

    Cannot see: plans of accounts, and whether resources carry the tags.
    """
    plans = value_at(_content(policy), "plans")
    for name, plan in plans.items() if isinstance(plans, Mapping) else ():
        rules = value_at(plan, "rules")
        for title, row in rules.items() if isinstance(rules, Mapping) else ():
            days = text_of(value_at(row, "lifecycle.delete_after_days.@@assign"))
            if days is not None and days.lstrip("-").isdecimal() and 0 <= int(days) < _KEPT_DAYS:
                yield Violation(
                    f"Policy {policy.logical_id} deletes recovery points of {name}.{title} after {days} days; at least "
                    f"{_KEPT_DAYS} are expected.",
                    "Content",
                )
        if not isinstance(value_at(plan, "selections"), Mapping):
            yield Violation(f"Policy {policy.logical_id} selects nothing for plan {name}.", "Content")


_PERIMETER = ("s3:PutObject", "kms:Decrypt", "secretsmanager:GetSecretValue")
_ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths")


@rule(
    "HLZ-ORG-011",
    control="LZ-ORG-06",
    resource=POLICY,
    applies=_of_kind("RESOURCE_CONTROL_POLICY"),
    title="Resource control policies keep strangers from every store",
    fix="Deny s3:*, kms:*, secretsmanager:* and more on *, with StringNotEqualsIfExists aws:PrincipalOrgID.",
)
def the_perimeter_is_whole(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A denial of strangers is negated, on all resources, and all such denials of the template cover stores and keys.

    Cannot see: policies of other stacks.
    """
    denials = [entry for other in _policies(context, "RESOURCE_CONTROL_POLICY") for entry in _denials(other)]
    strangers = [entry for entry in denials if any(limit.key in _ORGANIZATION for limit in entry.limits)]
    missing = [action for action in _PERIMETER if not any(_denies(entry, action) for entry in strangers)]
    if strangers and missing:
        yield Violation(f"Policy {policy.logical_id} keeps no strangers from {', '.join(missing)}.", "Content")
    for entry in _denials(policy):
        limits = [limit for limit in entry.limits if limit.key in _ORGANIZATION]
        if any("not" not in limit.operator.lower() and limit.operator.lower() != "null" for limit in limits):
            yield Violation(f"Policy {policy.logical_id} denies members instead of strangers in {entry}.", entry.path)
        if limits and not entry.not_resource and "*" not in entry.resources:
            yield Violation(
                f"Policy {policy.logical_id} keeps strangers from some resources only in {entry}.", entry.path
            )


def _policies(context: RuleContext, kind: str) -> list[Resource]:
    return [other for other in context.template.of_type(POLICY) if other.text("Type") == kind]


def _denials(policy: Resource) -> list[Statement]:
    entries = [readable(entry) for entry in statements(policy.value("Content"), "Content")]
    return [entry for entry in entries if not entry.allows]


_DUTIES = (
    "cloudtrail:StopLogging",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "organizations:LeaveOrganization",
)
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

    Duties: stopping trail, recorder and detector, leaving the organization, acting as root.

    Cannot see: guardrails of other stacks.
    """
    policies = _policies(context, _CONTROL[0])
    naming = [entry for other in policies for entry in _denials(other) if not entry.not_action]
    missing = [action for action in _DUTIES if not any(_denies(entry, action) for entry in naming)]
    if not any(_is_of_root(limit) for entry in naming for limit in entry.limits):
        missing.append("acting as root")
    if policies and 0 < len(missing) < len(_DUTIES):
        yield Violation(f"The template's guardrails leave out {', '.join(missing)}.", "", policies[0].logical_id)


def _is_of_root(limit: Limit) -> bool:
    texts = [text_of(value) or "" for value in limit.values]
    return limit.key == "aws:principalarn" and any(_ROOT.fullmatch(text) for text in texts)
