"""Files of a few bytes that claim more pixels than a memory holds are refused by name, before there is room for them.

They are read in a process of its own that may have no more than 2 GiB.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import cv2
import h5py
import Imath
import numpy as np
import OpenEXR
import pytest
from label_sources import png_that_claims
from PIL import Image

from labelpass import _MOST_PIXELS
from postprocess.errors import ExportError
from postprocess.matlab import open_mat, read_stack, read_texts
from postprocess.picture_sizes import MOST_PIXELS, is_picture, refuse_huge

ROOT = Path(__file__).resolve().parents[2]
SIDE = 20_000
_READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
from pathlib import Path
from blender_addon.contract.labels import built_in
from postprocess import exr, pixels
from postprocess.errors import ExportError
from postprocess.importers import picture_files
path, of = Path(sys.argv[1]), built_in("nyu40")
try:
    {read}
except ExportError as error:
    print(error)
"""


def exr_of(path: Path, side: int) -> Path:
    """A file of one channel with its first 16 rows."""
    header = OpenEXR.Header(side, side)
    header["channels"] = {"Label": Imath.Channel(Imath.PixelType(Imath.PixelType.FLOAT))}
    header["compression"] = Imath.Compression(Imath.Compression.ZIP_COMPRESSION)
    file = OpenEXR.OutputFile(str(path), header)
    file.writePixels({"Label": np.zeros((16, side), np.float32).tobytes()}, 16)
    file.close()
    return path


@pytest.mark.parametrize(
    ("ending", "read"),
    [
        (".png", "pixels.decoded_label_png(path, path.read_bytes(), 'uint8')"),
        (".png", "pixels.decoded_label_png(path, path.read_bytes(), 'uint8', palette=True)"),
        (".png", "pixels.decoded_image(path, path.read_bytes())"),
        (".png", "picture_files.picture(path)"),
        (".exr", "exr.read_labels(path, of)"),
        (".exr", "exr.read_all_channels(path)"),
        (".exr", "exr.read_index_pass(path, of)"),
    ],
)
def test_what_would_fill_the_memory_is_refused(tmp_path, ending, read):
    path = tmp_path / f"a{ending}"
    path.write_bytes(png_that_claims(SIDE, SIDE)) if ending == ".png" else exr_of(path, SIDE)
    assert path.stat().st_size < 2**16
    words = [sys.executable, "-c", _READ.format(read=read), str(path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert re.search(rf"{path.name} says that it has (20000x20000|more than 178,956,970) pixels", done.stdout)


def test_a_front_door_that_opencv_hears_says_the_same():
    assert int(_MOST_PIXELS) == MOST_PIXELS == 2 * Image.MAX_IMAGE_PIXELS


def test_large_panoramas_are_let_in():
    refuse_huge("a", 16384, 8192)
    with pytest.raises(ExportError, match="a says that it has 16384x16384 pixels"):
        refuse_huge("a", 16384, 16384)


def test_headers(tmp_path):
    picture = np.zeros((4, 5, 3), np.uint8)
    for ending in (".png", ".jpg", ".tif", ".webp"):
        data = cv2.imencode(ending, picture)[1].tobytes()
        assert is_picture(tmp_path, data)
        assert not is_picture(tmp_path, data[:4])
    for data in (b"", b"\x89PNG\r\n\x1a\n", b"x" * 1000):
        assert not is_picture(tmp_path, data)
    with pytest.raises(ExportError, match="bomb says that it has 40000x40000 pixels"):
        is_picture("bomb", png_that_claims(40_000, 40_000))
    huge = bytearray(cv2.imencode(".jpg", picture)[1].tobytes())
    at = huge.index(b"\xff\xc0") + 5
    huge[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(ExportError, match="bomb says that it has more than"):
        is_picture("bomb", bytes(huge))


# --- MATLAB's files, which are HDF5 -----------------------------------------------------------------------------------


def test_pieces_that_would_fill_the_memory(tmp_path):
    path = tmp_path / "a.mat"
    with h5py.File(path, "w") as file:
        file.create_dataset("wide", (2, 60_000, 60_000), np.uint8, chunks=(1, 100, 100))
        file.create_dataset("chunked", (40_000, 100, 1000), np.uint8, chunks=(40_000, 100, 1000), compression="gzip")
        file.create_dataset("fine", (2, 3, 4), np.uint8)
    for name in ("wide", "chunked"):
        with pytest.raises(ExportError, match=rf"a\.mat: '{name}' says that it has pieces of .* more than any picture"):
            read_stack(path, name, 0)
    assert read_stack(path, "fine", 1).shape == (4, 3)


def test_texts_that_would_fill_the_memory(tmp_path):
    path = tmp_path / "a.mat"
    with h5py.File(path, "w") as file:
        long = file.create_dataset("long", (2**31, 1), np.uint16, chunks=(1000, 1))
        file.create_dataset("names", data=np.array([[long.ref]], h5py.ref_dtype))
        file.create_dataset("many", (2**31, 1), h5py.ref_dtype, chunks=(1000, 1))
    with open_mat(path) as file:
        with pytest.raises(ExportError, match=r"'names' is no list of texts: a text of 2,147,483,648 letters"):
            read_texts(file, path, "names")
        with pytest.raises(ExportError, match=r"'many' is no list of texts: 2,147,483,648 are more than anybody has"):
            read_texts(file, path, "many")


def test_what_lies_in_another_file_is_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret" * 4)
    with h5py.File(tmp_path / "other.mat", "w") as file:
        file.create_dataset("there", data=np.zeros((1, 4, 6), np.uint8))
    path = tmp_path / "a.mat"
    with h5py.File(path, "w") as file:
        file.create_dataset("raw", (1, 4, 6), np.uint8, external=[(str(secret), 0, 24)])
        file["linked"] = h5py.ExternalLink("other.mat", "there")
        layout = h5py.VirtualLayout((1, 4, 6), np.uint8)
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.mat"), "there", (1, 4, 6))
        file.create_virtual_dataset("virtual", layout)
    for name in ("raw", "linked", "virtual"):
        with pytest.raises(ExportError, match=rf"a\.mat: '{name}' lies in another file"):
            read_stack(path, name, 0)
