"""Small functions the settings tests arrange with: the clinic's steps, and an AWS made of answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import botocore.session
import yaml
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator

from landing_zone.manifest.load import LoadedManifest, parsed_manifest
from landing_zone.operations.settings.execute import ApiError
from landing_zone.operations.settings.steps import Json, Step, steps_of
from tests.arrangement import ACCOUNT_IDS, clinic, manifest_text

IDS: Mapping[str, str] = {
    "management": "100000000001",
    "log-archive": "100000000002",
    "security": "100000000003",
    "network": "100000000004",
    "backup": "100000000005",
    "shared-services": "100000000006",
    **ACCOUNT_IDS,
}
EXAMPLES: Mapping[str, Json] = yaml.safe_load((Path(__file__).parent / "examples.yaml").read_text())
EVERYTHING_ON = {"detective": True}


def loaded(**sections: Any) -> LoadedManifest:
    """The clinic with every detective service; keywords replace sections."""
    manifest = clinic(**{"detection": EVERYTHING_ON, **sections})
    return parsed_manifest(manifest_text(manifest), "landing-zone.yaml")


def steps(*settings: str, accounts: tuple[str, ...] = (), **sections: Any) -> list[Step]:
    """The clinic's steps of these settings, or of all."""
    return steps_of(loaded(**sections).manifest, IDS, accounts=accounts, settings=settings)


def step(setting: str, account: str = "shared-services", item: str = "", region: str = "us-east-1") -> Step:
    """One step: of `account`, or of the account whose setting it is."""
    found = [s for s in steps(setting) if s.region == region and s.item == (item or s.item)]
    (one,) = [s for s in found if s.account == account] or found
    return one


@cache
def operation(service: str, name: str) -> OperationModel:
    """botocore's model of an operation."""
    return botocore.session.get_session().get_service_model(service).operation_model(name)


def fits(value: Any, shape: Shape | None, place: str) -> None:
    """An answer says nothing that the API could not answer (it may leave things out)."""
    if shape is None or shape.type_name == "structure":
        members = shape.members if shape is not None else {}
        assert isinstance(value, dict), place
        assert set(value) <= set(members), place
        for key, entry in value.items():
            fits(entry, members[key], f"{place}.{key}")
    elif shape.type_name == "list":
        for entry in value:
            fits(entry, shape.member, f"{place}[]")
    elif enum := getattr(shape, "enum", None):
        assert value in enum, f"{place}: {value}"


@dataclass
class Cloud:
    """An AWS that answers reads with `before`, and with `after` once something in the account and Region was changed.

    Answers are by operation; `{error: CODE}` raises. Parameters and answers are checked against botocore's models.
    `hook` runs before every call and may raise.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    answers: Mapping[str, Any] = field(default_factory=dict)
    hook: Callable[[str, str], None] = lambda account, name: None
    calls: list[tuple[str, str, str, Json]] = field(default_factory=list)
    changed: set[tuple[str, str]] = field(default_factory=set)
    lock: Any = field(default_factory=Lock)

    def __call__(self, account_id: str, region: str, service: str, name: str, parameters: Json, /) -> tuple[Json, str]:
        with self.lock:
            model = operation(service, name)
            errors = ParamValidator().validate(parameters, model.input_shape) if model.input_shape else None
            assert not errors or not errors.has_errors(), errors.generate_report()
            fits(parameters, model.input_shape, name)  # botocore lets unknown values of an enumeration pass
            self.hook(account_id, name)
            self.calls.append((account_id, region, name, parameters))
            state = self.after if (account_id, region) in self.changed else self.before
            if name not in state:
                self.changed.add((account_id, region))
                return self._answered(self.answers.get(name, {}), model), "request-1"
            return self._answered(state[name], model), "request-0"

    def _answered(self, answer: Json, model: OperationModel) -> Json:
        if "error" in answer:
            raise ApiError(answer["error"], "as the test asked for")
        fits(answer, model.output_shape, model.name)
        return dict(answer)

    def made(self) -> list[dict[str, Json]]:
        """Calls that are no reads, in their order."""
        return [{name: parameters} for _, _, name, parameters in self.calls if name not in self.before]

    def count(self) -> Counter[str]:
        """How often each operation was called."""
        return Counter(name for _, _, name, _ in self.calls)


def cloud_of(setting: str) -> Cloud:
    """The AWS of a row's example."""
    example = EXAMPLES[setting]
    return Cloud(example["before"], example["after"], example.get("answers", {}))


def whole_cloud(**hooks: Any) -> Cloud:
    """The AWS of every account switch at once."""
    before: Json = {}
    after: Json = {}
    for id in ACCOUNT_SETTINGS:
        before |= EXAMPLES[id]["before"]
        after |= EXAMPLES[id]["after"]
    return Cloud(before, after, EXAMPLES["session-manager-logging"]["answers"], **hooks)


ACCOUNT_SETTINGS = (
    "s3-block-public-access",
    "password-policy",
    "ssm-document-sharing",
    "session-manager-logging",
    "ebs-encryption-by-default",
    "image-block-public-access",
    "snapshot-block-public-access",
    "vpc-block-public-access",
    "instance-metadata-defaults",
    "serial-console",
    "default-security-groups",
    "default-vpc",
)
"""Rows that every account holds for itself."""
