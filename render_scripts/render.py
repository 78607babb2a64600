"""The entry on a render node: `blender -b scene.blend -P render_scripts/render.py -- --out RUN`.

Blender ends with 0 whatever a script raises; whatever goes wrong from here on is an exit code of its own.
"""

from __future__ import annotations

import sys
import traceback
from contextlib import suppress
from pathlib import Path


def entry() -> int:
    """Render as the arguments after `--` say. Returns the exit code (see `session`); 3 too for what is ours to mend."""
    # Last, not first: installed by pip our rooms stand among packages of another Python, such as its numpy.
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    if hasattr(sys.stdout, "reconfigure"):  # a view's name that the terminal cannot spell must not end a run
        sys.stdout.reconfigure(errors="backslashreplace")
    after = sys.argv.index("--") + 1 if "--" in sys.argv else len(sys.argv)
    try:
        from render_scripts.orphans import end_with_parent
        from render_scripts.session import main

        end_with_parent()

        code = main(sys.argv[after:])
        from render_scripts.renewal import AGAIN, begin_again  # not before: what cannot be imported is told by session

        if code == AGAIN:
            begin_again()
        return code
    except OSError as error:  # what is printed goes to a disk that is full
        with suppress(OSError):
            print(f"labelpass: {error}", file=sys.stderr, flush=True)
        return 74
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        return 3


def command() -> int:
    code = entry()
    from blender_addon.contract.endings import print_no_more

    print_no_more()
    return code


if __name__ == "__main__":
    sys.exit(command())
