"""Cases of copies that a render shows and viewports do not, of background sets, and of what instances do with hair and
baked particles."""

from __future__ import annotations

import bpy
from exact_cases import OTHER, THING, THIRD, Answer, Case, box, floor, layers, put, rectangle, turned
from exact_things import PLACES, made_by_nodes, nodes_that, seeded, strand

from blender_addon.label_render.streams import hushed

SQUARE = box(-1.3, 1.2, -1.4, 1.1)


def square(scene, name="source"):
    obj = rectangle(scene, -1.3, 1.2, -1.4, 1.1, name=name)
    obj.hide_render = True
    return obj


def in_a_collection(scene, *objects):
    collection = bpy.data.collections.new("things")
    for obj in objects:
        scene.collection.objects.unlink(obj)
        collection.objects.link(obj)
        obj.hide_render = False
    return collection


def host_at(scene, tree, label, place):
    """A host whose nodes show copies at a place, and nothing of its own."""
    host = made_by_nodes(scene, tree, label)
    host.location.xy, host.rotation_euler.z = place[:2], place[2]
    return host


def copies_of(source):
    """Nodes that show an object, or all of a collection, at the host."""
    what = "Collection" if isinstance(source, bpy.types.Collection) else "Object"
    inputs = {what: source} | ({"As Instance": True} if what == "Object" else {})
    tree = nodes_that("copies", (f"GeometryNode{what}Info", inputs))
    info = next(node for node in tree.nodes if node.bl_idname.endswith("Info"))
    geometry = info.outputs["Geometry" if what == "Object" else "Instances"]
    tree.links.new(geometry, next(node for node in tree.nodes if node.type == "GROUP_OUTPUT").inputs[0])
    return tree


def on_paper(*places):
    return [(turned(SQUARE, turn, (x, y)), label) for x, y, turn, label in places]


def hidden_copies(hide):
    """Two hosts, each with nodes that copy something of its own: a collection and an object. `hide` is told of both."""

    def build(scene):
        below = floor(scene)
        whole, single = in_a_collection(scene, square(scene)), square(scene)
        hosts = [host_at(scene, copies_of(source), place[3], place) for source, place in zip((whole, single), PLACES)]
        hide(scene, whole, single, hosts)
        return Answer(layers(*on_paper(*PLACES[:2]), below))

    return build


def sources_disabled(scene, whole, single, _hosts):
    scene.collection.children.link(whole)
    bpy.context.view_layer.layer_collection.children[whole.name].exclude = True  # it is instanced, not shown itself
    whole.hide_viewport = single.hide_viewport = True


def members_disabled(_scene, whole, single, _hosts):
    whole.objects[0].hide_viewport = single.hide_viewport = True


def hosts_disabled(_scene, _whole, _single, hosts):
    for host in hosts:
        host.hide_viewport = True


def eyes_closed(scene, _whole, _single, hosts):
    """The eye of an object, and that of a collection."""
    hosts[0].hide_set(True)
    away = bpy.data.collections.new("away")
    scene.collection.children.link(away)
    scene.collection.objects.unlink(hosts[1])
    away.objects.link(hosts[1])
    bpy.context.view_layer.layer_collection.children["away"].hide_viewport = True


def collection_disabled(scene, _whole, _single, hosts):
    away = bpy.data.collections.new("away")
    scene.collection.children.link(away)
    for host in hosts:
        scene.collection.objects.unlink(host)
        away.objects.link(host)
    away.hide_viewport = True


def modifiers_off(_scene, _whole, _single, hosts):
    for host in hosts:
        host.modifiers[0].show_viewport = False


def not_in_viewports(_scene, _whole, _single, hosts):
    """Nodes that copy where there is no viewport."""
    for host in hosts:
        tree = host.modifiers[0].node_group
        info = next(node for node in tree.nodes if node.bl_idname.endswith("Info"))
        out = next(node for node in tree.nodes if node.type == "GROUP_OUTPUT")
        viewport, switch = tree.nodes.new("GeometryNodeIsViewport"), tree.nodes.new("GeometryNodeSwitch")
        switch.input_type = "GEOMETRY"
        geometry = out.inputs[0].links[0].from_socket
        assert geometry.node == info
        tree.links.new(viewport.outputs[0], switch.inputs["Switch"])
        tree.links.new(geometry, switch.inputs["False"])
        tree.links.new(switch.outputs[0], out.inputs[0])


