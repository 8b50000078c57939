#!/usr/bin/env python3
"""Make RPMs of Debian packages: those that are installed here, and others from their .deb files.

    deb2rpm NAMES DEBS WORK

NAMES says what a package is called in the family; one that it does not name becomes lab-deb-NAME.
One spec file, one subpackage for each .deb, one rpmbuild: a run for each would take minutes. Below
WORK, `base` gets the RPMs of what is installed, for rpm's database only, and `repo` those of the
.deb files. They depend on each other as `deb(NAME)`: versions, conflicts and recommendations are
dropped. The maintainer scripts stay outside of the RPMs, which only call them (see `maintainer`).
"""

import grp
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

Fields = dict[str, str]

STATUS = Path("/var/lib/dpkg/status")
INFO = Path("/var/lib/dpkg/info")
SCRIPTS = Path("/usr/lib/lab/info")
# What the hand-over takes away or writes anew.
LEFT_OUT = {"apt", "debian-archive-keyring", "dpkg", "libapt-pkg6.0"}
REPLACED = {"/etc/debian_version", "/etc/os-release", "/usr/lib/os-release", "/etc/dpkg/origins"}
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
DROPPED = re.compile(
    r"/etc/(init|rc[0-6S])\.d|/usr/share/(man|info|doc|doc-base|lintian|bug|locale)\b"
    r"|/usr/lib/.*/lib(icu.*|python.*|asan|tsan|ubsan)\.a$"  # large, and linked by nobody
)
SHELLS = {"bash": ("/bin/bash",), "dash": ("/bin/sh", "/usr/bin/sh")}
SCRIPTLETS = {
    "preinst": ("%pre", "{call} install"),
    "postinst": ("%post", '{call} configure ""'),
    "prerm": ("%preun", '[ "$1" -gt 0 ] || {call} remove'),
    "postrm": ("%postun", '[ "$1" -gt 0 ] || {call} remove'),
}
HEADER = """\
%define debug_package %{{nil}}
%define __os_install_post %{{nil}}
%define _build_id_links none
%define _buildhost lab
%define __check_files %{{nil}}
%define _binary_payload w1.zstdio
Name: lab
Version: 1
Release: 1
Summary: Debian packages as RPMs
License: as in Debian
%description
%install
rmdir %{{buildroot}}
mv {tree} %{{buildroot}}
"""


@dataclass(kw_only=True)
class Package:
    """A Debian package; `paths` are those below the tree that it owns."""

    fields: Fields
    installed: bool
    conffiles: set[str] = field(default_factory=set)
    paths: list[str] = field(default_factory=list)

    @property
    def deb(self) -> str:
        return self.fields["Package"]

    @property
    def provides(self) -> list[str]:
        return [self.deb, *(names[0] for names in relations(self.fields, "Provides"))]


