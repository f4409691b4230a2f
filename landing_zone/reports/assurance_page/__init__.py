"""The auditor's report as one HTML file: no network, readable without scripts and on paper.

`page` renders it, `view` and `tables` group what it shows, `words` explains it, `palette` has its colours. Nothing here
decides a status.
"""

from landing_zone.reports.assurance_page.page import assurance_page

__all__ = ["assurance_page"]
