"""Contracts of the inventory's table: what it names exists, what may be is decided, and each outcome is reached."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from landing_zone.assurance.inventory.table import (
    CUSTOMER_KEY,
    NOT_KNOWN,
    Entry,
    inventory_table,
    verdict_class,
)
from tests.assurance.inventory.arrange import (
    KEY_ARN,
    TABLE,
    UNKNOWN,
    full,
    led_to,
    outcomes,
    place,
    row,
    sample,
    title,
)
from tests.assurance.inventory.schemas import allowed, nodes_at, property_names, schema

by_entry = pytest.mark.parametrize("entry", TABLE.entries, ids=title)
with_policy = [entry for entry in TABLE.entries if any(step.tls_policy for step in entry.encryption)]
with_key = [entry for entry in TABLE.entries if any(step.key for step in entry.encryption)]
with_list = [entry for entry in TABLE.entries if entry.none_listed and not entry.when]


def paths(entry: Entry) -> Iterator[tuple[str, ...]]:
    """Every path that the entry names, from the resource's properties on."""
    yield entry.name
    yield entry.each
    if entry.when:
        yield entry.when.at
    inside = [step.at for step in entry.encryption] + [entry.algorithm_at, *entry.details.values()]
    inside += [period.at for period in (*entry.retention, *entry.lock, *entry.expiry)]
    if entry.only:
        inside.append(entry.only.at)
    for path in inside:
        yield full(entry, path)
    for step in entry.encryption:
        if step.tls_policy and not step.tls_policy.by:
            yield step.tls_policy.document


@by_entry
def test_every_property_that_an_entry_names_exists(entry: Entry) -> None:
    missing = [".".join(path) for path in paths(entry) if path and not nodes_at(entry.type, path)]
    assert not missing


@pytest.mark.parametrize("entry", with_policy, ids=title)
def test_a_policy_that_is_read_stands_where_the_entry_says(entry: Entry) -> None:
    for step in entry.encryption:
        for type_, names_ours in (step.tls_policy.by if step.tls_policy else {}).items():
            assert nodes_at(type_, [names_ours])
            assert nodes_at(type_, step.tls_policy.document if step.tls_policy else ())


@by_entry
def test_tags_are_read_where_the_type_has_them(entry: Entry) -> None:
    if entry.tags != ("Tags",):
        assert nodes_at(entry.type, entry.tags)
    elif not nodes_at(entry.type, entry.tags):
        assert not [name for name in schema(entry.type)["properties"] if name.endswith("Tags")]


@by_entry
def test_every_value_that_a_property_may_have_is_decided_and_no_other_is_named(entry: Entry) -> None:
    for step in entry.encryption:
        values = allowed(entry.type, full(entry, step.at)) if step.values else None
        if values is None:
            continue
        patterns = [re.compile(re.escape(value).replace(r"\*", ".*")) for value in step.values]
        assert not [value for value in values if not any(pattern.fullmatch(value) for pattern in patterns)]
        literal = {value for value in step.values if "*" not in value}
        assert literal <= values


def test_every_algorithm_that_an_entry_names_has_a_source() -> None:
    assert all(TABLE.algorithms[entry.algorithm].source for entry in TABLE.entries if entry.algorithm)


def test_what_holds_no_data_has_no_property_about_keys() -> None:
    assert not TABLE.holds_no_data & TABLE.by_type.keys()
    for type_ in TABLE.holds_no_data - {"AWS::KMS::Key", "AWS::KMS::ReplicaKey"}:
        assert not [name for name in property_names(type_) if re.search("kms|encrypt", name, re.IGNORECASE)], type_


@pytest.mark.parametrize("entry", with_key, ids=title)
def test_a_key_of_the_template_is_a_customer_managed_key_with_its_rotation(entry: Entry) -> None:
    for step in entry.encryption:
        if step.key:
            properties = led_to(entry, step)
            place(properties, full(entry, step.at), KEY_ARN)
            found = row(entry, properties)
            assert (found.encrypted, found.key, found.rotation_days) == (CUSTOMER_KEY, "Key", "90")


@by_entry
def test_every_outcome_of_the_table_is_reached(entry: Entry) -> None:
    for step, value, outcome in outcomes(entry):
        properties = led_to(entry, step)
        if value:
            place(properties, full(entry, step.at), sample(value))
        found = row(entry, properties)
        assert found.encrypted == verdict_class(outcome), (step.at, value)
        if found.encrypted == NOT_KNOWN:
            assert outcome.partition(": ")[2] in found.why
        if outcome.startswith("TLS "):
            assert found.tls_minimum == outcome.removeprefix("TLS ")


@by_entry
def test_a_property_that_is_decided_at_deployment_is_not_known(entry: Entry) -> None:
    for step in entry.encryption:
        if step.at or (step.values and entry.each):
            properties = led_to(entry, step)
            place(properties, full(entry, step.at), UNKNOWN)
            found = row(entry, properties)
            if {*step.values} == {"*"} and not step.key:
                continue  # whatever it is
            assert found.encrypted == NOT_KNOWN
            assert "Stage" in found.why


@pytest.mark.parametrize("entry", with_list, ids=title)
def test_a_list_without_an_item_that_counts_is_said_or_left_out(entry: Entry) -> None:
    assert row(entry, {}).encrypted == verdict_class(entry.none_listed)


def test_the_table_is_read_once() -> None:
    assert inventory_table() is TABLE
