# ---
# title: Objects whose text is endless, no text at all, or an error.
# ---
# %% last
class Bad:
    def __repr__(self):
        raise SystemExit

class NoText:
    def __repr__(self):
        return 5

class Long:
    def __repr__(self):
        return "x" * 50_000_000

    def _repr_html_(self):
        return {"a": self}

    def _repr_mimebundle_(self, **options):
        return {"text/plain": 7, "text/html": b"\xff", 5: "x"}, 9

from IPython.display import display

for found in (Long(), NoText(), Bad()):
    display(found)
