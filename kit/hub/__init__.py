"""The hub: JupyterHub with the courses, the grading and the mentor's desk in it, on one machine.

`kit.hub.supervisor` starts it, `kit.hub.configuration` says to JupyterHub what it is made of, and
`kit.hub.check` looks at a running one as a student and as a mentor would.
"""
