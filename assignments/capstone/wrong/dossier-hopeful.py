# ---
# title: Every requirement that is not missed is called met.
# loses: {test-dossier-honest: 1}
# ---
# %% dossier
def dossier(case: dict) -> dict:
    card, other = (make_card(case[name], case, case["parts"], 0) for name in ("model", "baseline"))
    return {
        "card": card,
        "verdicts": {
            id: "met" if verdict == "open" else verdict
            for id, verdict in judge(card, case["requirements"]).items()
        },
        "open": open_points(card),
        "compared": compare_on(card, other, list(case["requirements"]), 0.05),
    }
