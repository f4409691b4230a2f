"""Reusable CDK constructs: secure with no arguments given, one idea per file. No manifest and no account names here."""
