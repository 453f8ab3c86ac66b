# ---
# title: Attachments of Markdown cells that are HTML.
# change: script-in-attachments
# ---
# %% markdown
![x](attachment:x.html) ![y](attachment:y.svg)
