"""Rules over AWS Organizations: the organization, its OUs, accounts, policies and its resource policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from landing_zone.assurance.library.principals import is_world
from landing_zone.assurance.library.retention import losses
from landing_zone.assurance.policy_statements import Statement, readable, statements
from landing_zone.assurance.rules import CannotEvaluate, Outcome, RuleContext, Violation, each, rule, template_rule
from landing_zone.assurance.template import Resource, Template
from landing_zone.assurance.values import text_of

KINDS: Mapping[str, str] = {
    "AWS::Organizations::Account": "Account",
    "AWS::Organizations::Organization": "Organization",
    "AWS::Organizations::OrganizationalUnit": "OU",
    "AWS::Organizations::Policy": "Organization policy",
    "AWS::Organizations::ResourcePolicy": "Resource policy of the organization",
}
"""Every resource type of AWS Organizations, and what a message calls it."""
ACCOUNT, POLICY = "AWS::Organizations::Account", "AWS::Organizations::Policy"

_KEPT_BY_AWS = ("FullAWSAccess", "RCPFullAWSAccess")
_IRREPLACEABLE = ("AWS::Organizations::Account", "AWS::Organizations::Organization")
_READING = ("organizations:describe", "organizations:list")


@rule(
    "HLZ-ORG-001",
    control="LZ-ORG-11",
    resource=tuple(KINDS),
    title="What AWS Organizations holds outlives its stack",
    fix="Set DeletionPolicy to Retain (or RetainExceptOnCreate) and UpdateReplacePolicy to Retain.",
)
def organizations_resources_are_kept(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Neither removing it from the template nor replacing it deletes it: that would close accounts, end guardrails.

    CloudFormation retains AWS::Organizations::Account without a DeletionPolicy as well; it is to be stated.

    In templates of others OUs and policies may go without; Delete is a finding.

    Cannot see: deletion outside CloudFormation.
    """
    if context.own or resource.deletion_policy == "Delete" or resource.type in _IRREPLACEABLE:
        yield from losses(resource, KINDS[resource.type])


@rule(
    "HLZ-ORG-002",
    control="LZ-ORG-11",
    resource="AWS::Organizations::Organization",
    title="The organization has all features",
    fix="Leave FeatureSet out or set it to ALL.",
)
def organization_has_all_features(organization: Resource, context: RuleContext) -> Iterator[Outcome]:
    """FeatureSet is ALL, which is also its default (CloudFormation schema). Without it no policy binds an account.

    Cannot see: which policy types and trusted services are enabled.
    """
    features = organization.text("FeatureSet")
    if features not in (None, "ALL"):
        yield Violation(
            f"Organization {organization.logical_id} has the feature set {features}; ALL is expected.", "FeatureSet"
        )


