"""Organization policies: from statements that are data to a few policies, attached along the OU tree.

Pure functions of an OU tree, guardrails, parameters and quotas; `landing_zone.plan` says what these are for a manifest.
"""
