# ---
# title: The answer cells carry the grade_id of tests, and the tests those of answers.
# change: swapped-ids
# ---
