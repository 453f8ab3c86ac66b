# ---
# title: The points in the metadata of tests are a thousand times higher.
# change: thousandfold
# ---
