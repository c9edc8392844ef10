"""Fonts of official documents: named in the file, never shipped; what is missing here is told.

A document always names the fonts the standard asks for, so that the same input gives the same
bytes everywhere; whether they are installed only decides what this machine can show.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from catalog.errors import BadInput
from catalog.publish.word import FANGSONG, FREE_FALLBACK, HEI, KAI, SONG, XIAOBIAOSONG

OFFICIAL_FONTS = (XIAOBIAOSONG, FANGSONG, HEI, KAI, SONG)
"""Fonts of a document after GB/T 9704-2012: title, body, first and second heading, page number."""

_WORDS = {
    "小标宋": XIAOBIAOSONG, "小标宋体": XIAOBIAOSONG, "方正小标宋": XIAOBIAOSONG,
    "仿宋体": FANGSONG, "黑体字": HEI, "楷体字": KAI, "宋体字": SONG,
}  # fmt: skip
"""How the standard and its readers call a face -> the font a document names."""

_OTHER_NAMES = {
    SONG: ("SimSun",),
    HEI: ("SimHei",),
    KAI: ("KaiTi", "楷体_GB2312", "KaiTi_GB2312"),
    FANGSONG: ("FangSong", "仿宋_GB2312", "FangSong_GB2312"),
    XIAOBIAOSONG: ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05"),
    "仿宋_GB2312": ("FangSong_GB2312",),
    "楷体_GB2312": ("KaiTi_GB2312",),
}
"""Names under which the same face is installed on other systems."""

_WINDOWS_KEY = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts"
_SECONDS = 10.0


@lru_cache(maxsize=1)
def installed() -> frozenset[str]:
    """Return the family names this machine knows; empty where they cannot be found out.

    Asks fontconfig (``fc-list``) where it is present, else the registry and the font folders
    of Windows. Never an error: a missing answer is an empty one.
    """
    return frozenset(_from_fontconfig() or _from_windows())


def _from_fontconfig() -> set[str]:
    program = shutil.which("fc-list")
    if program is None:
        return set()
    try:
        done = subprocess.run(
            [program, ":", "family"], capture_output=True, timeout=_SECONDS, check=False, shell=False
        )
    except (OSError, subprocess.SubprocessError):
        return set()
    return families(done.stdout.decode("utf-8", errors="replace"))


def families(listing: str) -> set[str]:
    """Return the family names of an ``fc-list : family`` answer: one face a line, names by comma."""
    names = (name.replace("\\-", "-").strip() for line in listing.splitlines() for name in line.split(","))
    return {name for name in names if name}


def _from_windows() -> set[str]:
    if sys.platform != "win32":
        return set()
    import winreg

    names: set[str] = set()
    for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
        try:
            with winreg.OpenKey(root, _WINDOWS_KEY) as key:
                for index in range(winreg.QueryInfoKey(key)[1]):
                    names |= registry_families(winreg.EnumValue(key, index)[0])
        except OSError:
            continue
    folder = Path.home() / "AppData" / "Local" / "Microsoft" / "Windows" / "Fonts"
    names |= {path.stem for path in folder.glob("*.[to]t[fc]")}
    return names


def registry_families(value: str) -> set[str]:
    """Return the names in one registry value, for example ``宋体 & 新宋体 (TrueType)``."""
    plain = re.sub(r"\s*\((TrueType|OpenType|All res)\)\s*$", "", value)
    parts = (re.sub(r"\s+(常规|Regular)$", "", part.strip()) for part in plain.split("&"))
    return {part for part in parts if part}


def choose(font: str) -> str:
    """Return the name a document writes for ``font``; it never depends on this machine.

    ``font`` is such a name, or the word of the standard (小标宋体, 仿宋体 ...).

    Raises:
        BadInput: no font of official documents.
    """
    wanted = _WORDS.get(font, font)
    if wanted not in FREE_FALLBACK:
        raise BadInput(f"字体“{font}”不是公文用字体，请用 {'、'.join(FREE_FALLBACK)}")
    return wanted


def warnings(fonts: Iterable[str] = OFFICIAL_FONTS) -> tuple[str, ...]:
    """Return one line for each font that is not installed here: what stands in, how to install it."""
    here = installed()
    missing = [
        font
        for font in dict.fromkeys(choose(font) for font in fonts)
        if not here & {font, *_OTHER_NAMES.get(font, ())}
    ]
    return tuple(
        f"本机未检测到字体“{font}”：文件中仍写此名，在装有该字体的电脑上显示和打印不受影响；"
        f"如需在本机查看，请向字体权利人取得字体文件后安装（Windows：右键“为所有用户安装”；"
        f"Linux：放入 ~/.local/share/fonts 后运行 fc-cache -f），或安装免费字体 {FREE_FALLBACK[font]} 代替"
        for font in missing
    )
