"""Label maps and polygons, loaded by the readers that they are made for and held against the run, pixel by pixel."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_things import things_of, write_run_of_things

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, built_in
from blender_addon.contract.run import frame_folder
from postprocess.dataset import export
from postprocess.exr import read_labels

NYU13 = built_in("nyu13")
NAMES = [label.name for label in NYU13.labels]


class Exported:
    """Five runs, what they hold, and an export of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = [
            write_run_of_things(folder / f"run-{n}", NYU13, scene=f"{n}.blend", views=2) for n in range(5)
        ]  # fmt: skip

    def __call__(self, out: str, format: str, **options: object) -> Path:
        export(self.runs, self.folder / out, format, split=(0.6, 0.2, 0.2), options=options)
        return self.folder / out

    def names(self, out: Path, split: str) -> list[str]:
        return (out / f"{split}.txt").read_text().split()

    def labels(self, name: str) -> np.ndarray:
        return read_labels(frame_folder(*self._at(name)) / "labels.exr", NYU13).pixels

    def things(self, name: str) -> np.ndarray:
        return things_of(*self._at(name))

    def image(self, name: str) -> np.ndarray:
        return np.asarray(Image.open(frame_folder(*self._at(name)) / "image.png"))

    def _at(self, name: str) -> tuple[Path, int]:
        return self.runs[int(name[len("run-")])], int(name[-6:])


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported(tmp_path_factory.mktemp("exported"))


def from_zero(labels: np.ndarray, void: int = 255) -> np.ndarray:
    return np.where((labels >= 1) & (labels <= 13), labels.astype(int) - 1, void)


def pairs_of(labels: np.ndarray, things: np.ndarray) -> list[tuple[int, int]]:
    """(label, thing) of each object, ordered by both."""
    return sorted({(int(label), int(thing)) for label, thing in zip(labels.flat, things.flat) if 1 <= label <= 13})


def test_fastai(exported: Exported) -> None:
    vision = pytest.importorskip("fastai.vision.all")
    out = exported("fastai", "fastai")
    codes = np.loadtxt(out / "codes.txt", dtype=str)
    assert codes.tolist() == [*NAMES, "void"]
    block = vision.DataBlock(
        (vision.ImageBlock, vision.MaskBlock(codes)),
        get_items=vision.get_image_files,
        splitter=vision.FileSplitter(str(out / "valid.txt")),
        get_y=lambda path: path.parents[1] / "masks" / f"{path.stem}.png",
    )
    loaded = block.datasets(out / "scenes")
    for part, split in ((loaded.train, "train"), (loaded.valid, "val")):
        assert sorted(path.stem for path in part.items) == sorted(exported.names(out, split))
        for path, (image, mask) in zip(part.items, part):
            np.testing.assert_array_equal(np.asarray(image), exported.image(path.stem))
            np.testing.assert_array_equal(np.asarray(mask), from_zero(exported.labels(path.stem), 13))
    loaders = block.dataloaders(out / "scenes", bs=2, num_workers=0)
    scores = vision.torch.zeros(2, len(codes), 30, 40)
    assert vision.CrossEntropyLossFlat(axis=1)(scores, loaders.train and loaders.one_batch()[1]).isfinite()


def test_torchvision_voc(exported: Exported) -> None:
    reader = pytest.importorskip("torchvision.datasets")
    out = exported("VOCdevkit/VOC2012", "voc")
    dataset = reader.VOCSegmentation(str(exported.folder), year="2012", image_set="train")
    assert len(dataset) == 6
    for name, (_, mask) in zip(exported.names(out, "train"), dataset):
        labels = exported.labels(name)
        expected = np.select(
            [labels == BACKGROUND, (labels == IGNORE) | (labels == UNLABELLED)], [0, 255], labels.astype(int)
        )
        np.testing.assert_array_equal(np.asarray(mask), expected)


