"""Controls, rules over templates and values, acknowledgements: what is checked, and what was found.

Works on template JSON of any origin. Nothing here imports aws_cdk or jsii, reads a clock, or talks to AWS.
"""
