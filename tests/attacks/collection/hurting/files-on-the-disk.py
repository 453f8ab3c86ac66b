# ---
# title: Large files fill the disk.
# ---
# %% last
import os

for number in range(50):
    try:
        with open(f"large-{number}", "wb") as file:
            for _ in range(100):
                file.write(os.urandom(1 << 20))
    except OSError as error:
        print(error)
        break
