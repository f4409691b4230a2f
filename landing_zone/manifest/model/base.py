"""What every part of the manifest is made of: strict frozen sections and the scalar types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from ipaddress import AddressValueError, IPv4Network, IPv6Network, NetmaskValueError
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from landing_zone.fault import excerpt, nearest
from landing_zone.manifest.regions import regions


class Section(BaseModel):
    """A part of the manifest: unknown keys are errors, nothing is converted silently, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


DataClass = Literal["phi", "deidentified", "synthetic", "none"]
RecoveryTier = Literal["none", "backup-restore", "pilot-light", "warm-standby", "active-active"]
GuardrailProfile = Literal["foundation", "infrastructure", "phi", "nonphi", "sandbox", "quarantine"]
Severity = Literal["critical", "high", "medium", "low"]


def _region(code: str) -> str:
    if code not in regions():
        raise PydanticCustomError(
            "region",
            "unknown Region {found}; allowed: {allowed}",
            {"found": excerpt(code), "allowed": ", ".join(regions()), "hint": nearest(code, regions())},
        )
    return code


def _ipv4_network(text: str) -> str:
    if ":" in text:
        try:
            IPv6Network(text, strict=False)
        except ValueError:
            pass
        else:
            raise PydanticCustomError("cidr", "{found} is IPv6; an IPv4 network is meant", {"found": excerpt(text)})
    if not re.fullmatch(r"[0-9.]{7,15}/[0-9]{1,2}", text, re.ASCII):
        raise PydanticCustomError(
            "cidr", "{found} is not an IPv4 network; written as in 10.0.0.0/16", {"found": excerpt(text)}
        )
    try:
        loose = IPv4Network(text, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise PydanticCustomError(
            "cidr", "{found} is not an IPv4 network; written as in 10.0.0.0/16", {"found": excerpt(text)}
        ) from None
    if text != str(loose):
        raise PydanticCustomError(
            "cidr",
            "{found} is not written as a network: it has host bits or padding",
            {"found": excerpt(text), "hint": f"write {loose}"},
        )
    return text


_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))


def _private_network(text: str) -> str:
    network = IPv4Network(_ipv4_network(text))
    if not any(network.subnet_of(block) for block in _PRIVATE):
        raise PydanticCustomError(
            "cidr",
            "{found} is not private; allowed are networks inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 "
            "and 100.64.0.0/10",
            {"found": excerpt(text)},
        )
    return text


