import sys
from pathlib import Path

# pytest's importlib mode leaves sys.path alone, and helper modules are imported by name.
sys.path.insert(0, str(Path(__file__).parent))
