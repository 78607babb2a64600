"""From run folders to datasets that trainers load. Needs no Blender: the contract, NumPy, OpenCV and OpenEXR."""
