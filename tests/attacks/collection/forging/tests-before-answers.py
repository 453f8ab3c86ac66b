# ---
# title: All tests stand at the top, before the answers.
# change: tests-first
# ---
