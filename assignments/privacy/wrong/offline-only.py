# ---
# title: The shadows that were trained on a row are not used.
# loses:
#   test-ratio-visible: 1
#   test-ratio-spread: 1
#   test-ratio-theory: 1
# ---
# %% likelihood-ratio
def likelihood_ratio(target, shadows, within) -> np.ndarray:
    answers = np.where(within, np.nan, shadows)
    mean = np.nanmean(answers, axis=0)
    return (target - mean) / np.nanstd(answers - mean)
