"""Many machines, one job: a plan of units, what carries one out, and what became of all. Needs no Blender itself."""
