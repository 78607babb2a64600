"""From where a camera looks at a frame, and through which lens, without going to that frame.

Going to a frame would undo what is not keyed yet, so keys are read instead. Of a camera that something else holds, a
constraint say, only the place of now is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import bpy
from mathutils import Euler, Matrix, Quaternion, Vector

from ..compat import fcurves


@dataclass(frozen=True)
class Look:
    """`view` world to camera, `projection` as OpenGL's, `aspect` of the picture: width by height.

    `scene`: the `session_uid` of the scene that is seen.
    """

    view: Matrix
    projection: Matrix
    aspect: float
    scene: int

    @property
    def key(self) -> str:
        """A name of the look: the same standpoint and lens in the same scene have the same one."""
        numbers = [round(each, 3) + 0.0 for matrix in (self.view, self.projection) for row in matrix for each in row]
        return blake2b(repr((self.scene, numbers)).encode(), digest_size=12).hexdigest()


def look_at(scene: bpy.types.Scene, camera: bpy.types.Object, frame: int) -> Look | None:
    """How a camera looks at a frame; None where only going there would tell."""
    owners = (camera, camera.data)
    animations = [each.animation_data for each in owners if each.animation_data]
    held = camera.parent or camera.constraints or any(each.drivers or each.nla_tracks for each in animations)
    if held and bpy.data.actions and frame != scene.frame_current:
        return None
    own = {} if held else _values(camera, frame)
    lens = _values(camera.data, frame)
    matrix = _matrix(camera, own) if own else camera.matrix_world.normalized()
    aspect = _aspect(scene)
    return Look(matrix.inverted_safe(), projection(camera.data, lens, aspect), aspect, scene.session_uid)


def projection(data: bpy.types.Camera, keyed: dict[tuple[str, int], float], aspect: float) -> Matrix:
    """OpenGL's 4x4 of a camera, with what is keyed in place of what it says now. A panorama is taken as a perspective.

    Blender fits its sensor to the longer side of a picture (AUTO), or to the width or height; shift is in that side.
    """
    value = {name: keyed.get((name, 0), getattr(data, name)) for name in ("lens", "ortho_scale", "shift_x", "shift_y")}
    horizontal = data.sensor_fit == "HORIZONTAL" or (data.sensor_fit == "AUTO" and aspect >= 1)
    sensor = data.sensor_height if data.sensor_fit == "VERTICAL" else data.sensor_width
    orthographic = data.type == "ORTHO"
    fitted = value["ortho_scale"] / 2 if orthographic else sensor / (2 * max(value["lens"], 1e-3))
    width = fitted if horizontal else fitted * aspect  # half of it, at distance 1
    height = width / aspect
    x, y = (2 * fitted * value[shift] for shift in ("shift_x", "shift_y"))
    near, far = data.clip_start, data.clip_end
    depth = far - near
    if orthographic:
        return Matrix(
            ((1 / width, 0, 0, -x / width), (0, 1 / height, 0, -y / height),
             (0, 0, -2 / depth, -(far + near) / depth), (0, 0, 0, 1))
        )  # fmt: skip
    return Matrix(
        ((1 / width, 0, x / width, 0), (0, 1 / height, y / height, 0),
         (0, 0, -(far + near) / depth, -2 * far * near / depth), (0, 0, -1, 0))
    )  # fmt: skip


def _aspect(scene: bpy.types.Scene) -> float:
    render = scene.render
    return render.resolution_x * render.pixel_aspect_x / (render.resolution_y * render.pixel_aspect_y)


def _values(owner: bpy.types.ID, frame: int) -> dict[tuple[str, int], float]:
    """{(property, index): its value at the frame} of what is keyed."""
    return {(curve.data_path, curve.array_index): curve.evaluate(frame) for curve in fcurves(owner) if not curve.mute}


def _matrix(camera: bpy.types.Object, keyed: dict[tuple[str, int], float]) -> Matrix:
    def vector(name: str) -> list[float]:
        return [keyed.get((name, index), now) for index, now in enumerate(getattr(camera, name))]

    if camera.rotation_mode == "QUATERNION":
        turned = camera.delta_rotation_quaternion @ Quaternion(vector("rotation_quaternion")).normalized()
    elif camera.rotation_mode == "AXIS_ANGLE":
        angle, *axis = vector("rotation_axis_angle")
        turned = Quaternion(axis, angle)
    else:
        turned = Euler(vector("rotation_euler"), camera.rotation_mode).to_quaternion()
        turned = camera.delta_rotation_euler.to_quaternion() @ turned
    place = Vector(vector("location")) + camera.delta_location
    return Matrix.Translation(place) @ turned.to_matrix().to_4x4()