def within_copies(scene, source, label, *, whole=False):
    """A host that only other hosts show, and shows copies of the source itself; `whole`: an instancer instead.

    It is in no collection of the scene: what is hidden in renders, nodes copy without its own copies.
    """
    if whole:
        inner = put(scene, bpy.data.objects.new("inner", None), label=label)
        inner.instance_type, inner.instance_collection = "COLLECTION", in_a_collection(scene, source)
        return in_a_collection(scene, inner)
    inner = host_at(scene, copies_of(source), label, (0, 0, 0))
    in_a_collection(scene, inner)
    return inner


def copies_of_copies(scene):
    """Hosts of one label that show hosts and instancers of another one, or of none, and these show the square."""
    below = floor(scene)
    inner = (
        within_copies(scene, square(scene), OTHER),
        within_copies(scene, square(scene), THIRD, whole=True),
        within_copies(scene, square(scene), 0),
    )
    for source, place in zip(inner, PLACES):
        host_at(scene, copies_of(source), THING, place)
    labels = (OTHER, THIRD, THING)
    return Answer(layers(*on_paper(*((*place[:3], label) for place, label in zip(PLACES, labels))), below))


def taken_over(scene):
    """As `copies_of_copies`, but the outer nodes take over what the inner ones show; one of these is itself seen."""
    below = floor(scene)
    first, second = (within_copies(scene, square(scene), label) for label in (OTHER, 0))
    for source, place in zip((first, second), PLACES):
        tree = copies_of(source)
        next(node for node in tree.nodes if node.bl_idname.endswith("Info")).inputs["As Instance"].default_value = False
        host_at(scene, tree, THING, place)
    scene.collection.objects.link(first)
    x, y, turn, _ = PLACES[2]
    first.location.xy, first.rotation_euler.z = (x, y), turn
    labels = (OTHER, THING, OTHER)
    return Answer(layers(*on_paper(*((*place[:3], label) for place, label in zip(PLACES, labels))), below))


def hosts_in_an_instance(scene):
    """Two hosts of their own labels in a collection that is instanced under a third, and one on a vertex."""
    below = floor(scene)
    hosts = [host_at(scene, copies_of(square(scene)), place[3], place) for place in PLACES[:2]]
    members = in_a_collection(scene, *hosts)
    whole = put(scene, bpy.data.objects.new("instancer", None), label=THIRD)
    whole.instance_type, whole.instance_collection = "COLLECTION", members
    x, y, turn, _ = PLACES[2]
    mesh = bpy.data.meshes.new("vertex")
    mesh.from_pydata([(x, y, 0)], [], [])
    vertex = put(scene, bpy.data.objects.new("vertex", mesh), label=THIRD)
    vertex.instance_type = "VERTS"
    child = host_at(scene, copies_of(square(scene)), THING, (0, 0, turn))
    child.parent = vertex
    return Answer(layers(*on_paper(*PLACES[:2], (x, y, turn, THING)), below))


def inside_an_instance(scene):
    """A host that is disabled in viewports, in a collection whose instancer has the label."""
    below = floor(scene)
    host = host_at(scene, copies_of(square(scene)), 0, (0, 0, 0))
    members = in_a_collection(scene, host)
    host.hide_viewport = True
    x, y, turn, label = PLACES[0]
    empty = put(scene, bpy.data.objects.new("instancer", None), x=x, y=y, label=label)
    empty.instance_type, empty.instance_collection, empty.rotation_euler.z = "COLLECTION", members, turn
    return Answer(layers(*on_paper(PLACES[0]), below))


def thinned_out(*, children):
    """Particles, or their children, of which the viewport shows none: one of each on a vertex."""

    def build(scene):
        below = floor(scene)
        host, shape = seeded(scene)
        host.pass_index, seeds = THING, host.particle_systems[0].settings
        if children:
            seeds.child_type, seeds.child_percent, seeds.rendered_child_count = "SIMPLE", 0, 1
            seeds.child_radius = 0.0
            seeds.use_parent_particles = False
        else:
            seeds.display_percentage = 0
        return Answer(layers((shape, THING), below))

    return build


