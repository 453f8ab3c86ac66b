import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# pytest's importlib mode leaves sys.path alone, and helper modules are imported by name.
sys.path.insert(0, str(HERE))


def pytest_collection_modifyitems(items):
    if sys.platform != "linux":
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="the attacks need Linux"))
