"""The list's search: what matches, what comes first."""

from dataclasses import replace

from blender_addon.contract.labels import built_in
from blender_addon.label_sets.label_search import arrange, matching_alias, members_of
from blender_addon.label_sets.label_set_edits import rename

NYU40, NYU894 = built_in("nyu40"), built_in("nyu894")


def names(label_set, query, counts=(), used_first=False):
    return [label_set.labels[at].name for at in arrange(label_set.labels, query, dict(counts), used_first)]


def test_no_query_shows_all_in_the_sets_order():
    assert names(NYU40, " ") == [label.name for label in NYU40.labels]


def test_names_come_before_words_inside_before_aliases():
    found = names(NYU40, "Ta")
    assert found[0] == "table" and found.index("table") < found.index("curtain")
    assert names(NYU40, "cupboard") == ["cabinet"]
    assert names(NYU894, "lamp")[0] == "lamp"


def test_an_id_finds_its_label():
    assert names(NYU40, "23")[0] == "books"


def test_used_labels_first_without_a_query():
    assert names(NYU40, "", {22: 3, 5: 1}, used_first=True)[:3] == ["chair", "ceiling", "wall"]


def test_a_better_match_beats_a_used_label():
    assert names(NYU894, "lamp", {NYU894.find("lamp shade").id: 9}, used_first=True)[0] == "lamp"


def test_the_alias_that_matched_is_shown():
    assert matching_alias(NYU40.find("cabinet"), "cup") == "cupboard"
    assert matching_alias(NYU40.find("cabinet"), "cab") == ""


def test_what_nyu_counts_among_a_label_finds_it():
    members = members_of(NYU40)

    def found(query):
        return [NYU40.labels[at].name for at in arrange(NYU40.labels, query, {}, False, members)]

    assert found("cup")[:2] == ["otherprop", "cabinet"]  # a cup is no cupboard
    assert found("stool") == ["otherprop"] and "floor" in found("flo")[0]
    assert found("shelf")[0] == "shelves"  # an alias of the set itself is as good as a name
    assert found("book")[:3] == ["bookshelf", "books", "otherprop"]
    assert matching_alias(NYU40.find("otherprop"), "sauce", members[40]) == "saucer"
    assert matching_alias(NYU40.find("cabinet"), "cup", members[3]) == "cupboard"


def test_a_set_of_ones_own_has_no_members_of_nyus():
    cars = replace(NYU40, labels=tuple(replace(each, name="car") if each.id == 3 else each for each in NYU40.labels))
    assert 3 in members_of(NYU40) and 3 not in members_of(cars) and "cup" in members_of(cars)[40]
    assert members_of(replace(NYU40, labels=NYU40.labels[:3])) == {}  # borrows the name, lacks the ids
    orphans = tuple(replace(label, parents={}) for label in NYU40.labels)
    assert members_of(replace(NYU40, name="mine", labels=orphans)) == {} and members_of(NYU894) == {}


def test_an_edited_copy_still_finds_members():
    edited = rename(NYU40, 5, "stool").new
    assert members_of(edited)[40] == members_of(NYU40)[40] and 5 not in members_of(edited)
