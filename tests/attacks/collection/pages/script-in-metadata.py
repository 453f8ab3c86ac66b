# ---
# title: Metadata of notebook, cells and outputs with HTML.
# change: script-in-metadata
# ---
