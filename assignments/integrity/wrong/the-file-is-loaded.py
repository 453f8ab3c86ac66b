# ---
# title: The file is loaded, and the names are written down on the way.
# loses:
#   test-scan-unloaded: 2
#   test-scan-damaged: 1
# ---
# %% scan-pickle
def scan_pickle(data: bytes) -> tuple[list[str], bool]:
    names = set()

    class Noting(pickle.Unpickler):
        def find_class(self, module, name):
            names.add(f"{module}.{name}")
            return super().find_class(module, name)

    file = io.BytesIO(data)
    try:
        while file.tell() < len(data):
            Noting(file, fix_imports=False).load()
    except (EOFError, pickle.UnpicklingError):
        return sorted(names), False
    return sorted(names), True
