"""Ids of the hub: found by what our own stacks export, once they can be used, never over what the lock knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.operations.adopt.findings import Findings
from landing_zone.operations.adopt.transit import SeenTransit, learn_transit, observe_transit
from landing_zone.operations.settings.execute import ApiError
from landing_zone.plan.lock import Lock, LockedTransit
from tests.arrangement import Json, clinic
from tests.manifest.arrange import FILE, text_of
from tests.operations.adopt.arrange import about
from tests.operations.settings.arrange import fits, operation
from tests.plan.arrange import locked

EAST, WEST, ACCOUNT = "us-east-1", "us-west-2", "200000000004"
DIRECT = "01234567-89ab-cdef-0123-456789abcdef"


def gateway(digit: int) -> str:
    return f"tgw-{digit:017}"


def attachment(digit: int) -> str:
    return f"tgw-attach-{digit:017}"


EXPORTS = {"hlz-transit-gateway-id": gateway(1), "hlz-vpn-north-id": "vpn-1"}


class Hub:
    """An AWS made of answers by operation, held to botocore's models; the filters that were asked for."""

    def __init__(self, **answers: Any) -> None:
        exports = [{"Name": name, "Value": value} for name, value in EXPORTS.items()]
        self.answers: dict[str, Any] = {
            "ListExports": {"Exports": exports},
            "DescribeTransitGatewayAttachments": {"TransitGatewayAttachments": []},
            "DescribeTransitGatewayPeeringAttachments": {"TransitGatewayPeeringAttachments": []},
            **answers,
        }
        self.filters: dict[str, dict[str, list[str]]] = {}

    def __call__(self, account: str, region: str, service: str, name: str, parameters: Json, /) -> tuple[Json, str]:
        assert (account, region) == (ACCOUNT, EAST)
        answer = self.answers[name]
        if isinstance(answer, ApiError):
            raise answer
        fits(answer, operation(service, name).output_shape, name)
        self.filters[name] = {row["Name"]: row["Values"] for row in parameters.get("Filters", ())}
        return answer, ""


def peering(asking: str, asked: str, state: str = "available", **more: str) -> Json:
    return {
        "TransitGatewayAttachmentId": attachment(7),
        "RequesterTgwInfo": {"Region": asking, "OwnerId": ACCOUNT},
        "AccepterTgwInfo": {"Region": asked, "OwnerId": ACCOUNT},
        "State": state,
        **more,
    }


def peerings(*rows: Json) -> SeenTransit:
    hub = Hub(DescribeTransitGatewayPeeringAttachments={"TransitGatewayPeeringAttachments": [*rows]})
    return observe_transit(hub, ACCOUNT, EAST)


def test_attachments_of_our_own_gateway_are_read_once_they_can_be_used() -> None:
    row = {"ResourceId": "vpn-1", "ResourceType": "vpn", "TransitGatewayAttachmentId": attachment(1)}
    hub = Hub(DescribeTransitGatewayAttachments={"TransitGatewayAttachments": [row]})
    seen = observe_transit(hub, ACCOUNT, EAST)
    assert (seen.exports, seen.attachments) == (EXPORTS, {"vpn-1": attachment(1)})
    asked = hub.filters["DescribeTransitGatewayAttachments"]
    assert (asked["transit-gateway-id"], asked["state"]) == ([gateway(1)], ["available"])


def test_peerings_are_those_within_the_account_and_each_side_has_its_own_id() -> None:
    hub = Hub()
    observe_transit(hub, ACCOUNT, EAST)
    asked = hub.filters["DescribeTransitGatewayPeeringAttachments"]
    assert asked["local-owner-id"] == asked["remote-owner-id"] == [ACCOUNT]
    assert peerings(peering(EAST, WEST)).peerings == {WEST: attachment(7)}
    other_side = peering(WEST, EAST, AccepterTransitGatewayAttachmentId=attachment(8))
    assert peerings(other_side).peerings == {WEST: attachment(8)}
    assert peerings(peering(WEST, EAST)).peerings == {WEST: attachment(7)}


def test_a_peering_that_nobody_accepted_is_not_taken_for_one() -> None:
    seen = peerings(peering(EAST, WEST, "pendingAcceptance"))
    assert (seen.peerings, [*seen.waiting]) == ({}, [WEST])


