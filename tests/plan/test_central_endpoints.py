"""Which endpoints are central, and under which names services are called."""

from __future__ import annotations

import botocore.session
import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.central_endpoints import called_below, central_services, local_services, private_name
from landing_zone.policy_data import policy_data
from tests.arrangement import manifest_text
from tests.manifest.arrange import changed, clinic

NOT_IN_THE_SDK = {"ssmmessages"}
"""Called by agents alone."""


def manifest_with(**network: object) -> Manifest:
    manifest = changed(clinic(), *((("network", key), value) for key, value in network.items()))
    return parsed_manifest(manifest_text(manifest), "landing-zone.yaml").manifest


def test_endpoints_are_central_or_in_each_network_and_never_both() -> None:
    asked_for = ["kms", "execute-api", "sts", "kms"]
    central = manifest_with(endpoints={"interface": asked_for})
    assert (central_services(central), local_services(central)) == (("kms", "sts"), ("execute-api",))
    local = manifest_with(endpoints={"interface": asked_for, "central": False})
    assert (central_services(local), local_services(local)) == ((), ("execute-api", "kms", "sts"))


def test_without_a_hub_every_network_has_its_own() -> None:
    alone = manifest_with(hub={"enabled": False}, inspection={"enabled": False})
    assert central_services(alone) == ()
    assert "kms" in local_services(alone)


def test_names_of_the_default_services_are_those_of_the_sdk() -> None:
    defaults = set(manifest_with().network.endpoints.interface) - NOT_IN_THE_SDK
    assert defaults
    assert defaults - sdk_prefixes() == set()


@pytest.mark.parametrize(
    "service", ["ecr.api", "kinesis-firehose", "kinesis-streams", "sagemaker.runtime", "states", "appstream.api"]
)
def test_names_that_differ_from_the_services_are_those_of_the_sdk(service: str) -> None:
    assert private_name(service, "us-east-1").removesuffix(".us-east-1.amazonaws.com") in sdk_prefixes()


def test_registries_are_called_by_names_below_the_zones() -> None:
    assert private_name("ecr.dkr", "us-west-2") == "dkr.ecr.us-west-2.amazonaws.com"
    assert called_below("ecr.dkr")
    assert not called_below("ecr.api")


def test_what_is_not_central_says_why() -> None:
    data = policy_data("network/endpoint_names")
    assert all(reason for reason in data["not_central"].values())
    assert not data["not_central"].keys() & {*data["names"], *data["below"]}


def sdk_prefixes() -> set[str]:
    """What stands before the Region in the host names of the AWS SDK."""
    partition = botocore.session.get_session().get_component("data_loader").load_data("endpoints")["partitions"][0]
    assert partition["partition"] == "aws"
    return set(partition["services"])
