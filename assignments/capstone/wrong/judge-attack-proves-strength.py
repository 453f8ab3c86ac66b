# ---
# title: An attack that failed is taken for a proof that the model is robust.
# loses: {test-judge-bounds: 1, test-judge-cards: 1}
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
            above, below = row["low"] >= number, row["high"] <= number
            if kind == "at least":
                met, missed = above, row["high"] < number
            else:
                met, missed = below, row["low"] > number
            if not (met or missed):
                verdicts[id] = "open"
            else:
                verdicts[id] = "met" if met else "missed"
    return verdicts
