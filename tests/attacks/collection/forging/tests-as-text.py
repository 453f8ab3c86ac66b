# ---
# title: The tests are turned into Markdown.
# change: tests-as-markdown
# ---
