# ---
# title: An input transformer empties every later cell.
# ---
# %% added
get_ipython().input_transformers_post.append(lambda lines: ["pass\n"])
