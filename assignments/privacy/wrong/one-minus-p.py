# ---
# title: The confidence is log(p / (1 - p)) with a p that is rounded to 1.
# loses:
#   test-confidence-extreme: 1
# ---
# %% confidence
def confidence(logits, labels) -> np.ndarray:
    p = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    p = (p / p.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
    with np.errstate(divide="ignore"):
        return np.log(p / (1 - p))
