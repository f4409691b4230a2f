"""Proofs over what was generated: networks from templates, guardrails from policies. Reads files, builds nothing."""
