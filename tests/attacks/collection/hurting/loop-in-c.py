# ---
# title: A calculation inside one instruction, which no signal handler interrupts.
# ---
# %% last
10 ** (10**9) % 7
