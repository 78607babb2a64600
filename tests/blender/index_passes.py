"""Renders the index passes that tests/postprocess/data holds, as a person without Labelpass would.

blender-5.2 -b --factory-startup -P tests/blender/index_passes.py -- FILE.exr

From the left, four pixels each: object 3; object 3 whose face part is 9; a surface without a label; nothing.
"""

import sys

import bpy

bpy.ops.wm.read_factory_settings(use_empty=True)
scene, layer = bpy.context.scene, bpy.context.view_layer
layer.name = "my.layer 1"
layer.use_pass_object_index = layer.use_pass_material_index = layer.use_pass_z = True

camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
camera.data.type, camera.data.ortho_scale, camera.location.z = "ORTHO", 16, 5
scene.collection.objects.link(camera)
scene.camera = camera
part = bpy.data.materials.new("part")
part.pass_index = 9
for x, label, material in ((-8, 3, None), (-4, 3, part), (0, 0, None)):
    mesh = bpy.data.meshes.new("square")
    mesh.from_pydata([(x, -9, 0), (x + 4, -9, 0), (x + 4, 9, 0), (x, 9, 0)], [], [(0, 1, 2, 3)])
    mesh.materials.append(material)
    square = bpy.data.objects.new("square", mesh)
    square.pass_index = label
    scene.collection.objects.link(square)

render, settings = scene.render, scene.render.image_settings
render.engine, render.resolution_x, render.resolution_y, render.filepath = "CYCLES", 16, 12, sys.argv[-1]
scene.cycles.samples, scene.cycles.use_denoising = 1, False
if hasattr(settings, "media_type"):
    settings.media_type = "MULTI_LAYER_IMAGE"
settings.file_format, settings.color_depth, settings.exr_codec = "OPEN_EXR_MULTILAYER", "32", "ZIP"
bpy.ops.render.render(write_still=True)
