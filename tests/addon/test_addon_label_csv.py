"""Label sets as tables: our own, those of spreadsheets, those of other data sets; errors name line and column."""

import pytest

from blender_addon.contract.labels import Label, LabelSetError, voc_color
from blender_addon.label_sets import label_files
from blender_addon.label_sets.label_csv import parents_from, split, texts_to_cell

OURS = (
    "id,name,color,aliases,parents,transparency\r\n"
    '3,"price tag, red",#ff0000,tag; label\\;sign ,nyu40=15; nyu13=4,\r\n'
    "\r\n"
    "9,Bücherregal,,,,See-Through\r\n"
)
LABELS = (
    Label(3, "price tag, red", (255, 0, 0), ("tag", "label;sign"), {"nyu40": 15, "nyu13": 4}),
    Label(9, "Bücherregal", voc_color(9), transparency="see-through"),
)


def read(tmp_path, content, name="shop.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return label_files.read(path)


@pytest.mark.parametrize("text", [OURS, "\ufeff" + OURS, OURS.replace("\r\n", "\n"), OURS.rstrip()])
def test_our_own(tmp_path, text):
    found = read(tmp_path, text)
    assert found.labels == LABELS and found.name == "shop"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name\n4,wall\n2,floor\n", [(4, "wall", voc_color(4)), (2, "floor", voc_color(2))]),
        ("name,r,g,b\nSky,128,128,128\nRoad,128, 64,128\n", [(1, "Sky", (128,) * 3), (2, "Road", (128, 64, 128))]),
        ("Name;ID;Colour\nwall;4;#010203\n", [(4, "wall", (1, 2, 3))]),
        ("name\tred\tgreen\tblue\nwall\t1\t2\t3\n", [(1, "wall", (1, 2, 3))]),
        (
            "64 128 64\tAnimal\r\n192 0 128\t\tArchway\r\n",
            [(1, "Animal", (64, 128, 64)), (2, "Archway", (192, 0, 128))],
        ),
        ('name\n"two\r\nlines"\n', [(1, "two\r\nlines", voc_color(1))]),
        ("id,name,,\n4,wall,,\n", [(4, "wall", voc_color(4))]),
    ],
)
def test_tables_of_others(tmp_path, text, expected):
    assert [(each.id, each.name, each.color) for each in read(tmp_path, text).labels] == expected


def test_camvids_own_file_name(tmp_path):
    assert read(tmp_path, "64 128 64\tAnimal\n", "label_colors.txt").name == "label_colors"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"shop\.csv: empty"),
        ("id,color\n", r"line 1: no column 'name'"),
        ("id,name,size\n", r"line 1: unknown column 'size'; known: id, name, color"),
        ("id,name,ID\n", r"line 1: column 'id' is there twice"),
        ("name,color,r\n", r"line 1: a column 'color' and columns of channels"),
        ("name\n", "has no labels"),
        ("id,name\n1,wall\nx,door\n", r"shop\.csv, line 3, column id: 'x' is not a whole number"),
        ("id,name\n1,wall\n0,door\n", r"line 3, column id: .*id 0 is not a whole number from 1 to 32767"),
        ("id,name\n40000,door\n", r"line 2, column id: .*40000"),
        ("id,name\n5,wall\n6,door\n5,sky\n", r"line 4, column id: 5 is in line 2 already"),
        ("id,name\n5,wall\n\n6,Wall\n", r"line 4, column name: 'Wall' is in line 2 already"),
        ("id,name\n5,\n", r"line 2, column name: "),
        ("id,name,color\n5,wall,red\n", r"line 2, column color: .*'red'"),
        ("name,r,g,b\nwall,1,2,300\n", r"line 2, column color: .*300"),
        ("name,r,g,b\nwall,1,2,x\n", r"line 2, column r, g, b: 'x'"),
        ("name,parents\nwall,nyu40\n", r"line 2, column parents: 'nyu40' is not taxonomy=id"),
        ("name,parents\nwall,nyu40=0\n", r"line 2, column parents: "),
        ("name,parents\nwall,nyu40=1;nyu40=2\n", r"line 2, column parents: 'nyu40' is there twice"),
        ("name,transparency\nwall,glass\n", r"line 2, column transparency: .*'glass'"),
        ("name\nwall, white\n", r"line 2: 2 cells under 1 columns; quote a comma"),
        ('name\n"a\nb"\n"wall\n', r"line 4: "),
        ("name\nB\u00fccher\n".encode("latin-1"), r"shop\.csv: not UTF-8"),
    ],
)
def test_errors_name_line_and_column(tmp_path, text, message):
    with pytest.raises(LabelSetError, match=message):
        read(tmp_path, text)


def test_cells_that_hold_lists():
    assert split("a; b\\;c;") == ["a", "b;c"] and split(" ") == []
    for texts in ([], [""], ["", ""], ["a", ""], [" a ", "\\"], ["\\ ", " ", "; ;"]):
        assert split(texts_to_cell(texts)) == texts
    assert parents_from(" nyu40 = 5 ;; a\\=b=2;") == {"nyu40": 5, "a=b": 2}
