"""What makes the program known to a desktop, and what a built program takes along."""

from __future__ import annotations

import ast
import configparser
import gzip
import importlib
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.main import get_command

from sketchdesign import __version__
from sketchdesign.cli.main import app
from sketchdesign.model.zoo import find_models
from sketchdesign.services.project.file import SUFFIX

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGING = REPOSITORY / "packaging"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"
PROJECT_TYPE = "application/x-sketchdesign"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    module = script("desktop_files")
    return dict(module.desktop_files())


def script(name: str) -> ModuleType:
    """A script of ours, by its path: a library may have its name."""
    sys.path.insert(0, str(PACKAGING))
    try:
        if name != "build":
            return importlib.import_module(name)
        specification = spec_from_file_location("packaging_build", PACKAGING / "build.py")
        assert specification is not None
        assert specification.loader is not None
        module = module_from_spec(specification)
        specification.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(PACKAGING))


@pytest.fixture
def icons(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """The script that renders the icon, with Qt ready to draw; skipped where Qt lacks system libraries."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    pytest.importorskip("PySide6.QtSvg", reason="Qt finds no libEGL, libxkbcommon or libdbus", exc_type=ImportError)
    request.getfixturevalue("qapp")
    return script("render_icons")


@pytest.fixture(scope="module")
def entry(files: dict[str, bytes]) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters="=", strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(files["share/applications/sketchdesign.desktop"].decode())
    return parser


def test_the_menu_entry_says_what_the_specification_requires(entry: configparser.ConfigParser) -> None:
    main = entry["Desktop Entry"]

    assert main["Type"] == "Application"
    assert main["Terminal"] == "false"
    assert {"Name", "Comment", "Exec", "Icon", "Categories"} <= set(main)
    for key in ("Categories", "MimeType", "Keywords", "Keywords[de]", "Actions"):
        assert main[key].endswith(";"), key


def test_the_menu_entry_starts_the_app(entry: configparser.ConfigParser) -> None:
    for section in entry.sections():
        program, command, *rest = shlex.split(entry[section]["Exec"])
        assert program == "sketchdesign"
        assert command in get_command(app).commands  # type: ignore[attr-defined]
        assert rest in ([], ["%f"])
    # The windows of the program are told apart by this name.
    assert entry["Desktop Entry"]["StartupWMClass"] == "sketchdesign"
    assert 'setDesktopFileName("sketchdesign")' in (REPOSITORY / "sketchdesign/gui/app.py").read_text(encoding="utf-8")


def test_every_action_of_the_menu_entry_is_described(entry: configparser.ConfigParser) -> None:
    names = entry["Desktop Entry"]["Actions"].strip(";").split(";")

    assert {f"Desktop Action {name}" for name in names} == set(entry.sections()) - {"Desktop Entry"}
    assert all("Name" in entry[f"Desktop Action {name}"] for name in names)


def test_every_text_of_the_menu_entry_has_a_german_one(entry: configparser.ConfigParser) -> None:
    for section in entry.sections():
        for key in ("Name", "GenericName", "Comment", "Keywords"):
            if key in entry[section] and (section, key) != ("Desktop Entry", "Name"):
                assert f"{key}[de]" in entry[section], (section, key)


def test_the_icon_of_the_menu_entry_is_in_every_size(
    entry: configparser.ConfigParser, files: dict[str, bytes], icons: ModuleType
) -> None:
    icon = entry["Desktop Entry"]["Icon"]

    assert {16, 24, 32, 48, 64, 128, 256, 512} <= set(icons.THEME_PX)
    for side in icons.THEME_PX:
        assert files[f"share/icons/hicolor/{side}x{side}/apps/{icon}.png"].startswith(b"\x89PNG")
    assert b"<svg" in files[f"share/icons/hicolor/scalable/apps/{icon}.svg"]


def test_project_files_have_one_type_everywhere(entry: configparser.ConfigParser, files: dict[str, bytes]) -> None:
    types = ET.fromstring(files["share/mime/packages/sketchdesign.xml"])
    metainfo = ET.fromstring(files["share/metainfo/sketchdesign.metainfo.xml"])
    (kind,) = types.findall(f"{MIME}mime-type")

    assert kind.get("type") == PROJECT_TYPE
    assert [glob.get("pattern") for glob in kind.findall(f"{MIME}glob")] == [f"*{SUFFIX}"]
    assert PROJECT_TYPE in entry["Desktop Entry"]["MimeType"].split(";")
    assert metainfo.findtext("provides/mediatype") == PROJECT_TYPE


def test_the_metainfo_belongs_to_the_menu_entry(files: dict[str, bytes]) -> None:
    metainfo = ET.fromstring(files["share/metainfo/sketchdesign.metainfo.xml"])

    assert metainfo.get("type") == "desktop-application"
    assert f"share/applications/{metainfo.findtext('launchable')}" in files
    assert metainfo.findtext("provides/binary") == "sketchdesign"
    assert metainfo.findtext("project_license") == "MIT"
    for tag in ("summary", "description/p", "description/ul/li"):
        languages = [each.get("{http://www.w3.org/XML/1998/namespace}lang", "en") for each in metainfo.findall(tag)]
        assert languages.count("de") == languages.count("en") > 0, tag


def test_the_rendered_icons_follow_the_drawing(icons: ModuleType) -> None:
    import numpy as np
    from PIL import Image

    for side in icons.THEME_PX:
        with Image.open(icons.theme_file(side)) as kept:
            drawn = np.asarray(icons.rendered(side), float)
            assert kept.size == (side, side)
            assert np.abs(np.asarray(kept.convert("RGBA"), float) - drawn).mean() < 2.0, f"render {side} px anew"


def test_the_icons_of_other_systems_hold_every_size(icons: ModuleType) -> None:
    from PIL import Image

    with Image.open(icons.FOLDER / "sketchdesign.ico") as windows:
        assert windows.info["sizes"] == {(side, side) for side in icons.WINDOWS_PX}
    with Image.open(icons.FOLDER / "sketchdesign.icns") as mac:
        assert mac.size == (1024, 1024)


@pytest.mark.usefixtures("icons")
def test_the_program_finds_its_icon() -> None:
    from PySide6.QtGui import QColor

    from sketchdesign.gui.icons import app_icon

    picture = app_icon().pixmap(16, 16).toImage()

    assert picture.pixelColor(4, 15) == QColor("#3450c4")
    assert picture.pixelColor(0, 0).alpha() < 40


def specification() -> dict[str, Any]:
    """The lists and functions in PyInstaller's file, as far as they need no PyInstaller."""
    path = PACKAGING / "pyinstaller" / "sketchdesign.spec"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wanted = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper())
    ]
    namespace: dict[str, Any] = {"Path": Path, "SPECPATH": str(path.parent)}
    exec(compile(ast.Module([*wanted], []), str(path), "exec"), namespace)
    return namespace


