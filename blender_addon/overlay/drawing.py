"""Draws a picture over a 3D view with the graphics card: batches, the table of rows, the shader. Only with a window."""

from __future__ import annotations

import bpy
import gpu
import numpy as np
from mathutils import Vector

from ..contract.labels import LabelSet
from .chunks import Chunk
from .paint import paints, to_linear
from .picture import Picture

_ACROSS = 256  # rows of the table beside each other in its texture
_TEXELS = 4  # of a row: three of its matrix, one of its paint
_THROUGH = 0.6  # of the opacity where the view looks through surfaces

_VERTEX = """
void main() {
  int row = first + int(corner.w + 0.5) + gl_InstanceID * stride;
  ivec2 at = ivec2((row % 256) * 4, row / 256);
  vec4 a = texelFetch(table, at, 0), b = texelFetch(table, at + ivec2(1, 0), 0);
  vec4 c = texelFetch(table, at + ivec2(2, 0), 0);
  vec4 local = vec4(corner.xyz, 1.0);
  place = vec3(dot(a, local), dot(b, local), dot(c, local));
  paint = texelFetch(table, at + ivec2(3, 0), 0);
  mirrored = dot(cross(a.xyz, b.xyz), c.xyz) < 0.0 ? 1.0 : 0.0;
  vec3 nearer = place + (eye.w > 0.5 ? eye.xyz - place : eye.xyz * depth_scale) * 1e-4;
  gl_Position = view_projection * vec4(nearer, 1.0);
  gl_Position.z -= 1e-6 * gl_Position.w;
  if (paint.w < 0.5) { gl_Position = vec4(0.0, 0.0, 2.0, 1.0); }
}
"""
_FRAGMENT = """
void main() {
  if (culled > 0 && (gl_FrontFacing == (mirrored > 0.5))) { discard; }
  vec3 normal = normalize(cross(dFdx(place), dFdy(place)));
  vec3 toward = eye.w > 0.5 ? normalize(eye.xyz - place) : eye.xyz;
  float facing = abs(dot(normal, toward));
  vec3 color = paint.rgb * mix(0.5, 1.0, facing);
  int kind = int(paint.w);
  if (kind > 1) {
    float along = kind == 2 ? gl_FragCoord.x + gl_FragCoord.y : gl_FragCoord.x - gl_FragCoord.y;
    if (fract(along / stripe) < 0.35) { color *= 0.3; }
  }
  float strength = fract(paint.w) / 0.9;
  painted = vec4(color, opacity * strength);
}
"""

_CONSTANTS = {
    "MAT4": ("view_projection",),
    "VEC4": ("eye",),
    "FLOAT": ("opacity", "stripe", "depth_scale"),
    "INT": ("first", "stride", "culled"),
}

_shader: gpu.types.GPUShader | None = None
_batches: dict[int, tuple[Chunk, gpu.types.GPUBatch]] = {}
_tables: dict[object, tuple[tuple[object, ...], gpu.types.GPUTexture]] = {}


def draw(
    context: bpy.types.Context, picture: Picture, shown: frozenset[int], label_set: LabelSet | None, opacity: float
) -> None:
    """Draw over the context's 3D view what it shows: `shown`, the session ids of its objects."""
    if not picture.chunks:
        return
    space, view = context.space_data, context.region_data
    table = _table(context, picture, shown, label_set)
    shader = _shader_made()
    for state, value in (("depth_test", "LESS_EQUAL"), ("blend", "ALPHA"), ("depth_mask", True)):
        getattr(gpu.state, f"{state}_set")(value)
    shader.bind()
    shader.uniform_float("view_projection", view.perspective_matrix)
    shader.uniform_float("eye", _eye(view))
    shader.uniform_float("depth_scale", view.view_distance)
    through = space.shading.type == "WIREFRAME" or (space.shading.type == "SOLID" and space.shading.show_xray)
    shader.uniform_float("opacity", opacity * (_THROUGH if through else 1.0))
    shader.uniform_float("stripe", 10.0 * context.preferences.system.ui_scale)
    shader.uniform_int("culled", int(space.shading.type == "SOLID" and space.shading.show_backface_culling))
    shader.uniform_sampler("table", table)
    try:
        if through or space.shading.type != "SOLID":  # where no depth is, or not of all: only our nearest is painted
            gpu.state.color_mask_set(False, False, False, False)
            _draw_chunks(shader, picture.chunks)
            gpu.state.color_mask_set(True, True, True, True)
        _draw_chunks(shader, picture.chunks)
    finally:
        gpu.state.color_mask_set(True, True, True, True)
        gpu.state.depth_mask_set(False)
        gpu.state.depth_test_set("NONE")
        gpu.state.blend_set("NONE")


