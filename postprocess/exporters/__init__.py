"""The formats. Each module holds one frozen dataclass: its fields are the format's options, its methods say what is
written where and as which value. `postprocess.dataset` does the writing, the same for all."""

from .nyu import Nyu
from .segnet import Segnet

Format = Nyu | Segnet
FORMATS: dict[str, type[Nyu] | type[Segnet]] = {"nyu": Nyu, "segnet": Segnet}
