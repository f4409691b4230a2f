"""Every network that joins the hub is admitted by one stack of the network account."""

from __future__ import annotations

from landing_zone.plan.model import Deployment
from tests.manifest.arrange import Json
from tests.plan.arrange import account, deployments_of, landing_zone, lock_of, plan_of

ROLE = "network_association"


def associations(manifest: Json) -> dict[str, Deployment]:
    """By the name's last part: the account."""
    return {d.name.partition("us-east-1-")[2]: d for d in deployments_of(manifest, ROLE)}


def hospital_and_others() -> Json:
    return landing_zone(
        account("chart", ou="phi/production", data="phi"),
        account("laboratory", ou="phi/production", data="phi"),
        account("training", ou="phi/nonproduction", data="synthetic"),
        account("web"),
        account("toys", ou="sandbox"),
        zones={"ehr": {"kind": "ehr", "accounts": ["chart"]}},
    )


def test_a_network_is_reached_from_the_tables_whose_segments_reach_it() -> None:
    found = associations(hospital_and_others())
    assert {name: (d.variant.shape["segment"], d.variant.shape["tables"]) for name, d in found.items()} == {
        "chart": ("phi", ["hybrid", "peering", "phi", "shared"]),
        "laboratory": ("phi", ["peering", "phi", "shared"]),
        "training": ("phi-nonproduction", ["phi-nonproduction", "shared"]),
        "web": ("nonphi", ["nonphi", "shared"]),
        "toys": ("sandbox", []),
    }


def test_it_stands_in_the_network_account_and_follows_the_hub_and_the_network() -> None:
    found = associations(hospital_and_others())["web"]
    assert found.name == "hlz-network-association-network-us-east-1-web"
    assert found.environment.account == "network"
    assert set(found.depends_on) == {"hlz-network-hub-network-us-east-1", "hlz-workload-network-web-us-east-1"}


def test_it_reads_the_attachment_from_the_workload_account() -> None:
    lock = lock_of(ids={"a": "123456789012"})
    (found,) = deployments_of(landing_zone(account("a")), ROLE, lock)
    values = {value.name: value.text for value in found.values}
    assert values["AttachmentId"] == "arn:aws:ssm:us-east-1:123456789012:parameter/hlz/network/attachment-id"
    network = plan_of(landing_zone(account("a")), lock).lock.networks["us-east-1"]["a"]
    assert values["NetworkCidr"] == network.cidr


def test_a_network_that_nobody_reaches_brings_no_range() -> None:
    assert [value.name for value in associations(hospital_and_others())["toys"].values] == ["AttachmentId"]


def test_many_networks_share_few_variants() -> None:
    many = landing_zone(
        *(account(f"account-{number:03}", recovery="warm-standby") for number in range(60)),
        *(account(f"chart-{number:03}", ou="phi/production", data="phi") for number in range(60)),
    )
    assert len({d.variant.id for d in deployments_of(many, ROLE)}) == 3  # nonphi in two Regions, phi at home
