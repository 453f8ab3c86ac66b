# ---
# title: Every point counts, also one that the threat model forbids.
# loses:
#   test-worst-rules: 1
# ---
# %% worst-case
def worst_case(
    network: list, x: torch.Tensor, y: torch.Tensor, eps: float, attacks: dict[str, torch.Tensor]
) -> tuple[float, dict[str, int]]:
    clean = logits(network, x).argmax(dim=1) == y
    right, broken = clean.clone(), {}
    for name, points in attacks.items():
        turned = clean & (logits(network, points).argmax(dim=1) != y)
        broken[name] = int(turned.sum())
        right &= ~turned
    return float(right.double().mean()), broken
