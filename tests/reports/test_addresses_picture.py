"""The picture of the address plan: to scale, every network in it, nothing on top of another."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.make import make_plan
from landing_zone.reports.addresses import addresses_document
from landing_zone.reports.addresses_picture import address_drawing, addresses_pictures
from tests.manifest.arrange import FILE, Json, clinic, text_of
from tests.plan.arrange import account, accounts, lock_of, locked

POOLS = {"us-east-1": "10.0.0.0/14", "us-west-2": "10.16.0.0/16"}
MANIFESTS = {
    "few": clinic(),
    "many": clinic(accounts=accounts(*(f"a{n:03}" for n in range(200))), network={"pools": POOLS}),
    "mixed": clinic(
        accounts=[*accounts("big", network="xlarge"), *accounts(*(f"s{n}" for n in range(9)), network="small")],
        network={"pools": POOLS},
    ),
}
NAMED = pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS.keys())


def document_of(manifest: Json, networks: Json | None = None) -> Json:
    loaded = parsed_manifest(text_of(manifest), FILE)
    return addresses_document(loaded, make_plan(loaded, locked(lock_of(networks) if networks else None)))


@NAMED
def test_every_network_has_a_box_of_its_share(manifest: Json) -> None:
    for region in document_of(manifest)["regions"]:
        drawing = address_drawing(region, organization="riverside")
        widths: dict[str, float] = {}
        for box in drawing.boxes:
            widths[box.tip] = widths.get(box.tip, 0) + box.width
        sizes = {f"{row['account']} {row['cidr']}": row["size"] for row in region["networks"]}
        sizes[f"hub {region['hub']['cidr']}"] = region["hub"]["size"]
        assert widths.keys() - {""} == sizes.keys()
        share = {widths[tip] / size for tip, size in sizes.items()}
        assert max(share) - min(share) < 1e-9


@NAMED
def test_no_network_lies_on_another_and_no_text_leaves_its_box(manifest: Json) -> None:
    for region in document_of(manifest)["regions"]:
        drawing = address_drawing(region, organization="riverside")
        rows = sorted((box.y, box.x, box.width) for box in drawing.boxes if box.tip)
        for (y, x, width), (below, after, _) in pairwise(rows):
            assert below > y or after >= x + width - 1e-6
        for text in drawing.texts:
            for box in drawing.boxes:
                if box.x <= text.x < box.x + box.width and box.y < text.y < box.y + box.height:
                    assert text.area[2] <= box.x + box.width


def test_a_network_that_is_kept_is_told_apart() -> None:
    document = document_of(clinic(), {"us-east-1": {"gone": "10.0.12.0/22"}})
    (box,) = [b for b in address_drawing(document["regions"][0], organization="x").boxes if b.tip.startswith("gone")]
    assert box.tip == "gone (kept) 10.0.12.0/22"
    assert "other" in box.look


def test_there_is_a_well_formed_file_for_each_region_the_same_every_time() -> None:
    document = document_of(clinic(accounts=[account("a")]))
    files = addresses_pictures(document, organization="<script>&")
    assert list(files) == ["addresses-us-east-1.svg", "addresses-us-west-2.svg"]
    assert files == addresses_pictures(document_of(clinic(accounts=[account("a")])), organization="<script>&")
    for text in files.values():
        ElementTree.fromstring(text)
        assert "<script" not in text
