"""Release, repair, execute, mark, and tell: the life of an assignment on nbgrader's own formats.

Modules are imported by name, since most of them are needed by one command only and the grading extra
(nbgrader, nh3 and others) is not part of the base installation.
"""
