"""The extension as Blender's own builder makes it: valid, one version, nothing stray inside, at work once installed."""

import hashlib
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from blender_addon import contract

ADDON = Path(__file__).parents[1] / "blender_addon"
SCRIPT = Path(__file__).with_name("blender") / "extension.py"


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bpy = pytest.importorskip("bpy")
    builder = Path(bpy.utils.system_resource("SCRIPTS"), "addons_core/bl_pkg/cli/blender_ext.py")
    out = tmp_path_factory.mktemp("zip")
    run(builder, "validate", ADDON)
    run(builder, "build", "--source-dir", ADDON, "--output-dir", out)
    path = out / f"labelpass-{contract.VERSION}.zip"
    run(builder, "validate", path)
    return path


def test_one_version() -> None:
    manifest = tomllib.loads((ADDON / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert manifest["version"] == contract.VERSION


def test_nothing_is_missing_and_nothing_stray(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        inside = set(opened.namelist())
    wanted = {
        path.relative_to(ADDON).as_posix()
        for path in ADDON.rglob("*")
        if path.is_file() and path.suffix in {".py", ".json", ".toml", ".whl"}
    }
    assert inside == wanted


def test_the_wheel_is_pypis_own_and_listed() -> None:
    (wheel,) = (ADDON / "wheels").glob("*.whl")
    # pypi.org/project/ruamel.yaml/0.19.1/#files: all extensions of a Blender share their wheels, so none may differ
    on_pypi = "27592957fedf6e0b62f281e96effd28043345e0e66001f97683aa9a40c667c93"
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == on_pypi
    manifest = tomllib.loads((ADDON / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert [ADDON / name for name in manifest["wheels"]] == [wheel]


def test_importing_the_add_on_imports_no_blender() -> None:
    run(
        "-c",
        "import sys; sys.modules['bpy'] = None; import blender_addon, blender_addon.label_sets.label_files",
        PYTHONPATH=str(ADDON.parent),
    )


def test_installed_and_used_in_a_fresh_blender(archive: Path, tmp_path: Path) -> None:
    done = run(SCRIPT, "--", archive, BLENDER_USER_RESOURCES=str(tmp_path))
    assert "the extension works" in done.stdout
