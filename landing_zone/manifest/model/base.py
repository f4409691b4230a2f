"""What every part of the manifest is made of: strict frozen sections and the scalar types."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import AddressValueError, IPv4Network, IPv6Network, NetmaskValueError
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

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


def _one_or_many(value: Any) -> Any:
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
    bad = next((c for c in text if not c.isprintable()), None)
    if bad is not None:
        raise PydanticCustomError(
            "text", "holds the unprintable character U+{code}; remove it", {"code": f"{ord(bad):04X}"}
        )
    return text


def _pattern(pattern: str, meaning: str, example: str) -> AfterValidator:
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise PydanticCustomError(
                "pattern",
                "{found} is not {meaning}; an example: {example}",
                {"found": excerpt(text), "meaning": meaning, "example": example},
            )
        return text

    return AfterValidator(check)


_SLUG = r"[a-z]([a-z0-9-]{0,48}[a-z0-9])?"
_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"

Slug = Annotated[
    str,
    _pattern(_SLUG, "a name (lower-case letters, digits and hyphens, 1 to 50 characters)", "ehr-production"),
    Field(json_schema_extra={"pattern": f"^{_SLUG}$"}),
]
OuPath = Annotated[
    str,
    _pattern(rf"{_SLUG}(/{_SLUG}){{0,4}}|root", "an OU path (names joined by /, at most 5 deep)", "phi/production"),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_text)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_text)]
Email = Annotated[
    str,
    StringConstraints(max_length=254),
    _pattern(_EMAIL, "an e-mail address", "security@riverside.example"),
    Field(json_schema_extra={"format": "email"}),
]
EmailPattern = Annotated[
    str,
    StringConstraints(max_length=254),
    _pattern(
        r"[A-Za-z0-9._%+-]*(\{account\})?[A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
        "an e-mail address or a pattern with {account} before the @",
        "aws+{account}@riverside.example",
    ),
]
Phone = Annotated[
    str, _pattern(r"[+]?[0-9][0-9 ().-]{4,19}", "a telephone number with country code", '"+1 555 0100"')
]
AccountId = Annotated[str, _pattern(r"[0-9]{12}", "an account id (12 digits, quoted)", '"123456789012"')]
OrganizationId = Annotated[str, _pattern(r"o-[a-z0-9]{10,32}", "an organization id", "o-a1b2c3d4e5")]
RegionCode = Annotated[str, AfterValidator(_region), Field(json_schema_extra={"enum": list(regions())})]
Cidr = Annotated[str, AfterValidator(_private_network)]
Cidrs = Annotated[
    tuple[Cidr, ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
IpAddress = Annotated[
    str, _pattern(r"(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}", "an IPv4 address", "203.0.113.7")
]
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_tag_value)]
TagValue = Annotated[str, StringConstraints(max_length=256), AfterValidator(_tag_value)]
Owner = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_tag_value)]
Date = Annotated[str, _pattern(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", "a date", "2027-06-30"), AfterValidator(_calendar_date)]
Service = Annotated[
    str, _pattern(r"[a-z][a-z0-9.-]{0,62}", "an AWS service name as in its endpoint", "secretsmanager")
]
Controls = Annotated[str, _pattern(r"[A-Za-z][\w.()\[\]:/-]{1,120}", "a rule or control id", "HLZ-NET-003")]
