# ---
# title: The share is taken of the rows that were right before, not of all rows.
# loses:
#   test-worst-visible: 1
#   test-worst-union: 1
# ---
# %% worst-case
def worst_case(
    network: list, x: torch.Tensor, y: torch.Tensor, eps: float, attacks: dict[str, torch.Tensor]
) -> tuple[float, dict[str, int]]:
    clean = logits(network, x).argmax(dim=1) == y
    right, broken = clean.clone(), {}
    for name, points in attacks.items():
        outside = torch.maximum(points - 1, -points).amax(dim=1)
        far = ((points - x).abs() - eps).amax(dim=1)
        allowed = torch.maximum(outside, far) <= 1e-6
        turned = clean & allowed & (logits(network, points).argmax(dim=1) != y)
        broken[name] = int(turned.sum())
        right &= ~turned
    return float(right.sum() / clean.sum()), broken
