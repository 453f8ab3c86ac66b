# ---
# title: One output of two hundred megabytes, and one of a million lines.
# ---
# %% last
from IPython.display import HTML, display

print("line\n" * 1_000_000)
display(HTML("x" * 200_000_000))
