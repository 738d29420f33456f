import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

sys.path.insert(0, str(REPOSITORY / "bench"))
sys.path.insert(0, str(REPOSITORY / "client" / "python"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
