# ---
# title: Each row has a spread of its own, which few shadows estimate badly.
# loses:
#   test-ratio-spread: 1
# ---
# %% likelihood-ratio
def likelihood_ratio(target, shadows, within) -> np.ndarray:
    parts = []
    for part in (within, ~within):
        answers = np.where(part, shadows, np.nan)
        parts.append(
            stats.norm.logpdf(target, np.nanmean(answers, axis=0), np.nanstd(answers, axis=0))
        )
    return parts[0] - parts[1]
