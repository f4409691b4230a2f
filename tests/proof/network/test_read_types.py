"""Which resource types the reader knows: every type of the networks' namespaces has been judged."""

from __future__ import annotations

from collections import Counter

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from landing_zone.policy_data import policy_data
from landing_zone.proof.network import known_types
from landing_zone.proof.network.read import readers_by_type


def _all_types() -> set[str]:
    return set(PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"))


def _listed() -> list[str]:
    data = policy_data("network/model_types")
    return [
        *data["modelled"],
        *data["hosts"],
        *data["subnet_groups"],
        *data["assumed"],
        *(type_ for part in ("nothing", "unmodelled") for types in data[part].values() for type_ in types),
    ]


def test_every_type_of_a_namespace_of_networks_has_been_judged() -> None:
    types = {type_ for type_ in _all_types() if type_.split("::")[1] in known_types.namespaces()}
    assert sorted(types - set(_listed())) == [], "new in the schemas: say in model_types.yaml what they carry"


def test_no_type_is_judged_twice_and_none_is_misspelled() -> None:
    assert [type_ for type_, times in Counter(_listed()).items() if times > 1] == []
    assert sorted(set(_listed()) - _all_types() - {"AWS::Serverless::Function"}) == []


def test_every_modelled_type_has_a_reader_and_no_other_has() -> None:
    alike = {*known_types.hosts(), *known_types.subnet_groups()}
    assert readers_by_type().keys() == known_types.modelled() | alike


def test_every_property_that_a_reader_names_is_in_the_schema() -> None:
    missing = []
    for type_, reader in readers_by_type().items():
        if type_ in known_types.hosts():
            names: tuple[str, ...] = known_types.hosts()[type_].properties
        else:
            names = tuple(name for name in reader.properties if name != "Metadata")
        if type_ == "AWS::Serverless::Function":
            continue
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema["properties"]
        missing += [f"{type_}.{name}" for name in names if name not in schema]
    assert missing == []


def test_a_type_that_nobody_listed_is_unmodelled_in_namespaces_of_networks_only() -> None:
    assert known_types.unmodelled("AWS::EC2::TeleportGateway")
    assert known_types.unmodelled("AWS::S3::Bucket") is None


def test_types_of_third_parties_and_modules_are_unmodelled() -> None:
    assert "third party" in (known_types.unmodelled("Acme::Network::Router") or "")
    assert "module" in (known_types.unmodelled("Acme::Network::Vpc::MODULE") or "")
