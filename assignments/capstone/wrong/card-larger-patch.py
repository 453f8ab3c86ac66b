# ---
# title: The patch may set nine features and leave the range of the inputs.
# loses: {test-card-visible: 1, test-card-patch: 1, test-dossier-again: 1}
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
        size = clip[1] - clip[0]
        eps = (0.05 * size, 0.1 * size)
        threats += [
            Linf(eps=eps, clip=clip, access="black-box", queries=50),
            Patch(9, clip=(clip[0] - 1, clip[1] + 1)),
        ]
        settings["sensitive"] = units[part == "test"]
    else:
        settings["output"] = "numbers"
    return evaluate(model, **tables, threats=threats, **settings).to_dict()
