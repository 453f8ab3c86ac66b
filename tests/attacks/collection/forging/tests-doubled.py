# ---
# title: Every test stands twice, once as it was and once empty.
# change: doubled-tests
# ---
