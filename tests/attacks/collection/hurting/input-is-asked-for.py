# ---
# title: The notebook asks for input that nobody gives.
# ---
# %% last
name = input("Your name? ")
