"""Bucket guardrails stop what would open a bucket and let what keeps it private pass."""

from __future__ import annotations

import pytest

from tests.guardrails.data_library import BREAK_GLASS, PEOPLE, PIPELINE, SETTINGS, STACKSETS, stopped_by, stops

BUCKET = "arn:aws:s3:::records"
OBJECT = f"{BUCKET}/1"


def test_the_accounts_block_is_set_by_hlz_settings_alone() -> None:
    for principal in (PEOPLE, PIPELINE, BREAK_GLASS):
        assert stops("s3-account-stays-private", "s3:PutAccountPublicAccessBlock", by=principal)
    assert not stopped_by("s3:PutAccountPublicAccessBlock", by=SETTINGS)


@pytest.mark.parametrize(
    "action", ["PutAccessPointPublicAccessBlock", "PutBucketOwnershipControls", "PutBucketPublicAccessBlock"]
)
def test_a_buckets_block_and_ownership_are_the_pipelines_and_the_bootstraps(action: str) -> None:
    for principal in (PEOPLE, SETTINGS, BREAK_GLASS):
        assert stops("s3-buckets-stay-private", f"s3:{action}", BUCKET, by=principal)
    for principal in (PIPELINE, STACKSETS):
        assert not stopped_by(f"s3:{action}", BUCKET, by=principal)


def test_a_bucket_is_created_and_read_by_people() -> None:
    assert not stopped_by("s3:CreateBucket", BUCKET)
    assert not stopped_by("s3:GetBucketPublicAccessBlock", BUCKET)


@pytest.mark.parametrize("action", ["PutBucketAcl", "PutObjectAcl", "PutObjectVersionAcl"])
@pytest.mark.parametrize("acl", ["public-read", "public-read-write", "authenticated-read", None])
def test_no_acl_but_those_of_the_owner_is_set_by_name_header_or_body(action: str, acl: str | None) -> None:
    said = (
        {"s3:x-amz-acl": acl} if acl else {"s3:x-amz-grant-read": "uri=http://acs.amazonaws.com/groups/global/AllUsers"}
    )
    assert stops("s3-no-public-acls", f"s3:{action}", OBJECT, by=PIPELINE, context=said)


@pytest.mark.parametrize("acl", ["private", "bucket-owner-full-control"])
def test_an_acl_that_keeps_to_the_owner_is_set(acl: str) -> None:
    assert not stopped_by("s3:PutObjectAcl", OBJECT, context={"s3:x-amz-acl": acl})
