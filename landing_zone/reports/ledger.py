"""The ledger of a checked plan, for `ledger.json` beside an assembly."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from landing_zone.assembly.cache import tool_versions
from landing_zone.assembly.synthesis import Checked, acknowledged_rows
from landing_zone.assembly.values import judged_values
from landing_zone.assurance.controls import controls
from landing_zone.assurance.finding import Finding
from landing_zone.assurance.ledger.build import Guardrail, Setting, ShapeVerdict, control_entries
from landing_zone.assurance.ledger.model import Deployment, Ledger, VariantScope
from landing_zone.operations.settings.readings import read_back_on
from landing_zone.operations.settings.table import settings_table
from landing_zone.plan.lock import lock_text
from landing_zone.policy_data import POLICIES

LEDGER_JSON = "ledger.json"


def ledger_of_plan(checked: Checked, theorems: Sequence[Mapping[str, Any]]) -> Ledger:
    """The ledger of a plan that may be written. theorems: rows of the proofs' document."""
    manifest, plan = checked.loaded.manifest, checked.planned.plan
    runs: dict[str, int] = defaultdict(int)
    for run in checked.report.runs:
        runs[run.rule] += len(run.resources)
    return Ledger(
        organization=manifest.organization.name,
        provenance={
            "manifest_sha256": checked.loaded.digest,
            "lock_sha256": sha256(lock_text(checked.planned.lock).encode()).hexdigest(),
            "sources_sha256": checked.sources_sha256,
            "policies_sha256": policies_sha256(),
            "tools": tool_versions(),
        },
        manifest=manifest.model_dump(mode="json", by_alias=True),
        account_ids={name: account.id for name, account in sorted(checked.planned.lock.accounts.items())},
        controls=control_entries(
            _shapes(checked),
            judged_values(manifest, plan),
            _guardrails(checked),
            theorems,
            _settings(checked),
        ),
        variants=tuple(_scopes(checked)),
        theorems=tuple(theorems),
        findings=tuple(finding.as_json() for finding in checked.report.findings),
        acknowledged=tuple(acknowledged_rows(checked)),
        excepted=tuple(entry.as_json() for entry in checked.excepted),
        not_evaluated=tuple(entry.as_json() for entry in checked.report.not_evaluated),
        rules=dict(sorted(runs.items())),
        withheld=plan.withheld,
    )


def ledger_json(ledger: Ledger) -> str:
    """The ledger as text, the same for the same ledger."""
    return json.dumps(ledger.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


@cache
def policies_sha256() -> str:
    """One hash over the names and contents of all policy files."""
    digest = sha256()
    for path in sorted(POLICIES.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(POLICIES).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _shapes(checked: Checked) -> Iterator[ShapeVerdict]:
    acknowledged = {id(finding) for finding, _ in checked.acknowledged}
    for variant in checked.variants.values():
        types: dict[str, list[str]] = defaultdict(list)
        for logical_id, raw in variant.template.get("Resources", {}).items():
            types[raw["Type"]].append(logical_id)
        open_: tuple[Finding, ...] = tuple(
            finding for finding in variant.report.findings if id(finding) not in acknowledged
        )
        yield ShapeVerdict(
            variant.id, variant.report, open_, {type_: tuple(ids) for type_, ids in sorted(types.items())}
        )


def _scopes(checked: Checked) -> Iterator[VariantScope]:
    deployments: dict[str, list[Deployment]] = defaultdict(list)
    for deployment in checked.planned.plan.deployments:
        environment = deployment.environment
        deployments[deployment.variant.id].append(
            Deployment(
                name=deployment.name,
                account=environment.account,
                region=environment.region,
                withheld=checked.planned.plan.withheld.get(deployment.name, ""),
            )
        )
    for variant in checked.variants.values():
        text = json.dumps(variant.template, sort_keys=True, ensure_ascii=False)
        yield VariantScope(
            id=variant.id,
            role=variant.role,
            resources=variant.resources,
            sha256=sha256(text.encode()).hexdigest(),
            deployments=tuple(deployments[variant.id]),
        )


def _guardrails(checked: Checked) -> Iterator[Guardrail]:
    compiled = checked.planned.guardrails
    for sourced in compiled.guardrails.values():
        id = sourced.guardrail.id
        yield Guardrail(
            id,
            sourced.guardrail.control,
            tuple(policy.name for policy in compiled.policies if id in policy.guardrails),
            tuple(compiled.composition.targets_of(id)),
        )


def _settings(checked: Checked) -> Iterator[Setting]:
    readings = read_back_on(Path(checked.loaded.document.file), checked.loaded.digest)
    known = controls()
    for row in settings_table().values():
        if row.control in known:
            yield Setting(row.id, row.control, readings.get(row.id, ""))