def test_torchvision_cityscapes(exported: Exported) -> None:
    reader = pytest.importorskip("torchvision.datasets")
    out = exported("cityscapes", "cityscapes", instances=True)
    for split, frames in (("train", 6), ("val", 2), ("test", 2)):
        dataset = reader.Cityscapes(str(out), split=split, target_type=["semantic", "instance"])
        assert len(dataset) == frames
        for path, (image, (ids, numbers)) in zip(dataset.images, dataset):
            city, _, number = Path(path).name.split("_")[:3]
            name = f"{city}_{number}"
            labels = exported.labels(name)
            expected = np.where((labels >= 1) & (labels <= 13), labels, 0)
            np.testing.assert_array_equal(np.asarray(image), exported.image(name))
            np.testing.assert_array_equal(np.asarray(ids), expected)
            instances = np.asarray(numbers)
            np.testing.assert_array_equal(np.where(instances >= 1000, instances // 1000, instances), expected)
            things = [thing for _, thing in pairs_of(labels, exported.things(name)) if thing]
            assert len(np.unique(instances[instances >= 1000])) == len(things)


def test_datumaro_voc(exported: Exported) -> None:
    dm = pytest.importorskip("datumaro")
    out = exported("voc", "voc", instances=True)
    dataset = dm.Dataset.import_from(str(out), "voc_segmentation")
    assert [label.name for label in dataset.categories()[dm.AnnotationType.label]] == ["background", *NAMES, "ignored"]
    assert {name: len(part) for name, part in dataset.subsets().items()} == {
        "train": 6,
        "val": 2,
        "test": 2,
        "trainval": 8,
    }
    for item in dataset:
        labels, things = exported.labels(item.id), exported.things(item.id)
        found = {each.group: each for each in item.annotations if each.group not in (0, 255)}
        expected = pairs_of(labels, things)
        assert sorted(found) == list(range(1, len(expected) + 1))
        for number, (label, thing) in enumerate(expected, 1):
            assert found[number].label == label
            np.testing.assert_array_equal(found[number].image, (labels == label) & (things == thing))


def test_datumaro_cityscapes(exported: Exported) -> None:
    dm = pytest.importorskip("datumaro")
    out = exported("for datumaro", "cityscapes")
    dataset = dm.Dataset.import_from(str(out), "cityscapes")
    assert [label.name for label in dataset.categories()[dm.AnnotationType.label]] == [*NAMES, "background"]
    assert len(dataset) == 10
    for item in dataset:
        city, _, number = Path(item.id).name.split("_")
        classes = from_zero(exported.labels(f"{city}_{number}"))
        # It takes the first class for the background, in Cityscapes itself, too (there road).
        assert {each.label for each in item.annotations} == set(np.unique(classes).tolist()) - {0, 255}
        for each in item.annotations:
            np.testing.assert_array_equal(each.image, classes == each.label)


@pytest.mark.parametrize("call", ["imagefolder", "the folder itself"])
def test_hugging_face(exported: Exported, tmp_path: Path, call: str) -> None:
    reader = pytest.importorskip("datasets")
    out = exported(f"hf {call}", "huggingface")
    path = {"path": "imagefolder", "data_dir": str(out)} if call == "imagefolder" else {"path": str(out)}
    dataset = reader.load_dataset(**path, cache_dir=str(tmp_path / "cache"))
    for split, folder in (("train", "train"), ("val", "validation"), ("test", "test")):
        assert set(dataset[folder].features) == {"image", "mask"}
        for name, row in zip(exported.names(out, split), dataset[folder], strict=True):
            np.testing.assert_array_equal(np.asarray(row["image"]), exported.image(name))
            np.testing.assert_array_equal(np.asarray(row["mask"]), from_zero(exported.labels(name)))


@pytest.mark.parametrize(
    ("format", "images", "labels", "ending", "zero"),
    [
        ("mmseg", "img_dir/train", "ann_dir/train", ".png", False),
        ("ade20k", "images/training", "annotations/training", ".jpg", True),
    ],
)
def test_mmseg(exported: Exported, format: str, images: str, labels: str, ending: str, zero: bool) -> None:
    reader = pytest.importorskip("mmseg.datasets", exc_type=ImportError)
    transforms = pytest.importorskip("mmseg.datasets.transforms")
    out = exported(f"{format} of mmseg", format)
    info = json.loads((out / "metainfo.json").read_text(encoding="utf-8")) if format == "mmseg" else {"classes": NAMES}
    folders = {"img_path": images, "seg_map_path": labels}
    dataset = reader.BaseSegDataset(
        data_root=str(out), data_prefix=folders, metainfo=info, img_suffix=ending, reduce_zero_label=zero
    )
    assert len(dataset) == 6 and list(dataset.metainfo["classes"]) == NAMES
    load = transforms.LoadAnnotations()
    for at in range(len(dataset)):
        row = dataset.get_data_info(at)
        expected = from_zero(exported.labels(Path(row["img_path"]).stem))
        np.testing.assert_array_equal(load({**row, "seg_fields": []})["gt_seg_map"], expected)


@pytest.fixture
def ultralytics(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], object]:
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    return lambda module: pytest.importorskip(f"ultralytics.data.{module}")


def test_ultralytics_masks(exported: Exported, ultralytics: Callable) -> None:
    out = exported("ultralytics", "ultralytics")
    data = ultralytics("utils").check_det_dataset(str(out / "data.yaml"), autodownload=False)
    assert list(data["names"].values()) == NAMES
    for split, frames in (("train", 6), ("val", 2), ("test", 2)):
        dataset = ultralytics("dataset").SemanticDataset(
            img_path=data[split], data=data, task="semantic", augment=False
        )
        assert len(dataset) == frames  # it drops masks with values that it does not know
        for at, path in enumerate(dataset.mask_files):
            np.testing.assert_array_equal(dataset.load_mask(at), from_zero(exported.labels(Path(path).stem)))


def test_ultralytics_polygons(exported: Exported, ultralytics: Callable) -> None:
    out = exported("yolo", "yolo")
    data = ultralytics("utils").check_det_dataset(str(out / "data.yaml"), autodownload=False)
    dataset = ultralytics("dataset").YOLODataset(img_path=data["train"], data=data, task="segment", augment=False)
    assert len(dataset) == 6
    for row in dataset.labels:
        name = Path(row["im_file"]).stem
        labels, things = exported.labels(name), exported.things(name)
        expected = [(label, thing) for label, thing in pairs_of(labels, things) if thing]
        assert row["cls"].ravel().tolist() == [label - 1 for label, _ in expected]
        for segment, (label, thing) in zip(row["segments"], expected, strict=True):
            points = segment.reshape(-1) * np.tile([40, 30], len(segment))
            mask = ultralytics("utils").polygon2mask((30, 40), [points], color=1).astype(bool)
            assert not ((labels == label) & (things == thing) & ~mask).any()


def test_supervision(exported: Exported) -> None:
    reader = pytest.importorskip("supervision")
    out = exported("supervision", "yolo")
    folders = out / "images" / "train", out / "labels" / "train", out / "data.yaml"
    dataset = reader.DetectionDataset.from_yolo(*map(str, folders), force_masks=True)
    assert dataset.classes == NAMES and len(dataset) == 6
    exact = 0
    for path, _, found in dataset:
        labels, things = exported.labels(Path(path).stem), exported.things(Path(path).stem)
        expected = [(label, thing) for label, thing in pairs_of(labels, things) if thing]
        for mask, number, (label, thing) in zip(found.mask, found.class_id, expected, strict=True):
            true = (labels == label) & (things == thing)
            assert number == label - 1 and not (true & ~mask).any()
            exact += bool((mask == true).all())
    assert exact > 100
