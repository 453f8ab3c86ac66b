"""A learner's own folder: made, kept up to date, and opened in JupyterLab."""
