"""Rules over Secrets Manager and stored parameters: secrets rotate, and none stands in the template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.presence import those_that
from landing_zone.assurance.library.schedules import hours_between
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Reference, Symbolic, Unresolved, Value, text_of

_SECRET = "AWS::SecretsManager::Secret"
_SCHEDULE = "AWS::SecretsManager::RotationSchedule"
_ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"
_LONGEST_DAYS = 90
_SECRET_NAME = re.compile(
    r"(password|passwd|passphrase|secret|token|api_?-?key|private_?-?key|credential|connection_?-?string)"
    r"(?!.*(arn|name|id|path|length|days|ttl|policy|url|endpoint|version|rotation)$)",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"\s*|arn:.*|/.*|https?://[^@]*|true|false|none|\d{1,3}|.*(secretsmanager|ssm):.*", re.DOTALL)


def _is_judged(secret: Resource, context: RuleContext) -> bool:
    return not context.own


@rule(
    "HLZ-SEC-010",
    control="LZ-KMS-04",
    resource=_SECRET,
    applies=_is_judged,
    title="Secrets rotate",
    fix="Add an AWS::SecretsManager::RotationSchedule for the secret, or for its SecretTargetAttachment.",
)
def secrets_rotate(secret: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A rotation schedule of the template speaks of the secret, itself or by its attachment to a database.

    Our own stacks are judged by HIPAA.Security-SecretsManagerRotationEnabled.

    Cannot see: rotation set up elsewhere, and whether the function succeeds.
    """
    schedules = list(context.template.of_type(_SCHEDULE))
    if not those_that(schedules, lambda schedule: _speaks_of(schedule.known("SecretId"), secret, context)):
        yield Violation(f"Secret {secret.logical_id} never changes; an {_SCHEDULE} is expected.")


def _speaks_of(value: Value, secret: Resource, context: RuleContext) -> bool:
    if isinstance(value, Reference):
        target = context.template.resources.get(value.logical_id)
        if target is not None and target.type == _ATTACHMENT:
            return _speaks_of(target.known("SecretId"), secret, context)
        return value.logical_id == secret.logical_id
    name = text_of(secret.value("Name"))
    return name is not None and text_of(value) == name


@rule(
    "HLZ-SEC-011",
    control="LZ-KMS-04",
    resource=_SCHEDULE,
    title="Secrets rotate at least every 90 days",
    fix="Set RotationRules with AutomaticallyAfterDays of at most 90, or a ScheduleExpression that runs as often.",
)
def secrets_rotate_often(schedule: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The schedule states days, or an expression, of at most 90 days between two rotations.

    Security Hub asks for 90 days (SecretsManager.4). A schedule without rules rotates once and then never.

    Cannot see: whether the function succeeds.
    """
    days = schedule.number("RotationRules.AutomaticallyAfterDays")
    expression = schedule.text("RotationRules.ScheduleExpression")
    found = days if days is not None else (hours_between(expression) / 24 if expression else None)
    if found is None:
        yield Violation(
            f"Schedule {schedule.logical_id} says nothing of when; RotationRules are expected.", "RotationRules"
        )
    elif found > _LONGEST_DAYS:
        yield Violation(
            f"Schedule {schedule.logical_id} rotates every {found:.0f} days; at most {_LONGEST_DAYS} are expected.",
            "RotationRules",
        )


@rule(
    "HLZ-SEC-012",
    control="LZ-KMS-04",
    resource=_SECRET,
    title="Secrets are not written into the template",
    fix="Use GenerateSecretString, or write the value after deployment.",
)
def secrets_are_generated(secret: Resource, context: RuleContext) -> Iterator[Outcome]:
    """SecretString is no literal with a secret in it; a map of user names, hosts and ports is none.

    Cannot see: values that a parameter brings in; whoever may read the stack may read a parameter without NoEcho.
    """
    value = secret.value("SecretString")
    if isinstance(value, Unresolved) or value is MISSING or isinstance(value, Reference):
        return
    text = text_of(value) or ""
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = text
    entries = parsed if isinstance(parsed, Mapping) else {"secret": parsed}
    literal = [key for key, held in entries.items() if _SECRET_NAME.search(str(key)) and _is_secret(held)]
    if literal:
        yield Violation(
            f"Secret {secret.logical_id} states its value in the template; GenerateSecretString is expected.",
            "SecretString",
        )


def _is_secret(held: object) -> bool:
    return isinstance(held, str) and bool(held) and "${" not in held and "{{resolve:" not in held


@rule(
    "HLZ-SSM-001",
    control="LZ-KMS-04",
    resource="AWS::SSM::Parameter",
    title="Stored parameters hold no secrets",
    fix="Keep the secret in Secrets Manager; a parameter that CloudFormation makes is never encrypted.",
)
def parameters_hold_no_secrets(parameter: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A parameter whose name, id or description speaks of a secret holds a literal that could be one.

    ARNs, paths, addresses without credentials, numbers and references are taken to name a secret's place.

    Cannot see: secrets under harmless names, and values decided at deployment.
    """
    value = parameter.value("Value")
    text = text_of(value)
    if text is None or isinstance(text, Symbolic) or _HARMLESS.fullmatch(text):
        return
    called = [parameter.logical_id, text_of(parameter.value("Name")) or ""]
    if any(_SECRET_NAME.search(name.rpartition("/")[2]) for name in called):
        yield Violation(
            f"Parameter {parameter.logical_id} holds a secret in clear; a secret of Secrets Manager is expected.",
            "Value",
        )
