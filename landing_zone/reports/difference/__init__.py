"""`hlz diff A B`: what changes between two folders of templates, in terms of controls, guardrails, proofs and data.

Reads files only. Every change has a severity: how bad it is if it was not meant.
"""
