# ---
# title: The folder is filled with pipes, sockets and links that lead round in a circle.
# ---
# %% added
import os

os.mkfifo("data.csv")
os.mkfifo("timestamp.txt")
os.symlink("round", "round")
os.symlink("/dev/zero", "zero.txt")
os.symlink("..", "up")
os.symlink("@HOME@", "home")
