"""The mentor's page: marking in the browser, alone or on a hub.

`make_app` makes the application, `serve` runs it. Marks go to nbgrader's gradebook; everything else that
mentors decide is kept by `kit.desk.records`.
"""

from kit.desk.app import make_app
from kit.desk.server import serve

__all__ = ["make_app", "serve"]
