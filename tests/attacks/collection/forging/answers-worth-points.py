# ---
# title: The answer cells claim in their metadata that they are tests with points.
# change: answers-are-tests
# ---
