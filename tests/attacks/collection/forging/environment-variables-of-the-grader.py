# ---
# title: Variables by which graders are configured are set for whoever inherits them.
# ---
# %% added
import os

os.environ.update(NBGRADER_VALIDATING="1", PYTHONOPTIMIZE="2", PYTHONSTARTUP="/tmp/x", KIT_WALLS="none", PYTEST_ADDOPTS="-k none")
