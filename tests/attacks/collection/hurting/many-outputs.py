# ---
# title: Two hundred thousand small outputs.
# ---
# %% last
from IPython.display import display

for number in range(200_000):
    display(number)
