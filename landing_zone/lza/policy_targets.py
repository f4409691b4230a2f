"""OUs and accounts as paths from the root down, as the prover names targets, and which of them hold PHI."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from landing_zone.fault import UsageError, excerpt, nearest
from landing_zone.lza.accounts import Account
from landing_zone.lza.organization import MANDATORY_ACCOUNTS, OrganizationTree, Targets
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.organization import ROOT

MANAGEMENT = MANDATORY_ACCOUNTS[0]
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def unit_path(name: str) -> str:
    """Path of an OU that LZA calls `Clinical/Production`; of `Root` the root's."""
    return ROOT if name == ROOT else f"{ROOT}/{name}"


def account_path(account: Account) -> str:
    """Path of an account itself: `Root/Clinical/EhrProduction`."""
    return f"{unit_path(account.ou)}/{account.name}"


def members(tree: OrganizationTree) -> tuple[Account, ...]:
    """All accounts but the management account."""
    return tuple(one for one in tree.accounts if one.name != MANAGEMENT)


def paths_of(tree: OrganizationTree, targets: Targets) -> tuple[str, ...]:
    """Paths of the OUs and accounts that a policy is attached to."""
    accounts = (tree.account(name) for name in targets.accounts)
    return (*map(unit_path, targets.units), *(account_path(one) for one in accounts if one))


def levels(path: str) -> list[str]:
    """A path and those above it, from the root."""
    steps = path.split("/")
    return ["/".join(steps[:count]) for count in range(1, len(steps) + 1)]


def within(path: str, above: Sequence[str]) -> bool:
    """Whether a path is one of these or below one."""
    return any(f"{path}/".startswith(f"{one}/") for one in above)


def phi_targets(tree: OrganizationTree, given: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Paths that hold PHI, the topmost, and the sentence that says why. Raises UsageError: an unknown one is given.

    Those given; else those whose names speak of PHI; else every OU of workloads.
    """
    said: Mapping[str, str] = policy_data("lza/policies")["assumptions"]
    units = [unit_path(name) for name in tree.unit_paths if name != ROOT]
    accounts = {one.name: account_path(one) for one in members(tree)}
    if given:
        found, why = [_given(accounts, units, one) for one in given], "phi_given"
    elif found := [one for one in (*units, *accounts.values()) if speaks_of(one, "phi_words")]:
        why = "phi_named"
    else:
        found, why = [*_workloads(units, accounts)], "phi_workloads"
    topmost = [one for one in dict.fromkeys(found) if not within(one, [up for up in found if up != one])]
    return tuple(topmost), said[why if topmost else "phi_none"].format(targets=", ".join(topmost))


def _given(accounts: Mapping[str, str], units: Sequence[str], text: str) -> str:
    path = unit_path(text.strip("/").removeprefix(f"{ROOT}/"))
    if path == ROOT or path in units:
        return path
    if text in accounts:
        return accounts[text]
    names = [*(one.removeprefix(f"{ROOT}/") for one in units), *accounts]
    message = f"--phi {excerpt(text)} is no OU and no account of the configuration; allowed: {', '.join(names)}"
    raise UsageError(message, hint=nearest(text, names))


def _workloads(units: Sequence[str], accounts: Mapping[str, str]) -> Iterator[str]:
    """OUs that no word of another purpose names; where an OU below has one, the accounts directly in it instead."""
    other = [path for path in units if speaks_of(path, "foundation_words")]
    for path in units:
        if within(path, other):
            continue
        if any(within(one, [path]) for one in other):
            yield from (one for one in accounts.values() if one.rpartition("/")[0] == path)
        else:
            yield path


def speaks_of(path: str, words: str) -> bool:
    """Whether the last part of a path has one of these words, also beside others: `PhiProduction`, `prod-ehr`."""
    known: Sequence[str] = policy_data("lza/policies")[words]
    last = path.rpartition("/")[2]
    return not {last.lower(), *(word.lower() for word in _WORD.findall(last))}.isdisjoint(known)
