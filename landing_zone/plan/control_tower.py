"""AWS Control Tower: which OUs it registers, which controls each gets, and the landing zone's own document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.policy_data import policy_data

LOG_ACCOUNT = "log-archive"
SECURITY_ACCOUNT = "security"
"""Control Tower's audit account: its security roles and, from version 4.0 on, AWS Config's bucket are there."""
EVERY_OU = "foundation"
UNREGISTERED_PROFILE = "quarantine"
EXEMPTED_PRINCIPALS = "ExemptedPrincipalArns"


@dataclass(frozen=True)
class LandingZoneVersion:
    """A landing zone version. baseline: version of AWSControlTowerBaseline; makes_security_ou: Control Tower does."""

    number: str
    baseline: str
    makes_security_ou: bool


@dataclass(frozen=True)
class TowerControl:
    """An optional control. arn_id: its id in AWS Control Catalog; exempt: groups of principals it does not bind."""

    id: str
    arn_id: str
    title: str
    behavior: Literal["preventive", "detective"]
    invariants: tuple[str, ...]
    profiles: tuple[str, ...]
    parameters: Mapping[str, Any]
    exempt: tuple[str, ...]

    def is_for(self, profile: str) -> bool:
        """Whether OUs with a guardrail profile get it."""
        return EVERY_OU in self.profiles or profile in self.profiles


def facts() -> Mapping[str, Any]:
    """`policies/control_tower/landing_zone.yaml`."""
    data: Mapping[str, Any] = policy_data("control_tower/landing_zone")
    return data


@cache
def versions() -> Mapping[str, LandingZoneVersion]:
    """The landing zone versions that are known, oldest first."""
    rows = facts()["versions"]
    return {
        number: LandingZoneVersion(number, row["baseline"], row["security_ou"] == "control_tower")
        for number, row in sorted(rows.items())
    }


@cache
def controls() -> tuple[TowerControl, ...]:
    """Every optional control that matches our guardrails."""
    return tuple(
        TowerControl(
            id=row["id"],
            arn_id=row["arn"],
            title=row["title"],
            behavior=row["behavior"],
            invariants=tuple(row["invariants"]),
            profiles=tuple(row["profiles"]),
            parameters=row.get("parameters", {}),
            exempt=tuple(row.get("exempt", ())),
        )
        for row in policy_data("control_tower/controls")["controls"]
    )


def security_unit(manifest: Manifest) -> str:
    """Path of the OU of Control Tower's two accounts, which the landing zone governs itself."""
    return next(account.ou for account in tree.accounts(manifest) if account.name == LOG_ACCOUNT)


def registered_units(manifest: Manifest, profiles: Mapping[str, str]) -> list[str]:
    """OUs that Control Tower registers, every one after its parent.

    profiles: guardrail profile by path. All but the Security OU, to which baselines do not apply, and what is in
    quarantine: accounts that are closed are nothing to enrol. What is below such an OU cannot be registered either.
    """
    left_out = {security_unit(manifest)}
    left_out |= {path for path in tree.units(manifest) if profiles[path] == UNREGISTERED_PROFILE}
    return [path for path in tree.units(manifest) if not left_out & {path, *above(path)}]


def above(path: str) -> list[str]:
    """The OUs above an OU, the nearest first."""
    steps = path.split("/")
    return ["/".join(steps[:length]) for length in range(len(steps) - 1, 0, -1)]


def assignments(units: Sequence[str], profiles: Mapping[str, str]) -> list[tuple[str, TowerControl]]:
    """Which OU gets which control. A preventive one is left out where an OU above has it, for it reaches down."""
    registered = set(units)

    def is_wanted(path: str, control: TowerControl) -> bool:
        inherits = control.behavior == "preventive" and any(
            control.is_for(profiles[parent]) for parent in above(path) if parent in registered
        )
        return control.is_for(profiles[path]) and not inherits

    return [(path, control) for path in units for control in controls() if is_wanted(path, control)]


def exempted(control: TowerControl, qualifier: str) -> list[str]:
    """Patterns of the principals that a control does not bind."""
    groups = policy_data("guardrails/principals")
    patterns: Iterable[str] = (pattern for name in control.exempt for pattern in groups[name]["principals"])
    return [pattern.replace("${Qualifier}", qualifier) for pattern in patterns]


def landing_zone_document(
    version: str,
    *,
    regions: Sequence[str],
    retention_days: Mapping[str, int],
    log_account: str,
    security_account: str,
    key_arn: str,
    security_ou: str | None,
) -> dict[str, Any]:
    """The landing zone's own manifest, as Control Tower takes it. Ids and the key's ARN may be tokens.

    Identity Center and AWS Backup stay ours: Control Tower's integrations would bring administrators' permission sets
    into PHI accounts and a second set of backup plans. security_ou: AWS's name of the OU, where Control Tower makes it.
    """
    audit, configuration = retention_days["audit_trail"], retention_days["configuration"]
    access = retention_days["access_logs"]
    document: dict[str, Any] = {
        "accessManagement": {"enabled": False},
        "backup": {"enabled": False},
        "governedRegions": list(regions),
    }
    if versions()[version].makes_security_ou:  # one bucket for trail and AWS Config
        return document | {
            "organizationStructure": {"security": {"name": security_ou}},
            "centralizedLogging": _recording(log_account, max(audit, configuration), access, key_arn),
            "securityRoles": {"accountId": security_account},
        }
    return document | {
        "centralizedLogging": _recording(log_account, audit, access, key_arn),
        "config": _recording(security_account, configuration, access, key_arn),
        "securityRoles": {"enabled": True, "accountId": security_account},
    }


def _recording(account: str, days: int, access_days: int, key_arn: str) -> dict[str, Any]:
    return {
        "enabled": True,
        "accountId": account,
        "configurations": {
            "loggingBucket": {"retentionDays": days},
            "accessLoggingBucket": {"retentionDays": access_days},
            "kmsKeyArn": key_arn,
        },
    }
