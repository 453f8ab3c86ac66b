# ---
# title: Names on a list of forbidden ones are refused, all others pass.
# loses:
#   test-verdict-exact: 1
# ---
# %% give-verdict
def give_verdict(data: bytes, allowed: list[str]) -> str:
    names, complete = scan_pickle(data)
    if not complete:
        return "damaged"
    if any(name in ("builtins.eval", "builtins.exec", "builtins.print") for name in names):
        return "refused"
    return "allowed" if names else "plain"
