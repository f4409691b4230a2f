"""The bootstrap's template, for `hlz bootstrap`: values filled in, outside the assembly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from landing_zone.assembly.render import prepare
from landing_zone.assembly.synthesis import Checked, check_document

TEMPLATE_FILE = "bootstrap.template.json"


def write_bootstrap(checked: Checked, folder: Path) -> dict[str, Any]:
    """Write the template unless a finding stands against it or an id is unknown; the `--json` document of the run."""
    deployment = checked.planned.plan.bootstrap
    assert deployment is not None
    values = {value.name: value.text for value in deployment.values if value.text is not None}
    size = None
    if len(values) == len(deployment.values) and not checked.failing:
        template = checked.variants[deployment.variant.id].template
        content = prepare(template, values).render(values)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TEMPLATE_FILE).write_bytes(content)
        size = len(content)
    return {**check_document(checked), "template_bytes": size}