def main() -> None:
    names_file, debs, work = (Path(word).resolve() for word in sys.argv[1:])
    names = read_names(names_file)
    tree = work / "tree"
    tree.mkdir(parents=True)
    packages = [*installed_packages(tree)]
    owned = {path for package in packages for path in package.paths}
    files = sorted(debs.glob("*.deb"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        folders = pool.map(lambda file: extract(file, work / "unpacked" / file.stem), files)
        packages += [unpacked(folder, tree, owned) for folder in folders]
    known = {name for package in packages for name in package.provides}
    spec = work / "lab.spec"
    with spec.open("w") as text:
        text.write(HEADER.format(tree=tree))
        for package in packages:
            text.writelines(f"{line}\n" for line in section(package, names, known, tree))
    rpms = work / "rpms"
    options = (f"_topdir {work}/build", f"_rpmdir {rpms}", "_rpmfilename %%{NAME}.rpm")
    build = ["rpmbuild", "-bb", "--quiet", *(f"--define={option}" for option in options), str(spec)]
    magic = work / "magic"
    magic.write_text("0 string \\177ELF ELF\n")  # to look at each file closely takes 20 seconds
    done = subprocess.run(
        build,
        env={**os.environ, "MAGIC": str(magic)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    for folder in ("base", "repo"):
        (work / folder).mkdir()
    for package in packages:
        rpm = f"{rpm_names(package, names)[0]}.rpm"
        (rpms / rpm).rename(work / ("base" if package.installed else "repo") / rpm)


def read_names(file: Path) -> dict[str, list[str]]:
    """Names in the family by Debian package, the RPM's own first."""
    names: dict[str, list[str]] = {}
    for line in file.read_text().splitlines():
        if line and not line.startswith("#"):
            family, deb = line.split("\t")[:2]
            names.setdefault(deb, []).append(family)
    return names


def rpm_names(package: Package, names: dict[str, list[str]]) -> list[str]:
    return names.get(package.deb) or [f"lab-deb-{package.deb}"]


def installed_packages(tree: Path) -> Iterator[Package]:
    """What dpkg has installed, its files copied into the tree."""
    for paragraph in STATUS.read_text().split("\n\n"):
        fields = parse(paragraph)
        if not fields.get("Status", "").endswith(" installed") or fields["Package"] in LEFT_OUT:
            continue
        package = Package(fields=fields, installed=True)
        package.conffiles = {
            line.split()[0] for line in fields.get("Conffiles", "").splitlines() if line.strip()
        }
        listing = INFO / f"{package.deb}.list"
        if not listing.exists():
            listing = INFO / f"{package.deb}:{fields['Architecture']}.list"
        for path in sorted({real(line) for line in listing.read_text().splitlines()}):
            if path not in ("/", "/.") and path not in REPLACED and os.path.lexists(path):
                copy(path, tree)
                package.paths.append(path)
        yield package


def real(path: str) -> str:
    """The path without links in its folder: /bin/sh is /usr/bin/sh."""
    folder, _, name = path.rpartition("/")
    return f"{os.path.realpath(folder or '/').rstrip('/')}/{name}"


def copy(path: str, tree: Path) -> None:
    target = tree / path[1:]
    mode = os.lstat(path).st_mode
    if stat.S_ISDIR(mode):
        target.mkdir(parents=True, exist_ok=True)
        own(target, path)
    elif not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target, follow_symlinks=False)
        own(target, path)


def own(target: Path, like: str) -> None:
    """Copy what copying loses: the owner, then the mode, as a change of owner clears its bits."""
    status = os.lstat(like)
    os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
    if not stat.S_ISLNK(status.st_mode):
        target.chmod(stat.S_IMODE(status.st_mode))


def extract(file: Path, folder: Path) -> Path:
    folder.parent.mkdir(exist_ok=True)
    subprocess.run(["dpkg-deb", "--raw-extract", file, folder], check=True)
    return folder


def unpacked(folder: Path, tree: Path, owned: set[str]) -> Package:
    """A .deb whose files are put into the tree; a folder that the base has is not owned again."""
    control = folder / "DEBIAN"
    package = Package(fields=parse((control / "control").read_text()), installed=False)
    if (control / "conffiles").exists():
        package.conffiles = set((control / "conffiles").read_text().split())
    SCRIPTS.mkdir(parents=True, exist_ok=True)
    for script in (*SCRIPTLETS, "config", "templates"):
        if (control / script).exists():
            shutil.copy2(control / script, SCRIPTS / f"{package.deb}.{script}")
    shutil.rmtree(control)
    for top in MERGED:
        if (folder / top).is_dir():
            merged = folder / "usr" / top
            merged.mkdir(parents=True, exist_ok=True)
            link(folder / top, merged)
            shutil.rmtree(folder / top)
    for file in sorted(folder.rglob("*")):
        path = f"/{file.relative_to(folder)}"
        is_folder = file.is_dir() and not file.is_symlink()
        if not DROPPED.match(path) and not (is_folder and path in owned):
            package.paths.append(path)
    link(folder, tree)
    return package


def link(source: Path, target: Path) -> None:
    """Put all that is in a folder into another, without a copy."""
    subprocess.run(["cp", "-a", "--link", "--no-clobber", f"{source}/.", target], check=True)


def parse(paragraph: str) -> Fields:
    fields: Fields = {}
    name = ""
    for line in paragraph.splitlines():
        if line.startswith((" ", "\t")):
            fields[name] += f"\n{line.strip()}"
        elif line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
    return fields


def relations(fields: Fields, *keys: str) -> Iterator[list[str]]:
    """The alternatives of each relation, without versions and architectures."""
    for key in keys:
        for relation in fields.get(key, "").split(","):
            if relation.strip():
                yield [re.split(r"[\s(:\[]", one.strip())[0] for one in relation.split("|")]


def section(
    package: Package, names: dict[str, list[str]], known: set[str], tree: Path
) -> Iterator[str]:
    """The package's part of the spec file."""
    name, *others = rpm_names(package, names)
    _, _, version = package.fields["Version"].rpartition(":")
    version, _, release = version.rpartition("-") if "-" in version else (version, "", "1")
    yield f"%package -n {name}"
    yield f"Version: {plain(version)}"
    yield f"Release: {plain(release)}"
    summary, *_ = package.fields.get("Description", package.deb).splitlines()
    yield f"Summary: {summary.replace('%', '%%')}"
    yield "AutoReqProv: no"
    for one in (*others, *SHELLS.get(package.deb, ())):
        yield f"Provides: {one}"
    for one in package.provides:
        yield f"Provides: deb({one})"
    for wanted in relations(package.fields, "Pre-Depends", "Depends"):
        if found := next((one for one in wanted if one in known), None):
            yield f"Requires: deb({found})"
    yield f"%description -n {name}"
    yield f"%files -n {name}"
    yield from listed(package, tree)
    for script, (scriptlet, body) in SCRIPTLETS.items():
        if not package.installed and (SCRIPTS / f"{package.deb}.{script}").exists():
            yield f"{scriptlet} -n {name}"
            yield body.format(call=f"/usr/lib/lab/maintainer {package.deb} {script}")


def plain(version: str) -> str:
    return re.sub(r"[^A-Za-z0-9._+~]", "_", version)


def listed(package: Package, tree: Path) -> Iterable[str]:
    """The package's files as a spec file lists them; modes and owners are those on the disk."""
    for path in package.paths:
        status = os.lstat(tree / path[1:])
        folder, link = stat.S_ISDIR(status.st_mode), stat.S_ISLNK(status.st_mode)
        mode = "-" if link else f"{stat.S_IMODE(status.st_mode):04o}"
        kind = "%dir " if folder else "%config(noreplace) " if path in package.conffiles else ""
        owner = f"{user(status.st_uid)}, {group(status.st_gid)}"
        yield f'%attr({mode}, {owner}) {kind}"{path.replace("%", "%%")}"'


def user(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name


def group(gid: int) -> str:
    return grp.getgrgid(gid).gr_name


if __name__ == "__main__":
    main()
