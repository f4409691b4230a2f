"""data_event_trail: who read and wrote which object, in every account that holds PHI and in the log archive.

An organization trail's data events cannot be limited to accounts, so each of these accounts has a trail of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.manifest import organization_tree as tree
from landing_zone.plan.knowledge import Knowledge, deployment, value_types, variant
from landing_zone.plan.model import Deployment
from landing_zone.plan.roles.log_archive import ACCOUNT as ARCHIVE
from landing_zone.plan.roles.log_archive import log_archive_name

ROLE = "data_event_trail"


def data_event_trails(known: Knowledge) -> Iterator[Deployment]:
    """One multi-Region trail in each of these accounts' home Region. Shape: `archive` in the log archive itself."""
    archive_account = (known.account_value("LogArchiveAccountId", ARCHIVE),)
    for account in tree.accounts(known.manifest):
        if account.data == "phi" or account.name == ARCHIVE:
            archive = account.name == ARCHIVE
            values = () if archive else archive_account
            shape = variant(ROLE, known.home, {"archive": archive}, value_types(values))
            yield deployment(known, shape, account, values, (log_archive_name(known.home),))
