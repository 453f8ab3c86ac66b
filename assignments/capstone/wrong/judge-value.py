# ---
# title: The value is held against the number, and the interval is not used.
# loses: {test-judge-visible: 1, test-judge-intervals: 1, test-judge-bounds: 1, test-dossier-honest: 1}
# ---
# %% judge
def judge(card: dict, requirements: dict[str, tuple[str, float]]) -> dict[str, str]:
    rows = {row["id"]: row for row in card["rows"]}
    verdicts = {}
    for id, (kind, number) in requirements.items():
        row = rows.get(id)
        if row is None:
            verdicts[id] = "not on the card"
        elif row["status"] != "measured":
            verdicts[id] = row["status"].replace("_", " ")
        else:
            above, below = row["value"] >= number, row["value"] <= number
            if kind == "at least":
                met, missed = above, row["value"] < number
                blind = {"upper": met, "lower": missed}
            else:
                met, missed = below, row["value"] > number
                blind = {"upper": missed, "lower": met}
            if blind.get(row["bound"], False) or not (met or missed):
                verdicts[id] = "open"
            else:
                verdicts[id] = "met" if met else "missed"
    return verdicts
