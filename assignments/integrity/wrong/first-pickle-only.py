# ---
# title: Only the first pickle of a file is read.
# loses:
#   test-scan-several: 1
# ---
# %% scan-pickle
def scan_pickle(data: bytes) -> tuple[list[str], bool]:
    names, texts, memo = set(), [None, None], {}
    try:
        for step, argument, _ in pickletools.genops(data):
            if step.name == "GLOBAL":
                names.add(argument.replace(" ", ".", 1))
            elif step.name == "STACK_GLOBAL":
                names.add(f"{texts[-2]}.{texts[-1]}")
            elif "UNICODE" in step.name:
                texts.append(argument)
            elif step.name == "MEMOIZE":
                memo[len(memo)] = texts[-1]
            elif "PUT" in step.name:
                memo[argument] = texts[-1]
            elif "GET" in step.name:
                texts.append(memo.get(argument))
    except ValueError:
        return sorted(names), False
    return sorted(names), True
