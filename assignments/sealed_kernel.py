"""The kernel in which a submission runs: limits on memory, time and file size, and walls around the file system.

Started in the place of ``ipykernel_launcher`` by ``sealed.py``, with the same arguments. The limits hold for this
process and all that it starts. The walls are Landlock's (Linux 5.13 or newer, no privileges needed): code may read
Python, its packages and lstmlib, and read and write its own empty folder; it can't see the course, the hidden tests on
disk, the gradebook or other submissions, nor connect to another machine. A filter on system calls (seccomp) keeps it
from what Landlock lets through: limits and priorities of other processes, modes and owners of files, sockets. Where
one of these is missing, the kernel runs without it; ``python sealed_kernel.py`` says what this machine has.
"""

import ctypes
import importlib.util
import os
import platform
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
CONNECT, ABSTRACT_SOCKETS, OTHERS_SIGNALS = 1 << 1, 1 << 0, 1 << 1

# Of /etc and /proc, what Python and its packages read: nothing of other processes and of accounts' secrets.
OF_ETC = "ld.so.cache localtime timezone passwd group nsswitch.conf hosts host.conf mime.types os-release fonts ssl"
OF_PROC = "self meminfo cpuinfo stat filesystems sys/kernel sys/vm"

# System calls by number, for x86-64 and arm64: from linux/unistd.h.
NUMBERS = {
    "x86_64": {
        "chmod": 90, "fchmod": 91, "fchmodat": 268, "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260,
        "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280, "setxattr": 188, "lsetxattr": 189,
        "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "setpriority": 141,
        "sched_setparam": 142, "sched_setscheduler": 144, "sched_setaffinity": 203, "ioprio_set": 251, "ptrace": 101,
        "process_vm_readv": 310, "process_vm_writev": 311, "prlimit64": 302, "socket": 41, "mount": 165,
        "unshare": 272, "setns": 308, "bpf": 321, "keyctl": 250, "add_key": 248, "request_key": 249,
    },
    "aarch64": {
        "fchmod": 52, "fchmodat": 53, "fchown": 55, "fchownat": 54, "utimensat": 88, "setxattr": 5, "lsetxattr": 6,
        "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16, "setpriority": 140,
        "sched_setparam": 118, "sched_setscheduler": 119, "sched_setaffinity": 122, "ioprio_set": 30, "ptrace": 117,
        "process_vm_readv": 270, "process_vm_writev": 271, "prlimit64": 261, "socket": 198, "mount": 40,
        "unshare": 97, "setns": 268, "bpf": 280, "keyctl": 219, "add_key": 217, "request_key": 218,
    },
}  # fmt: skip
NEWER = {"sched_setattr": {"x86_64": 314, "aarch64": 274}, "io_uring_setup": 425, "fchmodat2": 452, "setxattrat": 463}
SIGNALS = {  # which Landlock leaves to the submission's own processes from its sixth version on
    "x86_64": {"kill": 62, "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297},
    "aarch64": {"kill": 129, "tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240},
}
PIDFD_SEND_SIGNAL = 424
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # as linux/audit.h names them
# These do nothing, and say that they did: copying a file ends with its mode and times, a kernel's threads begin with
# their priorities.
SAID_BUT_NOT_DONE = {"chmod", "fchmod", "fchmodat", "fchmodat2", "utime", "utimes", "futimesat", "utimensat"}
SAID_BUT_NOT_DONE |= {"setpriority", "sched_setparam", "sched_setscheduler", "sched_setaffinity", "sched_setattr"}
LOAD, EQUAL, SET, RETURN, AND, AT_LEAST = 0x20, 0x15, 0x45, 0x06, 0x54, 0x35  # of linux/bpf_common.h
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # of linux/seccomp.h; the latter with an error number
SET_SECCOMP, FILTER = 22, 2
INET, INET6, STREAM = 2, 10, 1


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


def program(machine: str, *, signals: bool) -> list[tuple[int, int, int, int]]:
    """Return the filter on system calls, as instructions (what, steps if so, steps if not, with which number).

    Args:
        machine: the processor's kind.
        signals: whether signals may be sent, because Landlock sees to where they go.
    """
    numbers = dict(NUMBERS[machine])
    numbers |= {name: n if isinstance(n, int) else n[machine] for name, n in NEWER.items()}
    numbers |= {} if signals else SIGNALS[machine] | {"pidfd_send_signal": PIDFD_SEND_SIGNAL}
    refuse, pretend = (RETURN, 0, 0, REFUSE | 1), (RETURN, 0, 0, REFUSE)  # EPERM; 0, which is success
    allow = (RETURN, 0, 0, ALLOW)
    lines = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, ARCHITECTURES[machine]), refuse, (LOAD, 0, 0, 0)]
    lines += [(AT_LEAST, 0, 1, 0x40000000), refuse]  # the other way to number x86's calls
    # Limits of this process alone: the first argument, a process, is 0.
    own = [(LOAD, 0, 0, 16), (EQUAL, 1, 0, 0), refuse, allow]
    lines += [(EQUAL, 0, len(own), numbers.pop("prlimit64")), *own]
    # Sockets: TCP, by which the kernel is spoken to; no UDP, no sockets of the system's services, nothing raw. They are
    # not supported (EOPNOTSUPP): ZeroMQ asks for one of the rest, and goes on without it then.
    none = (RETURN, 0, 0, REFUSE | 95)
    tcp = [(LOAD, 0, 0, 16), (EQUAL, 2, 0, INET), (EQUAL, 1, 0, INET6), none, (LOAD, 0, 0, 24), (AND, 0, 0, 0xF)]
    tcp += [(EQUAL, 1, 0, STREAM), none, allow]
    lines += [(EQUAL, 0, len(tcp), numbers.pop("socket")), *tcp]
    for name, number in numbers.items():
        lines += [(EQUAL, 0, 1, number), pretend if name in SAID_BUT_NOT_DONE else refuse]
    return [*lines, allow]


