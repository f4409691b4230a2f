"""The edge: which calls are made, in which account, and what is read from the answers. Held to botocore's models."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.validate import ParamValidator

from landing_zone.operations.adopt.observe import (
    SeenAccount,
    SeenUnit,
    observe_exports,
    observe_groups,
    observe_organization,
)
from landing_zone.operations.settings.execute import ApiError
from landing_zone.operations.side_by_side import Brake
from tests.operations.adopt.arrange import MANAGEMENT, ORGANIZATION, ROOT, account_id, unit_id
from tests.operations.settings.arrange import fits, operation

HOME = "us-east-1"
Json = dict[str, Any]
Answer = Json | ApiError | Callable[[Json], Json]


class Answers:
    """An AWS made of answers by operation; parameters and answers are checked against botocore's models."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers
        self.calls: list[tuple[str, str]] = []

    def __call__(self, account_id: str, region: str, service: str, name: str, parameters: Json, /) -> tuple[Json, str]:
        assert region == HOME
        model = operation(service, name)
        errors = ParamValidator().validate(parameters, model.input_shape) if model.input_shape else None
        assert not errors or not errors.has_errors(), errors.generate_report()
        self.calls.append((account_id, name))
        answer = self._answers[name]
        if isinstance(answer, ApiError):
            raise answer
        given = answer(parameters) if callable(answer) else answer
        fits(given, model.output_shape, name)
        return given, ""


def organization_api(**answers: Answer) -> Answers:
    """An organization of two OUs and two accounts, whose stacks do not exist."""
    units = {ROOT: [{"Id": unit_id(1), "Name": "phi"}], unit_id(1): [{"Id": unit_id(2), "Name": "production"}]}
    rows = {
        ROOT: [{"Id": MANAGEMENT, "Name": "Riverside", "Email": "a@b.example", "State": "ACTIVE"}],
        unit_id(2): [{"Id": account_id(1), "Name": "x", "Email": "x@b.example", "Status": "SUSPENDED"}],
    }
    organization = {"Id": ORGANIZATION, "MasterAccountId": MANAGEMENT, "FeatureSet": "ALL"}
    return Answers(
        {
            "DescribeOrganization": {"Organization": organization},
            "ListRoots": {"Roots": [{"Id": ROOT}]},
            "ListOrganizationalUnitsForParent": lambda p: {"OrganizationalUnits": units.get(p["ParentId"], [])},
            "ListAccountsForParent": lambda p: {"Accounts": rows.get(p["ParentId"], [])},
            "ListStackResources": ApiError("ValidationError", "Stack with id x does not exist"),
            "ListInstances": {"Instances": []},
            **answers,
        }
    )


def test_the_tree_is_read_to_its_leaves_with_every_account_and_its_state() -> None:
    seen = observe_organization(organization_api(), MANAGEMENT, HOME, ["s"])
    assert seen.units == (SeenUnit(unit_id(1), "phi", ROOT), SeenUnit(unit_id(2), "production", unit_id(1)))
    assert seen.accounts[1] == SeenAccount(account_id(1), "x", "x@b.example", "SUSPENDED", unit_id(2))
    assert (seen.root, seen.all_features, seen.made) == (ROOT, True, frozenset())


def test_only_the_first_call_is_the_callers_all_others_are_made_in_the_management_account() -> None:
    api = organization_api()
    observe_organization(api, "200000000009", HOME, ["s"])
    assert api.calls[0] == ("200000000009", "DescribeOrganization")
    assert {account for account, _ in api.calls[1:]} == {MANAGEMENT}


def test_the_state_counts_before_the_status_that_aws_retires() -> None:
    row = {"Id": account_id(1), "Name": "x", "Email": "x@b.example", "State": "PENDING_CLOSURE", "Status": "ACTIVE"}
    seen = observe_organization(organization_api(ListAccountsForParent={"Accounts": [row]}), MANAGEMENT, HOME, [])
    assert seen.accounts[0].state == "PENDING_CLOSURE"


