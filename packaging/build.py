"""Builds what people install; `packaging/README.md` tells what each needs.

python packaging/build.py app              the program as one folder that needs no Python
python packaging/build.py deb              a Debian package of that folder
python packaging/build.py desktop PREFIX   menu entry, icons and the like for a program installed by pip
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from getpass import getuser
from pathlib import Path

from desktop_files import desktop_files, install

from sketchdesign import __version__

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGING = REPOSITORY / "packaging"
NAME = "sketchdesign"

_LARGE_LIBRARIES = ("torch/lib/libtorch_cpu.so", "torch/lib/libtorch_python.so", "llvmlite/binding/libllvmlite.so")
"""Their tables for debuggers are a tenth of the whole program. Stripping others is known to break some."""


def build_app(dist: Path) -> Path:
    """The folder ``dist/sketchdesign``, slimmed and tried out."""
    with tempfile.TemporaryDirectory() as work:
        specification = PACKAGING / "pyinstaller" / "sketchdesign.spec"
        options = ["--noconfirm", "--log-level", "WARN", "--distpath", str(dist), "--workpath", work]
        _run(sys.executable, "-m", "PyInstaller", *options, str(specification))
    folder = dist / NAME
    if sys.platform == "linux" and shutil.which("strip"):
        _run("strip", "--strip-unneeded", *(str(folder / "_internal" / name) for name in _LARGE_LIBRARIES))
    _try_out(folder / NAME)
    return folder


def _try_out(program: Path) -> None:
    """Draw with the built program: this loads the models, torch, the router and the writers."""
    with tempfile.TemporaryDirectory() as folder:
        results = [Path(folder) / name for name in ("sheet.svg", "sheet.pdf", "sheet.png")]
        _run(str(program), "grid", "cat", "--rows", "2", "--cols", "2", *(f"--output={each}" for each in results))
        missing = [each.name for each in results if not each.stat().st_size]
    if missing:
        sys.exit(f"the built program wrote an empty {missing[0]}")


def build_deb(app: Path, dist: Path) -> Path:
    """A Debian package of the folder ``app``, made for the computer it is built on.

    The maintainer is whom the variables DEBFULLNAME and DEBEMAIL name, as in Debian's own tools.
    """
    architecture = _output("dpkg", "--print-architecture")
    package = dist / f"{NAME}_{__version__}_{architecture}.deb"
    with tempfile.TemporaryDirectory(dir=dist) as staging:
        root = Path(staging) / "root"
        _stage(app, root)
        _write_control(root, architecture)
        # xz opens on every Debian and Ubuntu; zstd does not.
        _run("dpkg-deb", "--root-owner-group", "-Zxz", "-z2", "--build", str(root), str(package))
    return package


def _stage(app: Path, root: Path) -> None:
    library = root / "usr" / "lib" / NAME
    # Links instead of a second gigabyte; for the package it is the same.
    shutil.copytree(app, library, symlinks=True, copy_function=os.link)
    install(root / "usr")
    files = {
        "usr/lib/udev/rules.d/70-sketchdesign.rules": (PACKAGING / "70-sketchdesign.rules").read_bytes(),
        f"usr/share/doc/{NAME}/changelog.gz": gzip.compress((REPOSITORY / "CHANGELOG.md").read_bytes(), 9, mtime=0),
        f"usr/share/doc/{NAME}/copyright": _copyright().encode(),
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or _is_program(path) else 0o644)
    (root / "usr" / "bin").mkdir(mode=0o755)
    (root / "usr" / "bin" / NAME).symlink_to(f"../lib/{NAME}/{NAME}")
    root.chmod(0o755)


def _is_program(path: Path) -> bool:
    """Libraries are often marked as programs, which they are not."""
    return os.access(path, os.X_OK) and ".so" not in path.suffixes


def _copyright() -> str:
    terms = (REPOSITORY / "LICENSE").read_text(encoding="utf-8").split("\n\n", 2)[2].rstrip().splitlines()
    licence = "\n".join(f" {line or '.'}" for line in terms)
    return (PACKAGING / "debian" / "copyright").read_text(encoding="utf-8").format(licence=licence)


def _write_control(root: Path, architecture: str) -> None:
    size_kib = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024
    folder = root / "DEBIAN"
    folder.mkdir(mode=0o755)
    name = os.environ.get("DEBFULLNAME", "The sketchdesign developers")
    address = os.environ.get("DEBEMAIL", f"{getuser()}@{socket.getfqdn()}")
    control = (PACKAGING / "debian" / "control").read_text(encoding="utf-8")
    (folder / "control").write_text(
        control.format(
            version=__version__,
            architecture=architecture,
            maintainer=f"{name} <{address}>",
            installed_kib=size_kib,
            libc=platform.libc_ver()[1],
        ),
        encoding="utf-8",
    )
    for script in ("postinst", "postrm"):
        shutil.copyfile(PACKAGING / "debian" / script, folder / script)
        (folder / script).chmod(0o755)


def install_desktop_files(prefix: Path) -> None:
    """Write them below ``prefix`` and tell the desktop, as far as its tools are there."""
    install(prefix)
    share = prefix / "share"
    for tool, folder in (
        ("update-desktop-database", share / "applications"),
        ("update-mime-database", share / "mime"),
        ("gtk-update-icon-cache", share / "icons" / "hicolor"),
    ):
        if shutil.which(tool):
            ignore_missing_index = ["-t"] if tool == "gtk-update-icon-cache" else []
            subprocess.run([tool, *ignore_missing_index, str(folder)], check=False)
    print(f"{len(desktop_files())} files below {prefix}")


def _run(*words: str) -> None:
    subprocess.run(words, check=True)


def _output(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def _report(path: Path, seconds: float) -> None:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if not each.is_symlink()]
    size_mb = sum(each.stat().st_size for each in files if each.is_file()) / 1e6
    print(f"{path}: {size_mb:.0f} MB in {seconds:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["app", "deb", "desktop"])
    parser.add_argument("prefix", nargs="?", type=Path, default=Path.home() / ".local", help="for desktop files")
    parser.add_argument("--dist", type=Path, default=REPOSITORY / "dist", help="folder for what is built")
    wanted = parser.parse_args()
    began = time.monotonic()
    if wanted.what == "desktop":
        install_desktop_files(wanted.prefix)
        return
    wanted.dist.mkdir(parents=True, exist_ok=True)
    app = wanted.dist / NAME
    if wanted.what == "app" or not app.is_dir():
        _report(build_app(wanted.dist), time.monotonic() - began)
    if wanted.what == "deb":
        began = time.monotonic()
        _report(build_deb(app, wanted.dist), time.monotonic() - began)


if __name__ == "__main__":
    main()
