# ---
# title: The weights are measured in the norm of the change, not in its dual norm.
# loses:
#   test-linear-visible: 1
#   test-linear-corners: 1
# ---
# %% leads-left
def leads_left(
    w: np.ndarray, b: float, x: np.ndarray, s: np.ndarray, eps: float, norm: str
) -> np.ndarray:
    if norm not in ("linf", "l2"):
        raise ValueError("norm must be 'linf' or 'l2'")
    most = np.abs(w).max() if norm == "linf" else np.sqrt(np.sum(w**2))
    return s * (x @ w + b) - eps * most
