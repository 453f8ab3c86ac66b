# ---
# title: A name passes when it begins like one of the list.
# loses:
#   test-verdict-exact: 1
# ---
# %% give-verdict
def give_verdict(data: bytes, allowed: list[str]) -> str:
    names, complete = scan_pickle(data)
    if not complete:
        return "damaged"
    if not all(name.startswith(tuple(allowed)) for name in names):
        return "refused"
    return "allowed" if names else "plain"
