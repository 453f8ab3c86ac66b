# ---
# title: Wrong work without any attack.
# ---
