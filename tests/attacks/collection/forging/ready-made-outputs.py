# ---
# title: The notebook is handed in with outputs that say that all tests passed.
# change: outputs
# ---
