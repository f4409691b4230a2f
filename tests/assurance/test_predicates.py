"""Predicates that the rows' examples do not reach: customer keys, names with dots, companions by name."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.predicates import Predicate
from landing_zone.assurance.values import MISSING, Reference, Symbolic, Unresolved

KEY = Predicate(path="Key", customer_key=True)


@pytest.mark.parametrize(
    "value",
    [Reference("Key", "Arn"), "arn:aws:kms:us-east-1:111122223333:key/1", "alias/clinic", Symbolic("${Key.Arn}")],
)
def test_a_key_of_the_customers_counts(value: Any) -> None:
    assert KEY.judge({"Key": value}).truth is True


@pytest.mark.parametrize(
    "value",
    [MISSING, "", "alias/aws/rds", "AWS_OWNED_KMS_KEY", Symbolic("arn:${AWS::Partition}:kms:r:a:alias/aws/s3")],
)
def test_a_key_of_aws_or_none_does_not(value: Any) -> None:
    assert KEY.judge({"Key": value}).truth is False


@pytest.mark.parametrize("value", [Unresolved("a parameter"), {}, []])
def test_a_key_decided_at_deployment_is_open(value: Any) -> None:
    assert isinstance(KEY.judge({"Key": value}).truth, Unresolved)


def test_an_entry_is_found_by_its_literal_name() -> None:
    wanted = Predicate(path="Parameters", entry="rds.force_ssl", equals=1)
    verdict = wanted.judge({"Parameters": {"rds.force_ssl": "1"}})
    assert verdict.truth is True
    assert verdict.path == "Parameters.rds.force_ssl"
    assert wanted.judge({"Parameters": {"rds": {"force_ssl": "1"}}}).truth is False
    assert wanted.judge({}).truth is False
    assert isinstance(wanted.judge({"Parameters": Unresolved("a parameter")}).truth, Unresolved)
