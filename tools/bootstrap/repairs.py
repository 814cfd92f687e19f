"""Puts right what is missing in Debian's Odoo package once it is unpacked.

Debian leaves out a few files it cannot build from source, and links to fonts that its own
`fonts-font-awesome` no longer carries since version 5. The icons themselves are complete: the
style sheet loads `fontawesome-webfont.woff2`, which the package does carry.
"""

from __future__ import annotations

import os
from pathlib import Path

# Listed in `web.assets_backend` and left out by Debian; a missing file makes the whole bundle
# report an error, and with it every page. It blurs the background of video calls.
_LEFT_OUT = {
    "mail/static/lib/selfie_segmentation/selfie_segmentation.js": (
        "// Left out by Debian: no background blur in video calls.\n"
    ),
}
_ICONS = "web/static/src/libs/fontawesome/fonts"
_OLD_ICONS = "web/static/lib/fontawesome/fonts"


def repair(addons: Path, share: Path) -> None:
    """Complete the unpacked addons; does nothing where nothing is missing."""
    for name, content in _LEFT_OUT.items():
        file = addons / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
    solid = share / "fonts-font-awesome" / "fonts" / "fa-solid-900.ttf"
    for folder in (_ICONS, _OLD_ICONS):
        for link in dangling_links(addons / folder):
            same_name = addons / _ICONS / link.name
            target = same_name if same_name.is_file() else solid
            link.unlink()
            link.symlink_to(os.path.relpath(target, link.parent))


def dangling_links(folder: Path) -> list[Path]:
    """Links below a folder whose target does not exist."""
    return [path for path in folder.rglob("*") if path.is_symlink() and not path.exists()]
