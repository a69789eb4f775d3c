"""The kernel in which a submission runs: limits on memory, time and file size, and walls around the file system.

Started in the place of ``ipykernel_launcher`` by ``sealed.py``, with the same arguments. The limits hold for this
process and all that it starts. The walls are Landlock's (Linux 5.13 or newer, no privileges needed): code may read
Python, its packages and lstmlib, and read and write its own empty folder; it can't see the course, the hidden tests on
disk, the gradebook or other submissions, nor connect to another machine. Where a limit or Landlock is missing, the
kernel runs without it; ``python sealed_kernel.py`` says what this machine has.
"""

import ctypes
import importlib.util
import os
import shutil
import struct
import sys
import sysconfig
from pathlib import Path

GIB = 2**30
MORE_PROCESSES = 512 + 32 * (os.cpu_count() or 1)  # what this submission may start, beside others that start meanwhile
LIMITS = {"RLIMIT_AS": 4 * GIB, "RLIMIT_CPU": 120, "RLIMIT_FSIZE": 2**26, "RLIMIT_CORE": 0}

# From linux/landlock.h; the system calls have the same numbers on every processor.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG, PATH_BENEATH, NO_NEW_PRIVILEGES = 1, 1, 38
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
READ = EXECUTE | READ_FILE | READ_DIR
ACCESSES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many kinds of access each version knows
OF_FILES = EXECUTE | READ_FILE | 1 << 1 | 1 << 14 | 1 << 15  # those that make sense for a single file
CONNECT, OTHERS_SIGNALS = 1 << 1, 1 << 1


def limit() -> list[str]:
    """Set the limits that this system has; return their names."""
    try:
        import resource
    except ImportError:  # Windows
        return []
    held = []
    for name, value in (LIMITS | {"RLIMIT_NPROC": processes() + MORE_PROCESSES}).items():
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
            held.append(name)
        except (AttributeError, OSError, ValueError):  # macOS refuses a limit on address space
            continue
    return held


def processes() -> int:
    """Return how many processes and threads this account has: the limit on them counts those of others, too."""
    import psutil  # comes with ipykernel

    count = 0
    for process in psutil.process_iter():
        try:
            count += process.num_threads() if process.uids().real == os.getuid() else 0
        except psutil.Error:  # it ended, or can't be looked at
            continue
    return count


def landlock_version() -> int:
    """Return the version of Landlock that this system has; 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, ctypes.CDLL(None).syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG))


def wall(readable: list[Path], writable: list[Path]) -> bool:
    """Shut this process out of all files but these and those beneath them; return whether the system can."""
    version = landlock_version()
    if not version:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    everything = (1 << ACCESSES.get(version, 16)) - 1
    attributes = struct.pack("QQQ", everything, CONNECT if version >= 4 else 0, OTHERS_SIGNALS if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    for paths, access in ((readable, READ), (writable, everything)):
        for path in paths:
            if not path.exists():
                continue
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = access if path.is_dir() else access & OF_FILES & everything
            libc.syscall(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", allowed, place), 0)
            os.close(place)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if libc.syscall(RESTRICT_SELF, rules, 0):
        raise OSError(ctypes.get_errno(), "Landlock refused to close the walls")
    os.close(rules)
    return True


def what_python_reads() -> list[Path]:
    """Return Python's own folders, the packages', and lstmlib's, wherever it was installed from."""
    folders = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    found = importlib.util.find_spec("lstmlib")
    if found and found.origin:
        folders.add(str(Path(found.origin).parent))
    system = ["/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/sys/devices/system/cpu"]
    return [Path(folder) for folder in [*sorted(folders), *system]]


def main() -> None:
    """Set limits and walls, then be a kernel."""
    folder = Path(os.environ["SEALED_FOLDER"])
    # The connection file lies among those of other kernels: take a copy.
    at = sys.argv.index("-f") + 1
    sys.argv[at] = str(shutil.copy(sys.argv[at], folder / "connection.json"))
    for cache in (Path.home() / ".cache" / "matplotlib", Path.home() / ".matplotlib"):
        for fonts in cache.glob("fontlist-*.json"):  # without it, matplotlib looks for fonts for some seconds
            shutil.copy(fonts, folder)
    os.environ.update(HOME=str(folder), TMPDIR=str(folder), IPYTHONDIR=str(folder), MPLCONFIGDIR=str(folder))
    # Warnings would go to the error stream, and nbgrader takes anything there for a failed test.
    os.environ["PYTHONWARNINGS"] = "ignore"
    os.chdir(folder)
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
    import lstmlib  # noqa: F401 (found while all of sys.path can still be searched)

    limit()
    devices = [Path("/dev") / name for name in ("null", "zero", "random", "urandom", "tty")]
    wall(what_python_reads(), [folder, *devices])
    sys.path.insert(0, str(folder))

    import warnings

    warnings.simplefilter("ignore")
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


def state() -> str:
    """Return a line that says which limits and walls this machine has."""
    memory = "memory limited to 4 GiB" if sys.platform.startswith("linux") else "memory not limited on this system"
    version = landlock_version()
    walls = (
        f"files walled off (Landlock {version})" if version else "no walls around files: this system has no Landlock"
    )
    return f"{memory}; {walls}"


if __name__ == "__main__":
    main() if "-f" in sys.argv else print(state())
