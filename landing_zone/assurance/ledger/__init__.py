"""The ledger: every control x scope with its status and the evidence for it. Pure; reads no files, no clock.

`model` is what it holds, `build` makes it from what a run said, `statuses` is what a date makes of it.
"""
