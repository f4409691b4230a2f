"""Where the log archive stands, in which order, and what its stacks know."""

from __future__ import annotations

from landing_zone.plan.lock import Lock
from landing_zone.plan.model import Deployment
from tests.manifest.arrange import Json, changed, clinic
from tests.plan.arrange import lock_of, plan_of

EAST, WEST = "us-east-1", "us-west-2"


def planned(manifest: Json, lock: Lock | None = None) -> list[Deployment]:
    names = ("log_archive", "log_landing")
    found = [d for d in plan_of(manifest, lock).plan.deployments if d.variant.role in names]
    return sorted(found, key=lambda deployment: deployment.name)


def test_the_end_of_the_chain_comes_first_and_landing_buckets_last() -> None:
    order = {deployment.name: deployment.depends_on for deployment in planned(clinic())}
    east, west = (f"hlz-log-archive-log-archive-{region}" for region in (EAST, WEST))
    assert order == {
        west: (),
        east: (west,),
        f"hlz-log-landing-log-archive-{EAST}": (east, west),
        f"hlz-log-landing-log-archive-{WEST}": (east, west),
    }


def test_the_managements_account_is_known_only_where_cloudtrail_delivers() -> None:
    values = {d.name: [value.name for value in d.values] for d in planned(clinic())}
    everywhere = ["OrganizationId", "SecurityAccountId"]
    assert values == {
        f"hlz-log-archive-log-archive-{EAST}": [*everywhere, "ManagementAccountId"],
        f"hlz-log-archive-log-archive-{WEST}": everywhere,
        f"hlz-log-landing-log-archive-{EAST}": everywhere,
        f"hlz-log-landing-log-archive-{WEST}": everywhere,
    }


def test_under_control_tower_no_organization_trail_delivers_and_every_other_bucket_stays() -> None:
    home, *others = [{d.name: d for d in planned(clinic(control_tower=on))} for on in (False, True)]
    (governed,) = others
    assert home.keys() == governed.keys()
    east = f"hlz-log-archive-log-archive-{EAST}"
    assert home[east].variant.shape["organization_trail"] is True
    assert governed[east].variant.shape["organization_trail"] is False
    assert "ManagementAccountId" not in [value.name for value in governed[east].values]
    assert [name for name in home if home[name].variant.id != governed[name].variant.id] == [east]


def test_the_archive_waits_for_the_ids_of_the_accounts_it_names() -> None:
    ids = {"log-archive": "111122223333", "management": "222233334444"}
    reasons = plan_of(clinic(), lock_of(ids=ids, organization="o-a1b2c3d4e5")).plan.withheld
    assert reasons[f"hlz-log-archive-log-archive-{WEST}"] == "account id"
    known = lock_of(ids={**ids, "security": "333344445555"}, organization="o-a1b2c3d4e5")
    assert not [name for name in plan_of(clinic(), known).plan.withheld if "log-archive-log-archive" in name]


def test_retention_is_in_the_archives_shape_alone() -> None:
    """Landing buckets keep nothing, so a longer retention leaves their templates as they are."""
    longer = changed(clinic(), (("retention", "audit_trail"), 10))
    before, after = ({d.name: d.variant.id for d in planned(manifest)} for manifest in (clinic(), longer))
    changed_names = {name for name in before if before[name] != after[name]}
    assert changed_names == {f"hlz-log-archive-log-archive-{region}" for region in (EAST, WEST)}


def test_the_contact_for_high_severity_owns_the_alarm_on_replication() -> None:
    contacts = dict.fromkeys(("critical", "high", "medium", "low"), "operations")
    manifest = changed(clinic(), (("detection", "alarm_contacts"), contacts))
    owners = {d.variant.shape["alarm_owner"]["name"] for d in planned(manifest) if d.variant.role == "log_landing"}
    assert owners == {manifest["contacts"]["operations"]["name"]}
