# ---
# title: A regular expression that takes longer than the universe.
# ---
# %% last
import re

re.match(r"(a+)+$", "a" * 60 + "b")
