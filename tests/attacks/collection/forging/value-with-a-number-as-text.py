# ---
# title: The text of a value looks like points.
# ---
# %% last
class Points:
    def __repr__(self):
        return "1.0"

Points()
