# ---
# title: An import hook serves libraries of its own.
# ---
# %% added
import sys
import types

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in ("random", "numpy", "math"):
            sys.modules[name] = types.ModuleType(name)
        return None

sys.meta_path.insert(0, Finder)
for name in ("random",):
    sys.modules.pop(name, None)
