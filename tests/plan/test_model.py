"""The plan's words by themselves."""

from __future__ import annotations

from landing_zone.plan.model import Deployment, Environment, Plan, Value, Variant

VARIANT = Variant("workload_network", {"region": "us-east-1"})


def deployment(name: str, *depends_on: str, account_id: str | None = "123456789012") -> Deployment:
    environment = Environment(name, "us-east-1")
    return Deployment(
        name, VARIANT, environment, account_id, (Value("VpcCidr", "cidr", "10.0.0.0/22"),), (), depends_on
    )


def test_what_depends_on_a_withheld_deployment_is_withheld_too() -> None:
    hub, spoke, application = (
        deployment("hub", account_id=None),
        deployment("spoke", "hub"),
        deployment("application", "spoke"),
    )
    plan = Plan((application, hub, spoke, deployment("other")))
    assert plan.withheld == {"hub": "account id", "spoke": "depends on hub", "application": "depends on spoke"}
    assert [entry.name for entry in plan.written] == ["other"]


def test_the_order_of_keys_does_not_change_a_variant() -> None:
    one = Variant("r", {"region": "us-east-1", "zones": ["a", "b"]})
    assert one.id == Variant("r", {"zones": ["a", "b"], "region": "us-east-1"}).id
    assert one.id != Variant("r", {"region": "us-east-1", "zones": ["b", "a"]}).id
