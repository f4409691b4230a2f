"""What theorems are parameterized with, as an LZA configuration says it (policies/invariants/values.yaml)."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from landing_zone.lza.configuration import Configuration
from landing_zone.lza.known_values import DEFAULT_PREFIX, partition_of
from landing_zone.lza.organization import MANDATORY_ACCOUNTS, OrganizationTree
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.organization import Values

ORGANIZATION_ID = "o-standin00000"
"""Stands for the id of the organization, which no configuration gives, where `ORGANIZATION_VARIABLE` is written."""
ORGANIZATION_VARIABLE = "${ORG_ID}"
_MANAGEMENT, _LOG_ARCHIVE, _AUDIT = MANDATORY_ACCOUNTS


def theorem_values(
    configuration: Configuration, tree: OrganizationTree, phi: Sequence[str], exempted: Sequence[str] = ()
) -> tuple[Values, tuple[str, ...]]:
    """The values, and what is assumed with them, in sentences. What the configuration does not say is left out.

    exempted: patterns of principals that policies exempt; those of the accelerator's own roles are its roles, too, so
    that an exemption which is wider than need be (without the dash) is told once, by whether it is closed.
    """
    data = policy_data("lza/policies")
    said, own = data["assumptions"], data["accelerator"]
    words = {"prefix": DEFAULT_PREFIX, "role": _text(configuration, "global", "managementAccountAccessRole")}
    pipeline = tuple(text.format(**words) for text in own["roles"] if "{role}" not in text or words["role"])
    stems = tuple(text.removesuffix("-*") for text in pipeline if text.endswith("-*"))
    wider = tuple(text for text in exempted if text.startswith(stems))
    covered = tuple(text.removesuffix("*") for text in wider if text.endswith("*"))
    # Whom no policy spares need not be left out, and nobody gains by posing as one of them.
    spared = (text for text in pipeline if any(fnmatchcase(text, pattern) for pattern in exempted))
    pipeline = tuple(dict.fromkeys((*(text for text in spared if not text.startswith(covered)), *wider)))
    control_tower = _flag(configuration, "global", "controlTower", "enable")
    platform = (*own["platform"], *(own["control_tower_roles"] if control_tower else ()))
    eligible = policy_data("services/hipaa_eligible")
    buckets = (*own["log_buckets"], *(own["control_tower_buckets"] if control_tower else ()))
    values: dict[str, tuple[str, ...]] = {
        "organization_id": (ORGANIZATION_ID,),
        "home_region": tree.regions[:1],
        "allowed_regions": tree.regions,
        "phi_targets": tuple(phi),
        "pipeline_principals": pipeline,
        "break_glass_principals": (),
        "platform_principals": platform,
        "log_archive_buckets": (*buckets, *_imported_bucket(configuration)),
        "locked_vaults": tuple(
            name.text for row in configuration.file("global").each("backup", "vaults") if (name := row.get("name"))
        ),
        "eligible_services": tuple(sorted({*eligible["eligible"], *eligible["features"], *eligible["control_plane"]})),
        "landing_zone_resources": tuple(text.format(**words) for text in own["resources"]),
        "log_groups": tuple(own["log_groups"]),
    }
    holders = {
        "management_account": _MANAGEMENT,
        "log_archive_account": _text(configuration, "global", "logging", "account") or _LOG_ARCHIVE,
        "security_account": _text(configuration, "security", "centralSecurityServices", "delegatedAdminAccount")
        or _AUDIT,
        "network_account": _text(configuration, "network", "centralNetworkServices", "delegatedAdminAccount")
        or "Network",
    }
    for value, holder in holders.items():
        if account := tree.account(holder):
            values[value] = (account.id,)
    # LZA keeps copies of backups in no account of their own; one that is named so may.
    values["backup_account"] = tuple(one.id for one in tree.accounts if "backup" in one.name.lower())
    left_out = () if values["locked_vaults"] else ("locked_vaults",)
    notes = [
        *([said["pipeline"].format(principals=", ".join(pipeline))] if pipeline else ()),
        said["organization"].format(id=ORGANIZATION_ID),
        *([said["accounts"]] if any(one.stand_in for one in tree.accounts) else ()),
        *(said[name] for name in ("full_access", "services", "break_glass")),
        *([said["control_tower"]] if control_tower else ()),
    ]
    return {name: texts for name, texts in values.items() if name not in left_out and _given(name, texts)}, tuple(notes)


def partition(configuration: Configuration) -> str:
    """The partition of the home Region."""
    return partition_of(_text(configuration, "global", "homeRegion"))


def _given(name: str, texts: Sequence[str]) -> bool:
    return bool(texts) or name not in ("home_region", "allowed_regions")


def _imported_bucket(configuration: Configuration) -> tuple[str, ...]:
    name = _text(configuration, "global", "logging", "centralLogBucket", "importedBucket", "name")
    return (name,) if name and "$" not in name and "{" not in name else ()


def _text(configuration: Configuration, file: str, *steps: str) -> str:
    found = configuration.file(file).get(*steps)
    return found.text if found and not found.unresolved else ""


def _flag(configuration: Configuration, file: str, *steps: str) -> bool:
    found = configuration.file(file).get(*steps)
    return bool(found and found.flag())
