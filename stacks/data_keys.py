"""data_keys: the keys of an account's data in a Region, one for each domain."""

from __future__ import annotations

from typing import cast

from aws_cdk import CfnParameter
from constructs import Construct

from constructs_lib.domain_key import DomainKey
from constructs_lib.domain_use import description_of, use_of
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import key_export
from landing_zone.plan.roles.data_keys import primary_key_value


class DataKeysStack(RoleStack):
    """Single keys, multi-Region primaries, and replicas of a primary in the home Region, as the plan says."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: data keys")
        shape = variant.shape
        copies = shape["copies"]
        tokens = self._tokens(copies)
        for domain, kind in shape["domains"].items():
            key = DomainKey(
                self,
                f"{domain.title()}Key",
                domain=domain,
                description=description_of(domain),
                qualifier=qualifier,
                use=use_of(domain, copies=copies, tokens=tokens),
                rotation_days=shape["key_rotation_days"],
                deletion_window_days=shape["key_deletion_window_days"],
                administrators=shape["key_administrators"],
                multi_region=kind == "primary",
                primary_arn=self._primary(domain) if kind == "replica" else None,
            )
            self.export(key_export(domain), key.arn)

    def _tokens(self, copies: str | None) -> dict[str, str]:
        if copies == "sent":
            return {"backup_account": self.value("BackupAccountId")}
        return {"organization": self.value("OrganizationId")} if copies == "received" else {}

    def _primary(self, domain: str) -> str:
        name = primary_key_value(domain)
        arn = self.value(name)
        # An ARN is no secret, but of `SecretsPrimaryKeyArn` linters say so by its name (W2509).
        cast(CfnParameter, self.node.find_child(name)).no_echo = True
        return arn
