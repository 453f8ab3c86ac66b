# ---
# title: The p-values are not corrected.
# loses: {test-compare-holm: 1}
# ---
# %% compare-on
def compare_on(card: dict, baseline: dict, ids: list[str], alpha: float) -> dict[str, dict]:
    if card["facts"]["test_fingerprint"] != baseline["facts"]["test_fingerprint"]:
        raise ValueError("the two cards rest on other test rows")
    ours, theirs = ({row["id"]: row for row in each["rows"]} for each in (card, baseline))
    found = {}
    for id in ids:
        pair = [rows[id] for rows in (ours, theirs) if id in rows]
        usable = [row for row in pair if row["status"] == "measured" and row["items"] is not None]
        if len(usable) == 2:
            items = (row["items"] for row in usable)
            found[id] = compare_paired(*items, clusters=card["clusters"])
    adjusted = dict(zip(found, [each.p for each in found.values()], strict=True))
    compared = {}
    for id in ids:
        if id not in found:
            compared[id] = {"verdict": "not compared"}
            continue
        value, p = float(found[id].value), float(adjusted[id])
        wish = {"higher": 1, "lower": -1}.get(ours[id]["direction"], 0)
        if p >= alpha:
            verdict = "no difference shown"
        elif wish == 0:
            verdict = "different"
        else:
            verdict = "better" if value * wish > 0 else "worse"
        compared[id] = {"difference": value, "p": p, "verdict": verdict}
    return compared
