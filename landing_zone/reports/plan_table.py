"""The plan as JSON for machines and as a table for people."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from landing_zone.plan.make import Planned
from landing_zone.plan.model import Deployment
from landing_zone.reports.organization_text import organization_lines, organization_row

SHOWN_CHANGES = 10


def plan_document(planned: Planned, written: str | None) -> dict[str, Any]:
    """The `--json` document of `hlz plan`. Values that are not known yet are null."""
    plan = planned.plan
    return {
        "environments": len(plan.environments),
        "variants": len(plan.variants),
        "withheld": len(plan.withheld),
        "organization": organization_row(planned.organization),
        "lock": {"stale": list(planned.stale) if not written else [], "written": written},
        "deployments": [_row(deployment, plan.withheld.get(deployment.name)) for deployment in plan.deployments],
    }


def _row(deployment: Deployment, withheld: str | None) -> dict[str, Any]:
    return {
        "name": deployment.name,
        "role": deployment.variant.role,
        "variant": deployment.variant.id,
        "account": deployment.environment.account,
        "account_id": deployment.account_id,
        "region": deployment.environment.region,
        "values": {value.name: value.text for value in deployment.values},
        "tags": dict(deployment.tags),
        "depends_on": list(deployment.depends_on),
        "withheld": withheld,
    }


def plan_text(planned: Planned, document: dict[str, Any], manifest: Path, *, brief: bool) -> str:
    """A line for each account with its Regions, ranges and roles, then totals and the state of the lock."""
    lines = [] if brief else [*_table(planned), "", *organization_lines(planned.organization), ""]
    lines.append(
        f"{len(planned.plan.deployments)} deployments of {document['variants']} variants in "
        f"{document['environments']} environments."
    )
    lines += [f"{count} withheld: {reason}" for reason, count in planned.plan.withheld_reasons.items()]
    if written := document["lock"]["written"]:
        lines.append(f"Wrote {written}.")
    elif planned.stale:
        changes = [f"  {change}" for change in planned.stale[:SHOWN_CHANGES]]
        if len(planned.stale) > SHOWN_CHANGES:
            changes.append(f"  and {len(planned.stale) - SHOWN_CHANGES} more")
        lines += ["The lock is stale:", *changes, f"Run `hlz plan --write -m {manifest}`."]
    return "\n".join(lines)


def _table(planned: Planned) -> list[str]:
    accounts: dict[str, list[Deployment]] = defaultdict(list)
    for deployment in planned.plan.deployments:
        accounts[deployment.environment.account].append(deployment)
    cells = [("ACCOUNT", "REGIONS AND RANGES", "ROLES", "")]
    for account, deployments in sorted(accounts.items()):
        ranges = {d.environment.region: "" for d in deployments}
        for deployment in deployments:
            for value in deployment.values:
                if value.name == "VpcCidr":
                    ranges[deployment.environment.region] = value.text or ""
        places = "  ".join(f"{region} {cidr}".strip() for region, cidr in sorted(ranges.items()))
        roles = " ".join(dict.fromkeys(sorted(d.variant.role for d in deployments)))
        reasons = Counter(planned.plan.withheld[d.name] for d in deployments if d.name in planned.plan.withheld)
        reason = f"withheld: {reasons.most_common(1)[0][0]}" if reasons else ""
        cells.append((account, places, roles, reason))
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]
