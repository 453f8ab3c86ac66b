# ---
# title: Licences are compared by their beginning, so cc-by takes cc-by-nc with it.
# loses:
#   test-licence-published: 1
#   test-licence-lost: 1
# ---
# %% filter-licences
def filter_licences(table, licences, allowed):
    beginnings = tuple(name.rsplit("-", 1)[0] for name in allowed)
    usable = [
        licences.get(source, "").startswith(beginnings) for source in table["dataset"].tolist()
    ]
    kept = set(table["proposed_label"][usable].tolist())
    lost = set(table["proposed_label"].tolist()) - kept
    return int(table["n"][usable].sum()), sorted(lost)
