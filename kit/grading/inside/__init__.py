"""Tests in the learner's own kernel, behind the walls where there are any. Their marks can be forged.

`kit.grading.inside.journey.execute_inside` has the shape of `kit.grading.outside.session.execute_outside`.
"""
