"""Stop what a store does at every one of its file operations, and look at what is left; run by ``test_disk``.

python stopped.py {keep,gather,repair} {kill,full,once} FOLDER     prints at how many operations it was stopped
python stopped.py race FOLDER PROCESS ROUNDS                       keeps and gathers beside others
"""

import errno
import fcntl
import json
import os
import sys
import time
from pathlib import Path

from lstmlib.paper.result import write_line
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.store import Store
from lstmlib.paper.version import VERSION

ROW = ROWS["table-5/T100-N3"]
OPERATIONS = ("open", "write", "fsync", "replace", "unlink", "rmdir", "mkdir", "listdir")
BAD = b'{"seed": 0, "trial": 1, "sol'


def store_in(folder):
    return Store(ROW, reading_of(ROW, {}), folder)


def result(trial, seed=0):
    return {"seed": seed, "trial": trial, "solved": True, "sequences": 1000 + trial, "version": VERSION}


def prepare(scenario, store):
    """Put files there, and return the trials that must never be lost."""
    store.parts.mkdir(parents=True)
    damage = [BAD + b"\n"] if scenario == "repair" else []
    store.lines.write_bytes(b"".join([write_line(result(0)), *damage, write_line(result(2))]))
    (store.parts / "0-3.json").write_bytes(write_line(result(3)))
    if scenario == "repair":
        (store.parts / "0-5.json").write_bytes(BAD)
    return {0, 2, 3}


def act(scenario, store):
    if scenario == "keep":
        store.keep(result(4))
    else:
        store.load()
        store.gather()


def stop_at(number, how):
    """Have the operation of that number be the last of this process, or fail; return a list that counts them."""
    count = []

    def wrap(function, name):
        def wrapped(*arguments, **options):
            count.append(name)
            if len(count) == number and how == "kill":
                if name == "write":
                    function(arguments[0], arguments[1][: len(arguments[1]) // 2])
                os._exit(9)
            if len(count) == number or (len(count) > number > 0 and how == "full"):
                raise OSError(errno.ENOSPC, "No space left on device")
            return function(*arguments, **options)

        return wrapped

    for name in OPERATIONS:
        setattr(os, name, wrap(getattr(os, name), name))
    fcntl.flock = wrap(fcntl.flock, "flock")
    return count


def child(scenario, how, store, number):
    """Act, stopped at that operation; return whether there was one of that number."""
    process = os.fork()
    if process == 0:
        count = stop_at(number, how)
        try:
            act(scenario, store)
        except OSError as error:
            os._exit(9 if error.errno == errno.ENOSPC else 8)
        os._exit(9 if len(count) >= number else 0)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in (0, 9), f"ended with {status}"
    return status == 9


def check(scenario, store, safe, damaged, where):
    """Look at what is left, then let another process put it in order."""
    files = [store.lines, *store.parts.glob("[!.]*.json")]
    there = [json.loads(line) for path in files for line in path.read_bytes().splitlines() if line != BAD]
    assert safe <= {one["trial"] for one in there}, (where, there)
    copies = [path.read_bytes() for path in store.lines.parent.glob("T100-N3.default.jsonl*")]
    assert scenario != "repair" or damaged in copies, where
    store.load()
    if scenario == "keep":
        act(scenario, store)
    store.gather()
    results, trouble = store.load()
    assert not trouble
    assert {one["trial"] for one in results} == safe | ({4} if scenario == "keep" else set()), where
    left = {str(path.relative_to(store.lines.parent)) for path in store.lines.parent.rglob("*")}
    expected = {store.lines.name}
    if scenario == "repair":
        expected |= {f"{store.lines.name}.damaged", store.parts.name, f"{store.parts.name}/0-5.json.damaged"}
    assert left == expected, (where, left)


def stop_everywhere(scenario, how, folder):
    number, more = 0, True
    while more:
        number += 1
        store = store_in(folder / str(number))
        safe = prepare(scenario, store)
        damaged = store.lines.read_bytes()
        more = child(scenario, how, store, number)
        check(scenario, store, safe, damaged, f"{scenario}, {how}, operation {number}")
    print(number - 1)


def race(folder, process, rounds):
    store = store_in(folder)
    (folder / f"ready-{process}").touch()
    while not (folder / "go").exists():
        time.sleep(0.001)
    for trial in range(rounds):
        store.keep(result(trial, seed=process))
        store.gather()


if __name__ == "__main__":
    if sys.argv[1] == "race":
        race(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        stop_everywhere(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
