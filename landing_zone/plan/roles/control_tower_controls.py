"""control_tower_controls: AWS Control Tower's controls that match our guardrails, on the OUs that it registered."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.plan.control_tower import EXEMPTED_PRINCIPALS, assignments, exempted, facts, registered_units
from landing_zone.plan.guardrails import profiles
from landing_zone.plan.knowledge import Knowledge, core_account, deployment, value_types, variant
from landing_zone.plan.model import Deployment
from landing_zone.plan.roles.control_tower import control_tower_name
from landing_zone.plan.roles.organization import ACCOUNT

ROLE = "control_tower_controls"


def control_tower_controls(known: Knowledge) -> Iterator[Deployment]:
    """As many stacks as the controls need, one after the other, after the landing zone; none without Control Tower.

    Shape: `controls`, each with `unit` (OU path), `id`, `arn_id`, `parameters`; `at_once`, how many at a time.
    """
    manifest = known.manifest
    if not manifest.control_tower.enabled:
        return
    quotas = facts()["quotas"]
    profile_of = profiles(manifest, known.lock)
    rows = [
        {
            "unit": path,
            "id": control.id,
            "arn_id": control.arn_id,
            "parameters": {
                **control.parameters,
                **({EXEMPTED_PRINCIPALS: exempted(control, manifest.delivery.qualifier)} if control.exempt else {}),
            },
        }
        for path, control in assignments(registered_units(manifest, profile_of), profile_of)
    ]
    values = (known.organization_value,)
    after = control_tower_name(known)
    for number, start in enumerate(range(0, len(rows), quotas["controls_per_stack"]), start=1):
        shape = {
            "controls": rows[start : start + quotas["controls_per_stack"]],
            "at_once": quotas["control_operations_at_once"],
        }
        planned = deployment(
            known,
            variant(ROLE, known.home, shape, value_types(values)),
            core_account(manifest, ACCOUNT),
            values,
            (after,),
            part=str(number),
        )
        after = planned.name
        yield planned
