# ---
# title: The marks of others are read in the gradebook.
# ---
# %% added
import sqlite3

try:
    with sqlite3.connect("file:@COURSE@/gradebook.db?mode=ro", uri=True) as book:
        print("REACHED", book.execute("select count(*) from student").fetchall())
except sqlite3.Error:
    pass
