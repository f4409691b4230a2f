"""A rule over secrets that stand in a template, or get from it to where people read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.assurance.rules import Outcome, RuleContext, Violation, template_rule
from landing_zone.assurance.values import leaves

_NAME = re.compile(
    r"(passw(or)?d|passphrase|pwd|secret|token|api_?key|private_?key|access_?key|credential)s?$", re.IGNORECASE
)
_SECRET_PROPERTY = re.compile(
    r"(^|/)(SecretString|AuthToken|O?[Aa]uthToken|OAuthToken|OauthToken|AccessToken|ClientSecret|ApiKeyValue|"
    r"PreSharedKey|PrivateKey|PrivateKeyPassphrase|SecretKey|SecretAccessKey|MasterUserSecretString|KdcAdminPassword|"
    r"ConnectionProperties/PASSWORD)$"
)
_KEYS_OF_IAM = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
_TOKEN = re.compile(
    r"\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bsk_live_[A-Za-z0-9]{16,}|\bglpat-[A-Za-z0-9_-]{20}"
    r"|\bAIza[A-Za-z0-9_-]{35}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."
)
"""Tokens as GitHub, Slack, Stripe, GitLab, Google and JSON Web Tokens write them."""
_IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@$]*:(?P<secret>[^/\s:@${]+)@", re.IGNORECASE)
_IN_COMMAND = re.compile(
    r"(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|access[_-]?key)[\"']?\s*[:=]\s*[\"']?"
    r"(?P<secret>[^\s\"'$`{}<>%(),;]{8,})",
    re.IGNORECASE,
)
_COMMANDS = re.compile(
    r"(^|/)(UserData|Command|EntryPoint|BuildSpec|Content|Definition(String)?|commands?|Cmd|ZipFile|DefaultArguments|"
    r"Parameters|files|ConnectionProperties|ExtraConnectionAttributes|Value|Data)(/|$)"
)
_NO_SECRET = re.compile(r"(arn:|alias/|/|https?:|ssm:|true$|false$|\{\{|\*+$)", re.IGNORECASE)
_RESOLVED = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):")
_LISTS = re.compile(r"(^|/)(Environment|EnvironmentVariables|RuntimeEnvironmentVariables|OptionSettings)/\d+$")
_MAPS = re.compile(r"(^|/)(Environment/Variables|Variables|EnvironmentVariables|Environment|DefaultArguments)$")


@template_rule(
    "HLZ-TPL-020",
    control="LZ-KMS-04",
    title="Secrets neither stand in the template nor get from it to where people read them",
    fix="Refer to the secret where the service reads it itself (Secrets, ValueFrom, an ARN), and rotate this one.",
)
def secrets_stay_secret(context: RuleContext) -> Iterator[Outcome]:
    """No token, password or key stands in an address, command, variable, property or output of the template.

    A variable that takes a NoEcho parameter, or a secret by dynamic reference, is shown in clear by its service to
    whoever may describe it; an output is shown to whoever may see the stack. More than HLZ-TPL-002, which reads
    parameters, passwords and access key ids.

    Cannot see: secrets under harmless names, in assets or encoded.
    """
    hidden = _hidden_parameters(context.template.document)
    for resource in context.template.resources.values():
        found: set[str] = set()
        for path, value in _nodes(resource.properties):
            reason = _named_secret(path, value, hidden) or (_text_secret(path, value) if isinstance(value, str) else "")
            if reason and not any(path.startswith(earlier) for earlier in found):
                found.add(path)
                yield Violation(
                    f"{resource.logical_id} {reason} at {path}; a reference that the service reads is expected.",
                    path.replace("/", "."),
                    resource.logical_id,
                )
        if resource.type == "AWS::SSM::Parameter" and _is_secret_parameter(resource.logical_id, resource.properties):
            yield Violation(
                f"Parameter {resource.logical_id} keeps a secret in clear; Secrets Manager is expected.",
                "Value",
                resource.logical_id,
            )
    outputs = context.template.document.get("Outputs")
    for name, output in outputs.items() if isinstance(outputs, Mapping) else ():
        value = output.get("Value") if isinstance(output, Mapping) else None
        if _reaches_secret(value, hidden) or (isinstance(value, str) and _text_secret("", value)):
            yield Violation(f"Output {name} shows a secret; none is expected.", f"Outputs/{name}")


def _hidden_parameters(document: Mapping[str, Any]) -> frozenset[str]:
    parameters = document.get("Parameters")
    return frozenset(
        str(name)
        for name, parameter in (parameters.items() if isinstance(parameters, Mapping) else ())
        if isinstance(parameter, Mapping) and str(parameter.get("NoEcho", "")).lower() == "true"
    )


def _nodes(raw: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every part of the properties with its path, outer ones first."""
    if path:
        yield path, raw
    if isinstance(raw, Mapping):
        for key, item in raw.items():
            yield from _nodes(item, f"{path}/{key}" if path else str(key))
    elif isinstance(raw, list):
        for index, item in enumerate(raw):
            yield from _nodes(item, f"{path}/{index}" if path else str(index))


def _named_secret(path: str, value: Any, hidden: frozenset[str]) -> str:
    """Why a variable or property with a secret's name is one; "" if it is not."""
    parent, _, name = path.rpartition("/")
    if _SECRET_PROPERTY.search(path) and "TokenValidityUnits/" not in path and _is_literal(value):
        return "states a secret in clear"
    if isinstance(value, Mapping) and _LISTS.search(path):
        if value.get("Type", "PLAINTEXT") != "PLAINTEXT":
            return ""
        name, value = str(value.get("Name", value.get("OptionName", ""))), value.get("Value")
    elif not _MAPS.search(parent) or (isinstance(value, Mapping) and not _is_function(value)):
        return ""
    if name in _KEYS_OF_IAM:
        return "carries an access key as a variable"
    if _reaches_secret(value, hidden):
        return f"shows a secret in its variable {name}"
    return f"states a secret in its variable {name}" if _NAME.search(name) and _is_literal(value) else ""


def _is_function(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _text_secret(path: str, text: str) -> str:
    if _TOKEN.search(text):
        return "holds a token"
    if _IN_ADDRESS.search(text):
        return "holds an address with a password"
    if _COMMANDS.search(path) and any(_looks_secret(match["secret"]) for match in _IN_COMMAND.finditer(text)):
        return "holds a command or setting with a secret"
    return ""


def _looks_secret(text: str) -> bool:
    return not _NO_SECRET.match(text) and bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))


def _reaches_secret(value: Any, hidden: frozenset[str]) -> bool:
    for _, leaf in leaves(value):
        if isinstance(leaf, str) and _RESOLVED.search(leaf):
            return True
    return isinstance(value, Mapping) and (
        value.get("Ref") in hidden
        or any(f"${{{name}}}" in text for name in hidden for text in _subs(value.get("Fn::Sub")))
        or any(_reaches_secret(part, hidden) for part in _joined(value))
    )


def _subs(argument: Any) -> list[str]:
    template = argument[0] if isinstance(argument, list) and argument else argument
    return [template] if isinstance(template, str) else []


def _joined(value: Mapping[str, Any]) -> list[Any]:
    argument = value.get("Fn::Join")
    return argument[1] if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list) else []


def _is_literal(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not _NO_SECRET.match(value) and "{{resolve:" not in value


def _is_secret_parameter(logical_id: str, properties: Mapping[str, Any]) -> bool:
    name = properties.get("Name")
    last = name.rpartition("/")[2] if isinstance(name, str) else logical_id
    return bool(_NAME.search(last)) and _is_literal(properties.get("Value"))
