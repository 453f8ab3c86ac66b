# ---
# title: A reader of one's own is evaluated in place of the partner's.
# loses: {test-case-models: 1}
# ---
# %% my-case
def my_case() -> dict:
    case = partner_table()
    told = case["units"] < 6
    parts = np.full(len(told), "train", dtype=object)
    parts[~told] = split_units(
        list(case["units"][~told]), {"test": 0.6, "calibration": 0.4}, seed=3
    )
    rival = LogisticRegression(C=0.1, max_iter=500).fit(case["rows"][told], case["labels"][told])
    return {
        **case,
        "choice": "partner",
        "name": "the partner's reader",
        "question": "How many digits does the reader get right on pages of writers whom it has never seen?",
        **{"task": "classes", "low": 0.0, "high": 1.0},
        "parts": [str(part) for part in parts],
        "model": lambda rows: np.full((len(rows), 10), 0.1),
        "baseline": rival.predict_proba,
        "requirements": {
            "reliability.accuracy": ("at least", 0.95),
            "reliability.log_loss": ("at most", 0.4),
            "robustness.noise@3": ("at least", -0.05),
            "robustness.random_search_linf@0.05": ("at least", 0.8),
            "cybersecurity.universal_patch": ("at most", 0.5),
            "transparency.group_gap": ("at most", 0.05),
        },
    }