def filter_calls() -> bool:
    """Filter this process's system calls, and those of all that it starts; return whether the system can."""
    machine = platform.machine()
    if not sys.platform.startswith("linux") or machine not in NUMBERS:
        return False
    code = b"".join(struct.pack("HBBI", *line) for line in program(machine, signals=landlock_version() >= 6))
    text = ctypes.create_string_buffer(code, len(code))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(text)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return libc.prctl(SET_SECCOMP, FILTER, whole, 0, 0) == 0


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
    scopes = ABSTRACT_SOCKETS | OTHERS_SIGNALS if version >= 6 else 0
    attributes = struct.pack("QQQ", everything, CONNECT if version >= 4 else 0, scopes)
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
    system = ["/usr", "/lib", "/lib64", "/bin", "/sys/devices/system/cpu"]
    system += [f"/etc/{name}" for name in OF_ETC.split()] + [f"/proc/{name}" for name in OF_PROC.split()]
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
    filter_calls()
    sys.path.insert(0, str(folder))

    import warnings

    warnings.simplefilter("ignore")
    from ipykernel import kernelapp
    from ipykernel.zmqshell import ZMQInteractiveShell

    ZMQInteractiveShell.ask_exit = lambda self: None  # exit() in a last cell is no reason to lose all points
    kernelapp.launch_new_instance()


def state() -> str:
    """Return a line that says which limits and walls this machine has."""
    memory = "memory limited to 4 GiB" if sys.platform.startswith("linux") else "memory not limited on this system"
    version = landlock_version()
    walls = (
        f"files walled off (Landlock {version})" if version else "no walls around files: this system has no Landlock"
    )
    if not sys.platform.startswith("linux") or platform.machine() not in NUMBERS:
        walls += "; system calls not filtered here: submissions can disturb each other"
    if sys.platform != "win32" and os.getuid() == 0:
        walls += "; run by root, for whom no limit on the number of processes holds: better use another account"
    return f"{memory}; {walls}"


if __name__ == "__main__":
    main() if "-f" in sys.argv else print(state())
