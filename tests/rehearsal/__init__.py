"""What the rehearsal of a deployment stands on: accounts in a moto server, what moto gets wrong, and how to read back.

No tests live here; tests/test_deploy.py has them.
"""
