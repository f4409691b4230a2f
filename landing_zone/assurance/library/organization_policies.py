"""Rules over what organization policies of others say: denials that hold, opt-outs, backups kept long enough."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.guardrails import CONTROL, denials_of, denies, of_kind, policies_of
from landing_zone.assurance.library.organizations import ACCOUNT, POLICY
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.policy_statements import Limit, Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule, template_rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Value, text_of, value_at

_ANYBODY = re.compile(r"\*|arn:[^:]*:(iam|sts|\*):[^:]*:\*?:(\*|(role|user|assumed-role)/\*|root)?\*?")
_KEPT_DAYS = 35
_CHILDREN = "@@operators_allowed_for_child_policies"


@rule(
    "HLZ-ORG-008",
    control="LZ-ORG-04",
    resource=POLICY,
    applies=of_kind(*CONTROL),
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
    applies=of_kind("AISERVICES_OPT_OUT_POLICY"),
    title="AI services keep no content of any service",
    fix='Set services.default.opt_out_policy.@@assign to "optOut", and no service to "optIn".',
)
def ai_services_are_opted_out(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The default is optOut, no service is opted in, and policies below are not told that they may assign a state.

    Cannot see: policies attached to other targets.
    """
    services = value_at(_content(policy), "services")
    rows: Mapping[str, Value] = services if isinstance(services, Mapping) else {}
    states = {name: text_of(value_at(row, "opt_out_policy.@@assign")) for name, row in rows.items() if name[:2] != "@@"}
    wrong = [name for name, state in states.items() if state != "optOut"] + ["default"] * ("default" not in states)
    operators = value_at(rows.get("default", {}), f"opt_out_policy.{_CHILDREN}")
    if isinstance(operators, list) and {"@@all", "@@assign"} & {text_of(operator) for operator in operators}:
        yield Violation(f"Policy {policy.logical_id} lets policies below it opt in again.", "Content")
    if wrong:
        yield Violation(
            f"Policy {policy.logical_id} does not opt {', '.join(wrong)} out; optOut is expected.", "Content"
        )


@rule(
    "HLZ-ORG-022",
    control="LZ-BCK-02",
    resource=POLICY,
    applies=of_kind("BACKUP_POLICY"),
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
    applies=of_kind("RESOURCE_CONTROL_POLICY"),
    title="Resource control policies keep strangers from every store",
    fix="Deny s3:*, kms:*, secretsmanager:* and more on *, with StringNotEqualsIfExists aws:PrincipalOrgID.",
)
def the_perimeter_is_whole(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A denial of strangers is negated, on all resources, and all such denials of the template cover stores and keys.

    Cannot see: policies of other stacks.
    """
    denials = [entry for other in policies_of(context, "RESOURCE_CONTROL_POLICY") for entry in denials_of(other)]
    strangers = [entry for entry in denials if any(limit.key in _ORGANIZATION for limit in entry.limits)]
    missing = [action for action in _PERIMETER if not any(denies(entry, action) for entry in strangers)]
    if strangers and missing:
        yield Violation(f"Policy {policy.logical_id} keeps no strangers from {', '.join(missing)}.", "Content")
    for entry in denials_of(policy):
        limits = [limit for limit in entry.limits if limit.key in _ORGANIZATION]
        if any("not" not in limit.operator.lower() and limit.operator.lower() != "null" for limit in limits):
            yield Violation(f"Policy {policy.logical_id} denies members instead of strangers in {entry}.", entry.path)
        open_ = [text_of(value) or "" for limit in limits for value in limit.values if _is_any_organization(value)]
        if open_:
            yield Violation(
                f"Policy {policy.logical_id} takes {open_[0]} for the organization in {entry}; its id is expected.",
                entry.path,
            )
        if limits and not entry.not_resource and "*" not in entry.resources:
            yield Violation(
                f"Policy {policy.logical_id} keeps strangers from some resources only in {entry}.", entry.path
            )


def _is_any_organization(value: Value) -> bool:
    """Whether a value of a condition on organizations has a wildcard in the id itself: `*`, `o-*`, `o-*/r-ab12/*`."""
    return "*" in (text_of(value) or "").partition("/")[0]


_CLASSIFICATION = re.compile(r"class|sensitiv|confidential|phi\b|phi$|^phi|data.?(type|category)", re.IGNORECASE)
_ENVIRONMENT = re.compile(r"env|stage|tier", re.IGNORECASE)


@rule(
    "HLZ-ORG-015",
    control="LZ-ORG-08",
    resource=POLICY,
    applies=of_kind("TAG_POLICY"),
    severity="warning",
    title="Tag policies know a tag for the class of data",
    fix="Add a tag such as data-classification with its values to the policy.",
)
def tag_policies_classify(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A tag policy of the template has a tag by whose name data are classified.

    Cannot see: what a tag by another name means, and other stacks.
    """
    names = [name for other in policies_of(context, "TAG_POLICY") for name in _tags(other)]
    if names and not any(_CLASSIFICATION.search(name) for name in names):
        yield Violation(
            f"Policy {policy.logical_id} knows the tags {', '.join(names)}, none of which classifies data.", "Content"
        )


def _tags(policy: Resource) -> list[str]:
    tags = value_at(_content(policy), "tags")
    return [str(name) for name in tags] if isinstance(tags, Mapping) else []


@rule(
    "HLZ-ORG-016",
    control="LZ-ORG-01",
    resource=ACCOUNT,
    applies=of_others,
    title="Accounts are made inside an OU",
    fix="Name an OU in ParentIds.",
)
def accounts_are_in_an_ou(account: Resource, context: RuleContext) -> Iterator[Outcome]:
    """ParentIds names something else than the root, to which few policies are attached.

    Cannot see: moves by hand, and which policies the OU has.
    """
    parents = account.items("ParentIds")
    if not parents or any((text_of(parent) or "").startswith("r-") for parent in parents):
        yield Violation(f"Account {account.logical_id} is made in no OU; one is expected.", "ParentIds")


@template_rule(
    "HLZ-ORG-017",
    control="LZ-ORG-01",
    applies=of_others,
    severity="warning",
    title="Accounts say what data they hold, and for what environment",
    fix="Tag the account with data-classification and environment.",
)
def accounts_are_tagged(context: RuleContext) -> Iterator[Outcome]:
    """Every account carries a tag that classifies its data and one that names its environment.

    Cannot see: tags put on by hand, and what a tag by another name means.
    """
    lacking = [account.logical_id for account in context.template.of_type(ACCOUNT) if _lacks_tags(account)]
    if lacking:
        yield Violation(
            f"Accounts without tags for data classification and environment: {', '.join(lacking)}.", "Tags", lacking[0]
        )


def _lacks_tags(account: Resource) -> bool:
    keys = [text_of(value_at(tag, "Key")) or "" for tag in account.items("Tags")]
    return not all(any(pattern.search(key) for key in keys) for pattern in (_CLASSIFICATION, _ENVIRONMENT))
