# ---
# title: Tests carry tags by which tools skip them or expect their errors.
# change: skip-tags
# ---
