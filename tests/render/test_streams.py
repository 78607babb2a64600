"""What a process prints goes elsewhere for a while, past Python's own streams, and comes back."""

import os
import sys

import pytest

from blender_addon.label_render.streams import hushed, turned_to


def test_what_is_printed_goes_to_the_file_and_then_out_again(capfd, tmp_path):
    with open(tmp_path / "heard", "wb") as heard, turned_to(heard.fileno()):
        os.write(1, b"from Blender, ")
        os.write(2, b"and aside")
    os.write(1, b"again")
    assert (tmp_path / "heard").read_text() == "from Blender, and aside"
    assert tuple(capfd.readouterr()) == ("again", "")


def test_one_stream_alone(capfd):
    with hushed((1,)):
        os.write(1, b"lost")
        os.write(2, b"kept")
    assert tuple(capfd.readouterr()) == ("", "kept")


def test_the_streams_come_back_where_the_block_fails(capfd):
    with pytest.raises(ValueError, match="no"), hushed():
        raise ValueError("no")
    os.write(1, b"here")
    assert tuple(capfd.readouterr()) == ("here", "")


def test_a_process_without_streams_of_python(monkeypatch):
    """A Blender that was started without a console has none."""
    monkeypatch.setattr(sys, "stdout", None)
    with hushed():
        os.write(1, b"lost")