def test_a_stack_holds_what_it_has_made_and_not_deleted_or_left_behind() -> None:
    def resource(number: int, status: str, **more: Any) -> Json:
        return {
            "LogicalResourceId": f"U{number}",
            "ResourceType": "AWS::Organizations::OrganizationalUnit",
            "ResourceStatus": status,
            "PhysicalResourceId": unit_id(number),
            **more,
        }

    rows = [
        resource(1, "CREATE_COMPLETE"),
        resource(2, "UPDATE_COMPLETE"),
        resource(3, "DELETE_COMPLETE"),
        resource(4, "DELETE_SKIPPED"),
        {"LogicalResourceId": "U5", "ResourceType": "AWS::Organizations::Account", "ResourceStatus": "CREATE_FAILED"},
    ]
    api = organization_api(ListStackResources={"StackResourceSummaries": rows})
    assert observe_organization(api, MANAGEMENT, HOME, ["s"]).made == {unit_id(1), unit_id(2)}


@pytest.mark.parametrize(
    "error",
    [ApiError("AccessDenied", "not authorized"), ApiError("ValidationError", "1 validation error detected: too long")],
)
def test_stacks_that_cannot_be_read_are_no_stacks_that_do_not_exist(error: ApiError) -> None:
    with pytest.raises(ApiError):
        observe_organization(organization_api(ListStackResources=error), MANAGEMENT, HOME, ["s"])


def test_an_account_without_an_organization_is_all_that_is_known() -> None:
    none = ApiError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    api = organization_api(DescribeOrganization=none)
    seen = observe_organization(api, MANAGEMENT, HOME, ["s"])
    assert (seen.management, seen.id, len(api.calls)) == (MANAGEMENT, "", 1)
    with pytest.raises(ApiError):
        observe_organization(
            organization_api(DescribeOrganization=ApiError("AccessDeniedException", "no")), MANAGEMENT, HOME, []
        )


def test_groups_are_asked_for_by_name_and_those_that_do_not_exist_are_left_out() -> None:
    def answer(parameters: Json) -> Json:
        name = parameters["AlternateIdentifier"]["UniqueAttribute"]["AttributeValue"]
        if name == "missing":
            raise ApiError("ResourceNotFoundException", "GROUP not found")
        return {"GroupId": f"id of {name}"}

    store = "d-0123456789"
    assert observe_groups(Answers({"GetGroupId": answer}), MANAGEMENT, HOME, store, ["b", "missing"]) == {
        "b": "id of b"
    }
    with pytest.raises(ApiError):
        observe_groups(Answers({"GetGroupId": ApiError("AccessDeniedException", "")}), MANAGEMENT, HOME, store, ["b"])


def exports(api: Any, names: int, workers: int = 4) -> Any:
    accounts = {f"a{number}": account_id(number) for number in range(names)}
    return observe_exports(api, accounts, HOME, workers=workers, brake=Brake(), progress=lambda done: None)


def test_an_account_that_cannot_be_asked_stops_no_other() -> None:
    lock = threading.Lock()

    def api(account: str, region: str, service: str, name: str, parameters: Json, /) -> tuple[Json, str]:
        with lock:
            if account == account_id(1):
                raise ApiError("AccessDenied", "role hlz-settings cannot be assumed")
            return {"Exports": [{"Name": "n", "Value": account}]}, ""

    seen = exports(api, 5)
    assert set(seen.exports) == {"a0", "a2", "a3", "a4"}
    assert seen.unreachable == {"a1": "AccessDenied: role hlz-settings cannot be assumed"}


def test_an_error_of_ours_is_not_swallowed_and_stops_the_rest() -> None:
    asked: list[str] = []

    def api(account: str, *call: Any) -> tuple[Json, str]:
        asked.append(account)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        exports(api, 50, workers=1)
    assert len(asked) < 50