@rule(
    "HLZ-ORG-003",
    control="LZ-ORG-11",
    resource=POLICY,
    title="Organization policies are attached to something",
    fix="Name the root, OUs or accounts in TargetIds.",
)
def policies_have_targets(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """TargetIds names at least one root, OU or account. A policy without one binds nobody.

    Cannot see: attachments made outside the template, and whether accounts are below the target.
    """
    if not policy.items("TargetIds"):
        yield Violation(
            f"Policy {policy.logical_id} is attached to nothing; at least one target is expected.", "TargetIds"
        )


@rule(
    "HLZ-ORG-004",
    control="LZ-ORG-11",
    resource=POLICY,
    title="No stack manages the policies that AWS attaches everywhere",
    fix="Remove the resource; FullAWSAccess and RCPFullAWSAccess stay attached as AWS attaches them.",
)
def full_access_stays_attached(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """FullAWSAccess and RCPFullAWSAccess are no resources of a template: its TargetIds would detach them elsewhere.

    Below a target from which FullAWSAccess is detached everything is denied that no other policy allows.

    Cannot see: detachment outside the template.
    """
    name = policy.text("Name")
    if name in _KEPT_BY_AWS:
        yield Violation(
            f"Policy {policy.logical_id} is {name}, which would be detached wherever TargetIds does not name it; "
            "AWS keeps it attached.",
            "Name",
        )


@rule(
    "HLZ-ORG-005",
    control="LZ-ORG-12",
    resource="AWS::Organizations::ResourcePolicy",
    title="The organization's resource policy lets named accounts look and nobody change",
    fix="Name accounts or roles as principals, and only organizations:Describe... and organizations:List... actions.",
)
def delegation_is_for_reading(delegation: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every Allow names its principals and only actions that read; attaching, detaching, moving stay in management.

    Cannot see: delegated administrators that services register, which have permissions of their own.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        if not statement.allows:
            return
        subject = f"Resource policy {delegation.logical_id}"
        if statement.not_principal or any(is_world(principal) for _, principal in statement.principals):
            yield Violation(
                f"{subject}: {statement} admits everybody; named accounts or roles are expected.", statement.path
            )
        writing = ["NotAction"] if statement.not_action else sorted(_writing(statement))
        if writing:
            yield Violation(
                f"{subject}: {statement} allows {', '.join(writing)}; only organizations:Describe... and "
                "organizations:List... are expected.",
                statement.path,
            )

    yield from each(statements(delegation.value("Content"), "Content"), judge)


def _writing(statement: Statement) -> Iterator[str]:
    for action in statement.actions:
        text = text_of(action)
        if text is None:
            raise CannotEvaluate("an action of the resource policy is not known")
        if not text.lower().startswith(_READING):
            yield text


def _has_accounts(resource: Resource, context: RuleContext) -> bool:
    return any(context.template.of_type(ACCOUNT))


@template_rule(
    "HLZ-ORG-006",
    control="LZ-ORG-11",
    applies=_has_accounts,
    title="Every account has an e-mail of its own",
    fix="Give each account another Email; AWS takes an address once, of closed accounts too.",
)
def account_emails_are_unique(context: RuleContext) -> Iterator[Outcome]:
    """No two accounts of the template have the same Email, whatever the case of its letters.

    Cannot see: accounts of other templates, and addresses that AWS knows already.
    """
    holders: dict[str, str] = {}

    def judge(account: Resource) -> Iterator[Outcome]:
        email = account.text("Email") or ""
        other = holders.setdefault(email.lower(), account.logical_id)
        if other != account.logical_id:
            yield Violation(
                f"Account {account.logical_id} has the e-mail {email} of account {other}; one of its own is expected.",
                "Email",
                account.logical_id,
            )

    yield from each(context.template.of_type(ACCOUNT), judge)


@template_rule(
    "HLZ-ORG-007",
    control="LZ-ORG-11",
    applies=_has_accounts,
    title="Accounts are made one after the other",
    fix="Let each account depend on the one before (DependsOn).",
)
def accounts_are_chained(context: RuleContext) -> Iterator[Outcome]:
    """Of every two accounts of the template one comes after the other: AWS makes one at a time, a stack would fail.

    Source: AWS::Organizations::Account in the CloudFormation reference.

    Cannot see: accounts that another stack makes at the same time.
    """
    places: dict[int, list[str]] = defaultdict(list)
    for account, place in _places(context.template).items():
        places[place].append(account)
    for _, beside in sorted(places.items()):
        for account in beside[1:]:
            yield Violation(
                f"Account {account} may be made at the same time as account {beside[0]}; an order is expected.",
                "",
                account,
            )


def _places(template: Template) -> dict[str, int]:
    """How many accounts come before each account at least; two with the same number have no order."""
    before: dict[str, set[str]] = {id: set(_depends_on(template, id)) for id in template.resources}
    for use in template.uses:
        before[use.resource].add(use.target)
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise CannotEvaluate(f"resources depend on each other: {' -> '.join(error.args[1])}") from None
    accounts = {account.logical_id for account in template.of_type(ACCOUNT)}
    count: dict[str, int] = {}
    for id in order:
        count[id] = max((count[other] + (other in accounts) for other in before.get(id, ())), default=0)
    return {id: count[id] for id in order if id in accounts}


def _depends_on(template: Template, id: str) -> Iterator[str]:
    declared = template.document["Resources"][id].get("DependsOn", [])
    names = [declared] if isinstance(declared, str) else declared
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CannotEvaluate(f"DependsOn of {id} is no list of names")
    yield from names
