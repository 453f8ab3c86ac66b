# ---
# title: A damaged file has no names.
# loses:
#   test-scan-damaged: 1
#   test-scan-several: 1
# ---
# %% scan-pickle
def scan_pickle(data: bytes) -> tuple[list[str], bool]:
    names, file = set(), io.BytesIO(data)
    try:
        while file.tell() < len(data):
            texts, memo = [None, None], {}
            for step, argument, _ in pickletools.genops(file):
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
        return [], False
    return sorted(names), True
