"""What is attached where: targets from the root down, the accounts under them, what theorems ask about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

ROOT = "Root"
Values = Mapping[str, tuple[str, ...]]
"""Texts by name, as listed in `policies/invariants/values.yaml`; a name that is not there is not given."""


def digest(content: Any) -> str:
    """SHA-256 of plain data."""
    return sha256(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Policy:
    """A service or resource control policy. name: of its file or in AWS. content: the document."""

    name: str
    content: Mapping[str, Any]

    @cached_property
    def sha256(self) -> str:
        """Of the document."""
        return digest(self.content)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Its statements, in order."""
        rows = self.content["Statement"]
        rows = [rows] if isinstance(rows, Mapping) else rows
        return tuple(Statement(self.name, number, row) for number, row in enumerate(rows, start=1))


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement of a policy. number: its place, from 1."""

    policy: str
    number: int
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Policy and place: unique."""
        return f"{self.policy}/{self.number}"

    @property
    def title(self) -> str:
        """Policy and Sid, or place, for people."""
        return f"{self.policy}/{self.content.get('Sid') or self.number}"

    @cached_property
    def denies(self) -> bool:
        """Whether its effect is Deny."""
        return bool(self.content["Effect"] == "Deny")


@dataclass(frozen=True)
class Target:
    """A root, OU or account. path: `Root/phi/production`. scps, rcps: what is attached and listed.

    full_access: no FullAWSAccess is listed, and it is taken as attached. declarative: content of the other policies in
    force there (what levels above give included) by type as CloudFormation names it (`S3_POLICY`).
    """

    path: str
    scps: tuple[Policy, ...] = ()
    rcps: tuple[Policy, ...] = ()
    full_access: bool = True
    declarative: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def scp_denies(self) -> tuple[Statement, ...]:
        """The Denies of its service control policies."""
        return tuple(one for policy in self.scps for one in policy.statements if one.denies)

    @cached_property
    def scp_allows(self) -> tuple[Statement, ...]:
        """Their Allows."""
        return tuple(one for policy in self.scps for one in policy.statements if not one.denies)

    @cached_property
    def rcp_denies(self) -> tuple[Statement, ...]:
        """The Denies of its resource control policies."""
        return tuple(one for policy in self.rcps for one in policy.statements if one.denies)


@dataclass(frozen=True)
class Account:
    """An account. id: twelve digits. target: path of the account itself: `Root/phi/production/ehr-production`."""

    name: str
    id: str
    target: str


@dataclass(frozen=True)
class Organization:
    """An organization's policies.

    targets: by path; a path that is missing has nothing attached but FullAWSAccess. accounts: all but management.
    declarative: whether anything is known of policies of other types. labels: the guardrails that a statement holds, by
    its `name`, where that is known.
    """

    targets: Mapping[str, Target]
    accounts: tuple[Account, ...]
    values: Values
    declarative: bool = False
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def levels(self, path: str) -> tuple[Target, ...]:
        """The targets from the root down to a path."""
        steps = path.split("/")
        paths = ("/".join(steps[:count]) for count in range(1, len(steps) + 1))
        return tuple(self.targets.get(one) or Target(one) for one in paths)

    def under(self, paths: tuple[str, ...]) -> Iterator[Account]:
        """The accounts at or under some paths."""
        for account in self.accounts:
            if any(f"{account.target}/".startswith(f"{path}/") for path in paths):
                yield account

    def account(self, name: str) -> Account | None:
        """An account by its id or name."""
        return next((one for one in self.accounts if name in (one.id, one.name)), None)
