# ---
# title: A name is the last two texts that were written, and the memo is not followed.
# loses:
#   test-scan-visible: 1
#   test-scan-protocols: 1
#   test-scan-several: 1
# ---
# %% scan-pickle
def scan_pickle(data: bytes) -> tuple[list[str], bool]:
    names, file = set(), io.BytesIO(data)
    while file.tell() < len(data):
        texts = [None, None]
        try:
            for step, argument, _ in pickletools.genops(file):
                if step.name == "GLOBAL":
                    names.add(argument.replace(" ", ".", 1))
                elif step.name == "STACK_GLOBAL":
                    names.add(f"{texts[-2]}.{texts[-1]}")
                elif "UNICODE" in step.name:
                    texts.append(argument)
        except ValueError:
            return sorted(names), False
    return sorted(names), True
