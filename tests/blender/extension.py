"""Install the extension zip in a real Blender and label with it. Non-zero exit and one line where that fails.

    blender -b --factory-startup -P tests/blender/extension.py -- labelpass-0.1.0.zip

Give Blender user folders of its own (BLENDER_USER_RESOURCES), or the extension stays installed in yours.
The same steps run on the bpy wheel: `python tests/blender/extension.py -- ZIP`.
"""

import sys
import tempfile
import traceback
from pathlib import Path

import bpy


def check(condition: object, what: str) -> None:
    if not condition:
        raise AssertionError(what)


def new_mesh(name: str) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    obj = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(obj)
    return obj


def keys() -> list[str]:
    keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.get("Object Mode")
    return [item.idname for item in (keymap.keymap_items if keymap else ()) if item.idname.startswith("labelpass.")]


def use(archive: str) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.extensions.package_install_files(repo="user_default", filepath=archive, enable_on_install=True)
    check("bl_ext.user_default.labelpass" in bpy.context.preferences.addons, "the extension did not get enabled")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.yaml"
        path.write_text("name: mine\nlabels:\n- name: off\n  id: 7\n- chair\n", encoding="utf-8")
        check(bpy.ops.labelpass.choose_set(source=str(path)) == {"FINISHED"}, "a YAML label set was not taken")
    chair, lamp = new_mesh("Chair"), bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "POINT"))
    bpy.context.scene.collection.objects.link(lamp)
    chair.select_set(True)
    check(bpy.ops.labelpass.assign(label_id=7) == {"FINISHED"}, "assign did not finish")
    check(chair.pass_index == 7, f"pass index {chair.pass_index} instead of 7")
    check(bpy.ops.labelpass.choose_set(source="nyu40") == {"FINISHED"}, "nyu40 was not taken")
    check(chair.pass_index == 0, "'off' means nothing in nyu40 and its number is still there")
    check(bpy.ops.labelpass.assign(label_id=5) == {"FINISHED"}, "assign did not finish")
    for obj in bpy.data.objects:
        obj.select_set(True)
    check(bpy.ops.labelpass.assign(label_id=5) == {"FINISHED"}, "a light among the selection stopped the rest")
    check(bpy.ops.labelpass.select_label(label_id=5) == {"FINISHED"}, "select by label did not finish")
    check([obj.name for obj in bpy.context.selected_objects] == ["Chair"], "select by label selected something else")
    check("nyu40" in bpy.context.scene["labelpass_label_set"], "the label set is not in the scene")
    check(len(keys()) == 7, f"{len(keys())} keys instead of 7")
    bpy.ops.preferences.addon_disable(module="bl_ext.user_default.labelpass")
    check(not keys(), "disabling leaves keys behind")
    check(not hasattr(bpy.types.WindowManager, "labelpass"), "disabling leaves a property behind")
    check(not any(name.startswith("LABELPASS") for name in dir(bpy.types)), "disabling leaves classes behind")


if __name__ == "__main__":
    try:
        use(str(Path(sys.argv[sys.argv.index("--") + 1]).resolve()))
    except Exception:  # noqa: BLE001 (Blender itself would exit with 0)
        traceback.print_exc()
        sys.exit(1)
    print(f"the extension works in Blender {bpy.app.version_string}")
    sys.exit(0)
