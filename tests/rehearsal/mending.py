"""What moto 5.2.5 gets wrong so that nothing of ours could be deployed, mended in moto for the time of a test.

The assembly under test is never touched: it is the one that `hlz synth` wrote.
"""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCEndPoint
from moto.events.models import EventBus
from moto.kms.models import Key
from moto.ssm.models import Document

from tests.arrangement import Json


def mend(patch: pytest.MonkeyPatch, crashes: list[str], while_deploying: Callable[[], None]) -> None:
    """Give moto what our templates need and it lacks.

    `crashes` takes what goes wrong inside moto, where the CLI would retry and report success for half of a stack;
    `while_deploying` is called in the middle of a deployment of a stack.
    """
    _mend_names_of_change_sets(patch)
    _mend_change_sets(patch, crashes)
    _mend_termination_protection(patch, while_deploying)
    _mend_resources(patch)


def _mend_change_sets(patch: pytest.MonkeyPatch, crashes: list[str]) -> None:
    execute_change_set = CloudFormationBackend.execute_change_set
    one_at_a_time = threading.Lock()

    def execute_with_exports(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        # moto makes a change set's stack before it has a template, and forgets to look for outputs afterwards: such a
        # stack exports nothing, and sees no export of others. Its models are also no match for the CLI's concurrency.
        change_set = self.describe_change_set(change_set_name)
        assert change_set is not None
        stack = self.stacks[change_set.stack_id]
        stack.resource_map.cross_stack_resources = self.exports
        with one_at_a_time:
            try:
                execute_change_set(self, change_set_name, stack_name)
            except Exception:
                crashes.append(f"{stack.name}: {traceback.format_exc()}")
                raise
            stack._parse_template()
            stack.output_map = stack._create_output_map()
            self.exports |= {export.name: export for export in stack.exports}

    patch.setattr(CloudFormationBackend, "execute_change_set", execute_with_exports)


def _mend_names_of_change_sets(patch: pytest.MonkeyPatch) -> None:
    get_parameter = CloudFormationResponse._get_param

    def parameter_with_stack(self: CloudFormationResponse, name: str, if_none: Any = None) -> Any:
        # moto finds a change set by its name alone. The CLI gives all stacks' the same name: of two that are deployed
        # at once, one would be executed twice and the other not at all.
        found = get_parameter(self, name, if_none)
        if name != "ChangeSetName" or not found or found.startswith("arn:"):
            return found
        prefix = f"{get_parameter(self, 'StackName')}-"
        return found if found.startswith(prefix) else prefix + found

    patch.setattr(CloudFormationResponse, "_get_param", parameter_with_stack)


def _mend_termination_protection(patch: pytest.MonkeyPatch, while_deploying: Callable[[], None]) -> None:
    def update_termination_protection(self: CloudFormationResponse) -> ActionResult:
        # Not implemented in moto: the CLI would retry for 45 s and fail.
        while_deploying()
        stack: Stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        stack.enable_termination_protection = self._get_param("EnableTerminationProtection") in (True, "true")
        return ActionResult({"StackId": stack.stack_id})

    patch.setattr(CloudFormationResponse, "update_termination_protection", update_termination_protection, raising=False)


def _mend_resources(patch: pytest.MonkeyPatch) -> None:
    create_key, create_subnet = Key.create_from_cloudformation_json, Subnet.create_from_cloudformation_json

    def key_with_tags(name: str, resource: Json, account_id: str, region: str, **about: Any) -> Key:
        # moto hands CloudFormation's tags and policy to its KMS, which spells the one differently and wants the other
        # as text: KeyError in the middle of the stack.
        properties = resource["Properties"]
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags", [])]
        mended = properties | {"Tags": tags, "KeyPolicy": json.dumps(properties["KeyPolicy"])}
        return create_key(name, resource | {"Properties": mended}, account_id, region, **about)

    def subnet_in_its_zone(name: str, resource: Json, account_id: str, region: str, **about: Any) -> Subnet:
        # moto ignores AvailabilityZoneId here (its EC2 knows it) and puts every subnet into the first zone.
        zones = {zone.zone_id: zone.name for zone in ec2_backends[account_id][region].describe_availability_zones()}
        mended = resource["Properties"] | {"AvailabilityZone": zones[resource["Properties"]["AvailabilityZoneId"]]}
        return create_subnet(name, resource | {"Properties": mended}, account_id, region, **about)

    patch.setattr(Key, "create_from_cloudformation_json", key_with_tags)
    patch.setattr(Subnet, "create_from_cloudformation_json", subnet_in_its_zone)
    # moto stores the objects that CloudFormation takes where its services expect, and give, text.
    _mend_text(patch, Document, "Content")
    _mend_text(patch, VPCEndPoint, "PolicyDocument")
    # Without it `Ref` gives the bus itself instead of its name, and the rule on it crashes.
    patch.setattr(EventBus, "physical_resource_id", property(lambda bus: bus.name), raising=False)


def _mend_text(patch: pytest.MonkeyPatch, model: Any, property: str) -> None:
    create = model.create_from_cloudformation_json

    def create_with_text(name: str, resource: Json, account_id: str, region: str, **about: Any) -> Any:
        mended = resource["Properties"] | {property: json.dumps(resource["Properties"][property])}
        return create(name, resource | {"Properties": mended}, account_id, region, **about)

    patch.setattr(model, "create_from_cloudformation_json", create_with_text)