def test_without_the_hub_nothing_else_is_asked_and_a_refusal_is_kept_for_the_report() -> None:
    hub = Hub(ListExports={"Exports": []})
    assert observe_transit(hub, ACCOUNT, EAST) == SeenTransit()
    assert set(hub.filters) == {"ListExports"}
    refused = observe_transit(Hub(ListExports=ApiError("AccessDenied", "no")), ACCOUNT, EAST)
    assert refused.unreachable == "AccessDenied: no"


def hospital() -> Json:
    manifest = clinic()
    manifest["network"]["hybrid"] = [
        {"name": "north", "kind": "vpn", "ranges": "172.20.0.0/16", "customer_gateway": "203.0.113.7", "asn": 65010},
        {"name": "center", "kind": "direct-connect", "ranges": "172.24.0.0/16"},
    ]
    return manifest


COMPLETE = {
    EAST: SeenTransit(
        {**EXPORTS, "hlz-direct-connect-gateway-id": DIRECT},
        {"vpn-1": attachment(1), DIRECT: attachment(2), "vpn-of-others": attachment(9)},
        {WEST: attachment(3)},
    ),
    WEST: SeenTransit(
        {"hlz-transit-gateway-id": gateway(2), "hlz-vpn-north-id": "vpn-2"},
        {"vpn-2": attachment(4), DIRECT: attachment(5)},
        {EAST: attachment(6)},
    ),
}


def learned(
    seen: Mapping[str, SeenTransit], before: Mapping[str, LockedTransit] | None = None
) -> tuple[dict[str, LockedTransit], Findings]:
    findings = Findings()
    loaded = parsed_manifest(text_of(hospital()), FILE)
    return learn_transit(loaded.manifest, locked(Lock(transit=dict(before or {}))), seen, findings), findings


def test_the_gateways_and_every_attachment_of_the_manifests_links_are_learned() -> None:
    found, findings = learned(COMPLETE)
    assert found == {
        EAST: LockedTransit(
            gateway=gateway(1),
            direct_connect_gateway=DIRECT,
            attachments={"direct-connect": attachment(2), "north": attachment(1), WEST: attachment(3)},
        ),
        WEST: LockedTransit(
            gateway=gateway(2),
            attachments={"direct-connect": attachment(5), "north": attachment(4), EAST: attachment(6)},
        ),
    }
    assert len(findings.learned) == 9
    assert not findings.notes


def test_a_second_time_there_is_nothing_to_learn() -> None:
    known, _ = learned(COMPLETE)
    again, findings = learned(COMPLETE, known)
    assert again == known
    assert (findings.learned, findings.notes, findings.faults) == ([], [], [])


@pytest.mark.parametrize("seen", [{}, {EAST: SeenTransit(unreachable="AccessDenied: no"), WEST: SeenTransit()}])
def test_what_the_lock_knows_stays_when_aws_cannot_be_asked_or_has_it_no_more(seen: Mapping[str, SeenTransit]) -> None:
    known, _ = learned(COMPLETE)
    found, findings = learned(seen, known)
    assert found == known
    assert not findings.faults


def test_another_id_than_the_locks_is_a_fault_at_its_line() -> None:
    before = {EAST: LockedTransit(gateway=gateway(8), attachments={"north": attachment(8)})}
    _, findings = learned(COMPLETE, before)
    assert [fault.key for fault in findings.faults] == [
        f"transit.{EAST}.gateway",
        f"transit.{EAST}.attachments.north",
    ]
    assert attachment(1) in findings.faults[1].message


def test_a_peering_that_waits_needs_a_person_and_what_is_not_there_yet_is_a_note() -> None:
    seen = {**COMPLETE, WEST: SeenTransit({"hlz-transit-gateway-id": gateway(2)}, waiting=[EAST])}
    found, findings = learned(seen)
    assert found[WEST] == LockedTransit(gateway=gateway(2))
    assert about(findings, "run `hlz settings --apply`")
    assert about(findings, f"direct-connect in {WEST}, north in {WEST};", kind="note")


def test_an_unreachable_hub_is_one_note() -> None:
    _, findings = learned({EAST: SeenTransit(unreachable="AccessDenied: no")})
    assert about(findings, f"the hub in {EAST} was not read: AccessDenied: no", kind="note")


def test_an_id_of_a_form_that_aws_does_not_document_is_not_recorded() -> None:
    odd = {EAST: SeenTransit({**EXPORTS, "hlz-transit-gateway-id": "tgw-odd"}, {"vpn-1": "odd"})}
    found, findings = learned(odd)
    assert found == {}
    assert len(about(findings, "form that AWS does not document")) == 2
