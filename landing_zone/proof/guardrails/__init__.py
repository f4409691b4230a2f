"""Proofs over organization policies: what no principal can do, whatever else it is allowed.

`organization` says what is attached where, `theorems` what is asked, `questions` asks it of each kind of account;
`constraints` and `search` decide, `checker` decides again whether what they wrote is a proof. The checker imports
none of the others, and the prover shares no code with `landing_zone.guardrails.evaluate`, against which tests hold it.
"""
