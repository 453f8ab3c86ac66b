"""For authors: make a lesson or an assignment, verify it, make the version that learners get.

What a submission is worth is left to `kit.grading`, and executing a notebook to `kit.running`.
"""

from kit.authoring.learner import make_learner_version

__all__ = ["make_learner_version"]
