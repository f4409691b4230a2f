"""Rules over a template as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.assurance.rules import Outcome, RuleContext, Undecided, Violation, template_rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import Value, leaves, named

_SHORTEST_VARIANT = 4
_SHORTEST_SQUEEZED = 8
_SECRET_NAME = re.compile(
    r"(password|passwd|passphrase|secret(?!s?_?manager)|token|apikey|api_key|privatekey|private_key)"
    r"(?!.*(arn|name|id|path|length|days|hours|minutes|seconds|ttl|expiry|validity|policy|enabled|endpoint|ur[il]|"
    r"issuer|type|expiration|header|scope|prefix|table|bucket|queue|topic|provider|algorithm|limit|size|count|alias|"
    r"region|version|stage)$)",
    re.IGNORECASE,
)
_PASSWORD_PROPERTY = re.compile(r"(^|.*/)[A-Za-z]*Password$")
_SECRET_TEXT = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_DYNAMIC = "{{resolve:"


def _has_variant(resource: Resource, context: RuleContext) -> bool:
    return context.variant_id is not None


@template_rule(
    "HLZ-TPL-001",
    control="LZ-CHG-03",
    applies=_has_variant,
    title="The variant's id is nowhere in the template",
    fix="Give the resource an explicit name or description that does not come from the variant's id.",
)
def variant_id_is_absent(context: RuleContext) -> Iterator[Outcome]:
    """No name, description, tag, path or logical id contains the variant's id, in whatever case.

    Variants are regrouped when the manifest changes; an id inside the template would replace resources then. Ids of
    eight or more letters and digits are looked for with the other characters left out, too (logical ids drop them).

    Cannot see: hashes of the id, and ids shorter than four characters.
    """
    variant = (context.variant_id or "").lower()
    if len(variant) < _SHORTEST_VARIANT:
        yield Undecided(f"the variant's id {variant!r} is too short to be looked for")
        return
    squeezed = _squeezed(variant)
    if squeezed not in _squeezed(context.template.text):
        return
    for path, text in _texts(context.template.document):
        if variant in text.lower() or (len(squeezed) >= _SHORTEST_SQUEEZED and squeezed in _squeezed(text)):
            resource = path.split("/")[1] if path.startswith("Resources/") else ""
            yield Violation(
                f"{path} contains the variant's id {context.variant_id}; no trace of it is expected.",
                path.partition("/Properties/")[2] if resource else path,
                resource,
            )


def _squeezed(text: str) -> str:
    return _SEPARATORS.sub("", text.lower())


@template_rule(
    "HLZ-TPL-002",
    control="LZ-KMS-04",
    title="The template holds no secrets",
    fix="Keep the secret in Secrets Manager and refer to it with {{resolve:secretsmanager:...}} or by its ARN.",
)
def template_holds_no_secrets(context: RuleContext) -> Iterator[Outcome]:
    """Parameters named like secrets are NoEcho without Default; no literal stands in a password or secret variable.

    Looks at properties that end in Password, at environment variables with a secret's name (Lambda, ECS, CodeBuild),
    and everywhere for AWS access key ids and private keys. Names that end in Arn, Name, Id, Path, Url, a time unit and
    the like are taken to name a secret's place, not the secret.

    Cannot see: secrets under harmless names, in encoded user data or assets, and secrets that reach an environment
    variable by reference, where the service shows them in clear.
    """
    yield from _secret_parameters(context)
    passwords = "Password" in context.template.text
    for resource in context.template.resources.values():
        yield from _secret_literals(resource, passwords)
    if not _SECRET_TEXT.search(context.template.text):
        return
    for path, text in _texts(context.template.document):
        if _SECRET_TEXT.search(text):
            where = path.split("/")[1] if path.startswith("Resources/") else ""
            yield Violation(
                f"{path} holds an access key id or a private key; a reference to a secret is expected.",
                path.partition("/Properties/")[2] if where else path,
                where,
            )


def _secret_parameters(context: RuleContext) -> Iterator[Outcome]:
    parameters = context.template.document.get("Parameters", {})
    if not isinstance(parameters, Mapping):
        yield Undecided(f"Parameters is {named(parameters)} where a map is meant")
        return
    for name, parameter in parameters.items():
        if not _SECRET_NAME.search(str(name)):
            continue
        if not isinstance(parameter, Mapping):
            yield Undecided(f"parameter {name} is {named(parameter)} where a map is meant")
        elif str(parameter.get("Type", "")).startswith("AWS::SSM::"):
            continue
        elif str(parameter.get("NoEcho", "")).lower() != "true":
            yield Violation(f"Parameter {name} is shown in clear; NoEcho true is expected.", f"Parameters/{name}")
        elif "Default" in parameter:
            yield Violation(
                f"Parameter {name} has a default in the template; none is expected.", f"Parameters/{name}/Default"
            )


def _secret_literals(resource: Resource, passwords: bool) -> Iterator[Outcome]:
    if passwords:
        for path, value in leaves(_as_value(resource.properties)):
            if _PASSWORD_PROPERTY.match(path) and _is_literal(value):
                yield _literal(resource, path)
    for name, value, path in _variables(resource.properties):
        if _SECRET_NAME.search(name) and _is_literal(value):
            yield _literal(resource, path)


def _literal(resource: Resource, path: str) -> Violation:
    message = f"{resource.logical_id} states a secret in clear at {path}; a reference to a secret is expected."
    return Violation(message, path, resource.logical_id)


def _variables(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Environment variables as (name, value, path): Lambda's map, ECS's and CodeBuild's lists."""
    environment = properties.get("Environment")
    if isinstance(environment, Mapping):
        variables = environment.get("Variables")
        if isinstance(variables, Mapping):
            for name, value in variables.items():
                yield str(name), value, f"Environment/Variables/{name}"
        yield from _pairs(environment.get("EnvironmentVariables"), "Environment/EnvironmentVariables")
    containers = properties.get("ContainerDefinitions")
    for index, container in enumerate(containers if isinstance(containers, list) else []):
        if isinstance(container, Mapping):
            yield from _pairs(container.get("Environment"), f"ContainerDefinitions/{index}/Environment")


