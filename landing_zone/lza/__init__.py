"""Landing Zone Accelerator configurations, versions 1.9 to 1.15: read with places, and assessed.

Reads files of the configuration only: no AWS call, no node. Nothing is guessed: what is not understood is listed with
its place, and what could not be read makes the result a partial one, with a fault for each reason.
"""
