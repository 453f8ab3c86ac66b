"""The verdict from outside: tests run in a process that the learner's code can not reach.

`kit.grading.outside.session.execute_outside` has the shape of `kit.grading.inside.journey.execute_inside`;
docs/verdict.md says what it supports. Nothing is imported here, because the process that runs a learner's code
imports this package too.
"""
