"""alarm_hub: where the alarms of every account arrive, in the security account."""

from __future__ import annotations

from constructs import Construct

from constructs_lib.alarm_bus import AlarmBus, AlarmRecord
from constructs_lib.alarm_mail import AlarmMail, DeliveryAlarm
from constructs_lib.log_group import EncryptedLogGroup
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.alarms import hub_alarm
from landing_zone.plan.model import Variant
from landing_zone.plan.names import ALARM_LOG_GROUP, LOGS_KEY_EXPORT


class AlarmHubStack(RoleStack):
    """A bus for the organization's alarms, their record, and mails to the owner of each severity."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: alarm hub")
        shape, key_arn = variant.shape, self.imported(LOGS_KEY_EXPORT)
        bus = AlarmBus(self, "Bus", key_arn=key_arn, organization_id=self.value("OrganizationId"))
        log_group = EncryptedLogGroup(
            self,
            "Alarms",
            name=ALARM_LOG_GROUP,
            kind="findings",
            retention_days=shape["retention_days"]["findings"],
            key_arn=key_arn,
        )
        AlarmRecord(self, "Record", bus=bus, log_group=log_group)
        mail = AlarmMail(self, "Mail", bus=bus, key_arn=key_arn, owners=shape["owners"])
        alarm = hub_alarm()
        DeliveryAlarm(
            self,
            "Delivery",
            alarm=alarm,
            topic_arn=mail.topics[alarm.severity].arn,
            description=alarm.description(shape["owners"][alarm.severity], shape["runbooks"]),
        )