def test_a_built_program_takes_every_file_of_the_package_along() -> None:
    package = REPOSITORY / "sketchdesign"
    data = specification()["DATA"]
    missing = [source for source, _ in data if not source.exists()]
    assert not missing

    taken = {(source, folder) for source, folder in data if source.is_file()}
    for source, folder in data:
        if source.is_dir():
            inside = [path for path in source.rglob("*") if path.is_file()]
            taken |= {(path, f"{folder}/{path.parent.relative_to(source)}".removesuffix("/.")) for path in inside}
    for path in package.rglob("*"):
        of_a_tool = any(part.startswith((".", "__pycache__")) for part in path.relative_to(package).parts)
        if path.is_file() and path.suffix != ".py" and not of_a_tool:
            assert (path, path.parent.relative_to(REPOSITORY).as_posix()) in taken, f"{path} is not in DATA"
    for _, path in find_models():
        assert (path, "sketchdesign/bundled_models") in taken


def test_a_built_program_leaves_tools_of_libraries_out_but_for_those_they_need() -> None:
    is_wanted = specification()["is_wanted"]

    assert is_wanted("torch/bin/torch_shm_manager")
    assert is_wanted("torch/lib/libtorch_cpu.so")
    assert not is_wanted("torch/bin/protoc")
    assert not is_wanted("sketchdesign-0.1.0.dist-info/direct_url.json")


def test_nothing_that_is_left_out_is_imported() -> None:
    left_out = set(specification()["EXCLUDED_MODULES"]) - {"distributed", "dask"}
    for path in (REPOSITORY / "sketchdesign").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not left_out & {alias.name for alias in node.names}, path
            elif isinstance(node, ast.ImportFrom):
                assert node.module not in left_out, path


def test_the_manual_page_tells_of_every_command(files: dict[str, bytes]) -> None:
    page = gzip.decompress(files["share/man/man1/sketchdesign.1.gz"]).decode()
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}

    assert page.startswith(f'.TH SKETCHDESIGN 1 "" "sketchdesign {__version__}"')
    assert requests <= {".TH", ".SH", ".SS", ".TP", ".PP", ".B"}
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert f".SS {name.replace('-', chr(92) + '-')} " in page


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (["gr"], ["grid"]),
        (["grid", "cat-"], ["cat-bus", "cat-pig"]),
        (["grid", "cat", "--row"], ["--rows"]),
        (["models", "in"], ["info"]),
        (["--json", "models", "ve"], ["verify"]),
        (["proof", ""], []),
    ],
)
def test_bash_completes(files: dict[str, bytes], line: list[str], offered: list[str], tmp_path: Path) -> None:
    completion = tmp_path / "completion"
    completion.write_bytes(files["share/bash-completion/completions/sketchdesign"])
    words = " ".join(shlex.quote(word) for word in ["sketchdesign", *line])
    commands = f'. {completion}; COMP_WORDS=({words}); COMP_CWORD={len(line)}; _sketchdesign; echo "${{COMPREPLY[*]}}"'

    answer = subprocess.run(["bash", "-c", commands], capture_output=True, text=True, check=True)

    assert answer.stdout.split() == offered
    assert not answer.stderr


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="there are no tools of Debian")
def test_a_debian_package_holds_program_and_desktop_files(tmp_path: Path, files: dict[str, bytes]) -> None:
    program = tmp_path / "sketchdesign" / "sketchdesign"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho drawn\n", encoding="utf-8")
    library = program.with_name("lines.cpython-311.so")
    library.touch(mode=0o755)
    program.chmod(0o755)

    package = script("build").build_deb(program.parent, tmp_path)
    root = tmp_path / "installed"
    subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
    subprocess.run(["dpkg-deb", "--control", package, tmp_path / "control"], check=True)

    assert subprocess.run([root / "usr/bin/sketchdesign"], capture_output=True, check=True).stdout == b"drawn\n"
    assert (root / "usr/lib/sketchdesign" / library.name).stat().st_mode & 0o777 == 0o644
    for name, content in files.items():
        assert (root / "usr" / name).read_bytes() == content
        assert (root / "usr" / name).stat().st_mode & 0o777 == 0o644
    assert (root / "usr/lib/udev/rules.d/70-sketchdesign.rules").exists()
    assert "Permission is hereby granted" in (root / "usr/share/doc/sketchdesign/copyright").read_text("utf-8")
    control = (tmp_path / "control" / "control").read_text("utf-8")
    assert f"Version: {__version__}\n" in control
    assert "{" not in control
    for name in ("postinst", "postrm"):
        subprocess.run(["sh", "-n", tmp_path / "control" / name], check=True)
