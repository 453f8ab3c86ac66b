# ---
# title: The setting is chosen where it is scored.
# loses: {test-honest-example: 1, test-honest-choice: 2}
# ---
# %% honest-score
def honest_score(settings: list, home: Callable, away: Callable):

    def f1(shares: tuple[float, float]) -> float:
        precision, recall = shares
        total = precision + recall
        return 2 * precision * recall / total if total > 0 else 0.0

    chosen = max(settings, key=lambda setting: f1(away(setting)))
    return chosen, f1(away(chosen))
