# ---
# title: All tests are deleted.
# change: without-tests
# ---