def one_or_many(value: Any) -> Any:
    """A text as a list of one, for fields that take both."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _tag_value(text: str) -> str:
    bad = next((c for c in text if not (c.isalnum() or c in " _.:/=+-@")), None)
    if bad is not None:
        raise PydanticCustomError(
            "tag",
            "character {found} is not allowed in a tag; letters, digits, spaces and _.:/=+-@ are",
            {"found": excerpt(bad)},
        )
    return text


def _calendar_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date", "{found} is not a day of the calendar", {"found": excerpt(text)}) from None
    return text


def _text(text: str) -> str:
    expression = next((mark for mark in ("${", "{{resolve:") if mark in text), None)
    if expression:
        raise PydanticCustomError(
            "text", "holds '{mark}', which CloudFormation reads as an expression; remove it", {"mark": expression}
        )
    return _printable(text, allowed="")


def _policy_text(text: str) -> str:
    if "{{resolve:" in text:
        raise PydanticCustomError("text", "holds '{{resolve:', which CloudFormation reads as an expression; remove it")
    return _printable(text, allowed="")


def _prose(text: str) -> str:
    return _printable(text.strip(), allowed="\n")


def _printable(text: str, *, allowed: str) -> str:
    bad = next((c for c in text if not (c.isprintable() or c in allowed)), None)
    if bad is not None:
        raise PydanticCustomError(
            "text", "holds the unprintable character U+{code}; remove it", {"code": f"{ord(bad):04X}"}
        )
    if not text.strip():
        raise PydanticCustomError("text", "is blank; some text is needed")
    return text


def _format_version(value: Any) -> Any:
    if isinstance(value, bool | float):  # both equal 1 for Python
        raise PydanticKnownError("int_type")
    return value


@dataclass(frozen=True)
class _Pattern:
    """A text that matches `pattern` as a whole; the JSON Schema gets the pattern and the example."""

    pattern: str
    meaning: str
    example: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^({self.pattern})$", "examples": [self.example]}

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text, re.ASCII):
            raise PydanticCustomError(
                "pattern",
                "{found} is not {meaning}; an example: {example}",
                {"found": excerpt(text), "meaning": self.meaning, "example": self.example},
            )
        return text


_SLUG = r"[a-z]([a-z0-9-]{0,48}[a-z0-9])?"

_DOMAIN = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_LOCAL = "[A-Za-z0-9._%+-]"
_OCTET = r"(25[0-5]|2[0-4]\d|1?\d?\d)"

Version = Annotated[Literal[1], BeforeValidator(_format_version)]
Slug = Annotated[
    str, _Pattern(_SLUG, "a name (lower-case letters, digits and hyphens, 1 to 50 characters)", "ehr-production")
]
OuPath = Annotated[
    str,
    _Pattern(rf"{_SLUG}(/{_SLUG}){{0,4}}|root", "an OU path (names joined by /, at most 5 deep)", "phi/production"),
]
KeyArn = Annotated[
    str,
    _Pattern(
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/mrk-[0-9a-f]{32}",
        "the ARN of a multi-Region key",
        "arn:aws:kms:us-east-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef",
    ),
]
CertificateArn = Annotated[
    str,
    _Pattern(
        r"arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "the ARN of an ACM certificate",
        "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
    ),
]
HostName = Annotated[
    str,
    StringConstraints(max_length=128),
    _Pattern(r"([a-z0-9-]+\.)+[a-z]{2,}", "a host name in lower case", "visits.riverside.example"),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_prose)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_text)]
SuricataText = Annotated[str, StringConstraints(min_length=1, max_length=8192), AfterValidator(_text)]
Email = Annotated[
    str,
    StringConstraints(max_length=254),
    _Pattern(f"{_LOCAL}+@{_DOMAIN}", "an e-mail address", "security@riverside.example"),
    Field(json_schema_extra={"format": "email"}),
]
EmailPattern = Annotated[
    str,
    StringConstraints(max_length=254),
    _Pattern(
        rf"({_LOCAL}+|{_LOCAL}*\{{account\}}{_LOCAL}*)@{_DOMAIN}",
        "an e-mail address or a pattern with {account} before the @",
        "aws+{account}@riverside.example",
    ),
]
Phone = Annotated[
    str, _Pattern(r"[+]?[0-9][0-9 ().-]{4,19}", "a telephone number with country code, quoted", "+1 555 0100")
]
AccountId = Annotated[str, _Pattern(r"[0-9]{12}", "an account id (12 digits, quoted)", "123456789012")]
OrganizationId = Annotated[str, _Pattern(r"o-[a-z0-9]{10,32}", "an organization id", "o-a1b2c3d4e5")]
RegionCode = Annotated[str, AfterValidator(_region), Field(json_schema_extra={"enum": list(regions())})]
Cidr = Annotated[str, AfterValidator(_private_network), Field(examples=["10.0.0.0/16"])]
Cidrs = Annotated[
    tuple[Cidr, ...],
    Field(min_length=1),
    BeforeValidator(one_or_many, json_schema_input_type=Cidr | Annotated[tuple[Cidr, ...], Field(min_length=1)]),
]
IpAddress = Annotated[str, _Pattern(rf"{_OCTET}(\.{_OCTET}){{3}}", "an IPv4 address", "203.0.113.7")]
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_tag_value)]
TagValue = Annotated[str, StringConstraints(max_length=256), AfterValidator(_tag_value)]
Owner = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_tag_value)]
Date = Annotated[str, _Pattern(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", "a date", "2027-06-30"), AfterValidator(_calendar_date)]
Service = Annotated[str, _Pattern(r"[a-z][a-z0-9.-]{0,62}", "an AWS service name as in its endpoint", "secretsmanager")]
RuleId = Annotated[str, _Pattern(r"[A-Za-z][\w.()\[\]:/-]{1,120}", "a rule or control id", "HLZ-NET-003")]
RoleName = Annotated[str, _Pattern(r"[a-z][a-z0-9_-]{0,60}", "a stack role", "workload_network")]
IamPath = Annotated[
    str, _Pattern(r"[A-Za-z0-9_+=,.@-]+(/[A-Za-z0-9_+=,.@-]+)*", "an IAM name with its path", "github-deploy")
]
IamPathPattern = Annotated[
    str,
    _Pattern(
        r"[A-Za-z0-9_+=,.@-][A-Za-z0-9_+=,.@/*-]*",
        "an IAM name with its path (* for anything)",
        "platform-admin",
    ),
]
RelativeFolder = Annotated[
    str, _Pattern(r"(?!/)(?!.*(^|/)\.\.(/|$))[\w./-]{1,200}", "a folder beside the manifest, without ..", "guardrails")
]
ParameterName = Annotated[str, _Pattern(r"[A-Z][A-Za-z0-9]{0,63}", "a parameter name in PascalCase", "TrustedVendor")]
RootId = Annotated[str, _Pattern(r"r-[0-9a-z]{4,32}", "the id of an organization's root", "r-a1b2")]
UnitId = Annotated[str, _Pattern(r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}", "the id of an OU", "ou-a1b2-c3d4e5f6")]
DirectConnectGatewayId = Annotated[
    str,
    _Pattern(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "the id of a Direct Connect gateway",
        "01234567-89ab-cdef-0123-456789abcdef",
    ),
]
TransitGatewayId = Annotated[str, _Pattern(r"tgw-[0-9a-f]{17}", "the id of a transit gateway", "tgw-0123456789abcdef0")]
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
DomainName = Annotated[
    str, _Pattern(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*", "a domain name in lower case", "aws.riverside.example")
]
DomainListId = Annotated[
    str, _Pattern(r"rslvr-fdl-[0-9a-z]{8,40}", "the id of a DNS Firewall domain list", "rslvr-fdl-2c46f2ecbfec4dcc")
]
TransitAttachmentId = Annotated[
    str, _Pattern(r"tgw-attach-[0-9a-f]{17}", "the id of an attachment", "tgw-attach-0123456789abcdef0")
]
InstanceArn = Annotated[
    str,
    _Pattern(
        r"arn:aws:sso:::instance/(sso)?ins-[a-zA-Z0-9.-]{16}",
        "the ARN of an Identity Center instance",
        "arn:aws:sso:::instance/ssoins-1234567890abcdef",
    ),
]
PermissionSetName = Annotated[
    str, _Pattern(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?", "a permission set's name (at most 32 characters)", "phi-operator")
]
ManagedPolicy = Annotated[
    str,
    _Pattern(
        r"(arn:aws:iam::aws:policy/)?[\w+=,.@-]+(/[\w+=,.@-]+)*",
        "an AWS managed policy (its name with its path, or its ARN)",
        "job-function/ViewOnlyAccess",
    ),
]
PolicyText = Annotated[str, StringConstraints(min_length=1, max_length=512), AfterValidator(_policy_text)]
Texts = Annotated[
    tuple[PolicyText, ...], BeforeValidator(one_or_many, json_schema_input_type=str | list[str]), Field(min_length=1)
]
ResourceName = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_text)]
