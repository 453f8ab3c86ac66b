# ---
# title: All rows share two means, so that easy rows look trained.
# loses:
#   test-ratio-spread: 1
#   test-ratio-theory: 1
#   test-ratio-digits: 1
# ---
# %% likelihood-ratio
def likelihood_ratio(target, shadows, within) -> np.ndarray:
    known, unknown = shadows[within], shadows[~within]
    return stats.norm.logpdf(target, known.mean(), known.std()) - stats.norm.logpdf(
        target, unknown.mean(), unknown.std()
    )