def _pairs(entries: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, Mapping) and entry.get("Type", "PLAINTEXT") == "PLAINTEXT":
            yield str(entry.get("Name", "")), entry.get("Value"), f"{path}/{index}/Value"


def _is_literal(value: Any) -> bool:
    return isinstance(value, str) and value.lower() not in ("", "true", "false") and _DYNAMIC not in value


def _as_value(raw: Any) -> Value:
    """Raw JSON seen as a value: what a template writes literally."""
    value: Value = raw
    return value


@template_rule(
    "HLZ-TPL-003",
    control="LZ-CHG-03",
    title="The template can be read as it will be deployed",
    fix="Write every resource as a map with Type and Properties, and expand macros before the check.",
)
def template_is_readable(context: RuleContext) -> Iterator[Outcome]:
    """Every resource is well formed, and no macro rewrites the template after the check.

    What other rules cannot read they skip; this rule says so. A macro or Fn::ForEach leaves the template not
    evaluated, a malformed part is a finding.

    Cannot see: property names and values that CloudFormation's schemas reject (cfn-lint's work).
    """
    for defect in context.template.defects:
        if defect.malformed:
            yield Violation(f"{defect.reason[0].upper()}{defect.reason[1:]}.", defect.path)
        else:
            yield Undecided(defect.reason)


def _texts(raw: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every key and every text of the document; a key comes with its own path."""
    if isinstance(raw, str):
        yield path, raw
    elif isinstance(raw, Mapping):
        for key, value in raw.items():
            inner = f"{path}/{key}" if path else str(key)
            yield inner, str(key)
            yield from _texts(value, inner)
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from _texts(value, f"{path}/{index}" if path else str(index))
