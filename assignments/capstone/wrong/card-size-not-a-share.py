# ---
# title: The size of the attack is 0.05 and 0.1 whatever the range of the inputs.
# loses: {test-card-distance: 1}
# ---
# %% make-card
def make_card(model: object, case: dict, parts: list[str], seed: int) -> dict:
    rows, labels, units = (np.asarray(case[name]) for name in ("rows", "labels", "units"))
    part = np.array(list(parts))
    tables = {
        name: (rows[part == name], labels[part == name])
        for name in ("test", "calibration", "train")
    }
    clip = (case["low"], case["high"])
    threats = [Corruptions(("noise", "missing"), clip=clip)]
    settings = {"clusters": units[part == "test"], "name": case["name"], "seed": seed}
    if case["task"] == "classes":
        eps = (0.05, 0.1)
        threats += [Linf(eps=eps, clip=clip, access="black-box", queries=50), Patch(3, clip=clip)]
        settings["sensitive"] = units[part == "test"]
    else:
        settings["output"] = "numbers"
    return evaluate(model, **tables, threats=threats, **settings).to_dict()