def in_the_background(scene):
    """A scene whose background set has a set of its own: an instancer in the one, a host of copies in the other."""
    below = floor(scene)
    near, far = bpy.data.scenes.new("near"), bpy.data.scenes.new("far")
    scene.background_set, near.background_set = near, far
    plain = rectangle(near, -1.3, 1.2, -1.4, 1.1, name="plain")
    members = in_a_collection(near, plain)
    x, y, turn, label = PLACES[0]
    empty = put(near, bpy.data.objects.new("instancer", None), x=x, y=y, label=label)
    empty.instance_type, empty.instance_collection, empty.rotation_euler.z = "COLLECTION", members, turn
    host_at(far, copies_of(square(far)), PLACES[1][3], PLACES[1])
    alone = rectangle(far, -1.3, 1.2, -1.4, 1.1, label=THIRD, name="alone")
    alone.location.xy, alone.rotation_euler.z = PLACES[2][:2], PLACES[2][2]
    return Answer(layers(*on_paper(*PLACES), below))


def hair_in_an_instance(scene):
    """A strand whose emitter is not shown, in a collection under two labels."""
    below = floor(scene)
    members, shapes = in_a_collection(scene, strand(scene)), []
    for y, label in ((2.1, THING), (-1.8, OTHER)):
        empty = put(scene, bpy.data.objects.new("instancer", None), y=y, label=label)
        empty.instance_type, empty.instance_collection = "COLLECTION", members
        shapes.append((box(-5.1, 3.2, y - 0.3, y + 0.3), label))
    return Answer(layers(*shapes, below))


def baked_in_an_instance(scene):
    """Particles with a label of their own that a bake has elsewhere than physics would, beside a member without one, in
    a collection under two labels."""
    below = floor(scene)
    host, shape = seeded(scene)
    host.pass_index = THIRD
    bake_flight(scene, host, 1.5)
    plain = rectangle(scene, -7.2, -6.4, -0.3, 0.3, name="plain")
    members, shapes = in_a_collection(scene, host, plain), []
    for y, label in ((1.1, THING), (-1.3, OTHER)):
        empty = put(scene, bpy.data.objects.new("instancer", None), y=y, label=label)
        empty.instance_type, empty.instance_collection = "COLLECTION", members
        shapes.append((moved(shape, 1.5, y), THIRD))
        shapes.append((box(-7.2, -6.4, y - 0.3, y + 0.3), label))
    return Answer(layers(*shapes, below))


def moved(shape, by_x, by_y):
    return lambda x, y: shape(x - by_x, y - by_y)


def bake_flight(scene, host, metres):
    """Bake particles that fly so far along x until frame 11, which the scene is left at; not baked, they would fall."""
    seeds, cache = host.particle_systems[0].settings, host.particle_systems[0].point_cache
    seeds.physics_type, seeds.object_align_factor = "NEWTON", (metres / 10 / 0.04, 0, 0)  # 0.04 s a frame, at any rate
    scene.use_gravity, cache.frame_end = False, 11
    with hushed(), bpy.context.temp_override(scene=scene, active_object=host, object=host, point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)
    scene.use_gravity, scene.gravity = True, (0, 9, 0)
    scene.frame_set(11)


CASES = (
    Case("copies, source disabled in viewports", hidden_copies(sources_disabled)),
    Case("copies, member disabled in viewports", hidden_copies(members_disabled)),
    Case("copies, host disabled in viewports", hidden_copies(hosts_disabled)),
    Case("copies, collection disabled in viewports", hidden_copies(collection_disabled)),
    Case("copies, eye closed", hidden_copies(eyes_closed)),
    Case("copies, modifier off in viewports", hidden_copies(modifiers_off)),
    Case("copies, Is Viewport node", hidden_copies(not_in_viewports)),
    Case("copies, disabled inside an instance", inside_an_instance),
    Case("copies of copies", copies_of_copies),
    Case("copies of copies, taken over", taken_over),
    Case("copies by hosts in an instance, on a vertex", hosts_in_an_instance),
    Case("particles, none of them in viewports", thinned_out(children=False)),
    Case("child particles, none in viewports", thinned_out(children=True)),
    Case("background sets", in_the_background),
    Case("baked particles, instanced under two labels", baked_in_an_instance),
    Case("hair of a hidden emitter, instanced", hair_in_an_instance),
)
