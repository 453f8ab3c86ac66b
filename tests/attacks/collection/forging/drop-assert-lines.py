# ---
# title: An input transformer deletes the lines with assert.
# ---
# %% added
get_ipython().input_transformers_cleanup.append(
    lambda lines: [line for line in lines if "assert" not in line and "testing" not in line]
)