def _draw_chunks(shader: gpu.types.GPUShader, chunks: list[Chunk]) -> None:
    first = 0
    for chunk in chunks:
        shader.uniform_int("first", first)
        shader.uniform_int("stride", chunk.stride)
        _batch(chunk).draw_instanced(shader, instance_start=0, instance_count=chunk.copies)
        first += chunk.rows


def drop_unused(pictures: list[Picture]) -> None:
    """Free the memory of chunks that no picture has any more."""
    used = {id(chunk) for picture in pictures for chunk in picture.chunks}
    for number in [number for number in _batches if number not in used]:
        del _batches[number]


def drop_all() -> None:
    global _shader  # noqa: PLW0603 (the shader is made when it is first needed, and goes with the add-on)
    _batches.clear()
    _tables.clear()
    _shader = None


def _eye(view: bpy.types.RegionView3D) -> Vector:
    """Where the view looks from and 1; of a parallel view the direction towards it and 0."""
    from_view = view.view_matrix.inverted()
    if view.window_matrix[3][3] == 0.0:
        return from_view.translation.to_4d()
    return from_view.col[2].xyz.normalized().to_4d() - Vector((0, 0, 0, 1))


def _batch(chunk: Chunk) -> gpu.types.GPUBatch:
    if id(chunk) not in _batches:
        form = gpu.types.GPUVertFormat()
        form.attr_add(id="corner", comp_type="F32", len=4, fetch_mode="FLOAT")
        vertices = gpu.types.GPUVertBuf(form, len(chunk.corners))
        vertices.attr_fill("corner", np.ascontiguousarray(chunk.corners))
        _batches[id(chunk)] = chunk, gpu.types.GPUBatch(type="TRIS", buf=vertices)
    return _batches[id(chunk)][1]


def _table(
    context: bpy.types.Context, picture: Picture, shown: frozenset[int], label_set: LabelSet | None
) -> gpu.types.GPUTexture:
    """Matrix and paint of each row, as a texture; one for each 3D view, since a local view hides rows."""
    key = context.space_data.as_pointer()
    state = (id(picture), picture.version, shown, id(label_set))
    if key not in _tables or _tables[key][0] != state:
        texels = texels_of(picture, shown, label_set)
        height = len(texels) // (_ACROSS * _TEXELS)
        values = gpu.types.Buffer("FLOAT", texels.size, texels.ravel())
        _tables[key] = state, gpu.types.GPUTexture((_ACROSS * _TEXELS, height), format="RGBA32F", data=values)
    return _tables[key][1]


def texels_of(picture: Picture, shown: frozenset[int], label_set: LabelSet | None) -> np.ndarray:
    """(lines * 1024, 4) float32: four texels for each row. The last one's w is its kind of paint, and in what is behind
    the point 0.9 times the strength; 0 is not drawn."""
    number = len(picture.rows)
    lines = max(1, -(-number // _ACROSS))
    texels = np.zeros((lines * _ACROSS, _TEXELS, 4), np.float32)
    texels[:number, :3] = picture.rows[:, :12].reshape(-1, 3, 4)
    paint = paints(picture.labels, label_set)
    paint[:, :3] = to_linear(paint[:, :3])
    paint[:, 3] += 0.9 * picture.rows[:, 12]
    paint[~np.isin(picture.hosts, np.fromiter(shown, np.int64, len(shown))), 3] = 0.0
    texels[:number, 3] = paint
    return texels.reshape(-1, 4)


def _shader_made() -> gpu.types.GPUShader:
    global _shader  # noqa: PLW0603
    if _shader is None:
        passed = gpu.types.GPUStageInterfaceInfo("labelpass_overlay")
        passed.smooth("VEC3", "place")
        passed.flat("VEC4", "paint")
        passed.flat("FLOAT", "mirrored")
        info = gpu.types.GPUShaderCreateInfo()
        for kind, names in _CONSTANTS.items():
            for name in names:
                info.push_constant(kind, name)
        info.sampler(0, "FLOAT_2D", "table")
        info.vertex_in(0, "VEC4", "corner")
        info.vertex_out(passed)
        info.fragment_out(0, "VEC4", "painted")
        info.vertex_source(_VERTEX)
        info.fragment_source(_FRAGMENT)
        _shader = gpu.shader.create_from_info(info)
    return _shader
