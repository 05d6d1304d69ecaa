"""Drivers that break their protocol, or behave badly beside it: the trial of a client ends in time, and names what the driver did."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import psutil

from hostile.attacks import Run, attack
from hostile.children import Ended, ended

AT_ONCE = 2
MOST_MB = 512
LEAVING_SECONDS = 3.0
VERDICTS = {0, 1, 2}
SLEEP = "[sys.executable, '-c', 'import time; time.sleep(600)', *sys.argv[1:]]"
"""A child of the driver's, which bears the driver's mark."""

AWAY = f"os.execv(sys.executable, {SLEEP})"

GOOD = """
import json, os, signal, subprocess, sys, time
HEAD
for line in sys.stdin:
    request = json.loads(line)
    told = {
        "start": {"can": ["sync", "reply", "webhook"]},
        "sync": {"bookings": [], "conversations": []},
        "webhook": {"accepted": True},
    }.get(request["do"], {})
    reply = {"id": request["id"], "ok": True, **told}
    syncs = request["do"] == "sync"
    BODY
    print(json.dumps(reply), flush=True)
TAIL
"""


@dataclass(frozen=True)
class Fault:
    """What a driver does at the start, for each request, and after the last; one of ``verdicts`` must be told, if there are any."""

    verdicts: tuple[str, ...]
    body: str = ""
    head: str = ""
    tail: str = ""

    @property
    def program(self) -> str:
        return GOOD.replace("HEAD", self.head).replace("BODY", self.body or "pass").replace("TAIL", self.tail)


RUBBISH, CRASH, HANG, WRONG, PROTOCOL = ("RUBBISH:",), ("CRASH:",), ("HANG:",), ("WRONG ID:",), ("PROTOCOL:",)
NO_CLIENT = ("before it answered anything",)
FAULTS: dict[str, Fault] = {
    "writes no JSON": Fault(RUBBISH, "print('syncing', flush=True)"),
    "writes half a line": Fault(RUBBISH, "syncs and (sys.stdout.write('{'), sys.stdout.flush(), sys.exit(0))"),
    "writes a list": Fault(RUBBISH, "print([1])"),
    "writes null": Fault(RUBBISH, "print('null')"),
    "writes an empty line": Fault((), "print()"),
    "writes bytes that are no UTF-8": Fault(RUBBISH, r"sys.stdout.buffer.write(b'\xff\xfe\n')"),
    "writes NUL": Fault(RUBBISH, r"print('\0')"),
    "writes control characters": Fault(RUBBISH, r"print('\x1b[2J\x1b[31mhello')"),
    "nests a hundred thousand lists": Fault((*RUBBISH, *PROTOCOL), "syncs and print('[' * 100_000)"),
    "writes a line of 100 MB": Fault((*RUBBISH, *HANG, *PROTOCOL, *CRASH), "syncs and sys.stdout.write('x' * 100_000_000 + '\\n')"),
    "writes without end and no newline": Fault((*RUBBISH, *HANG, *CRASH), "while syncs: sys.stdout.write('x' * 65536)"),
    "writes lines without end": Fault((*RUBBISH, *WRONG, *PROTOCOL), "while syncs: print('{}')"),
    "answers with NaN": Fault((*WRONG, *RUBBISH), "reply['id'] = float('nan')"),
    "answers with infinite ids": Fault((*PROTOCOL, *RUBBISH), "if syncs: reply['bookings'] = [{'id': float('inf')}]"),
    "answers with a million digits": Fault((*WRONG, *RUBBISH), "print('{\"id\": ' + '9' * 1_000_000 + '}')"),
    "answers with another id": Fault(WRONG, "reply['id'] += 1"),
    "answers with true for an id": Fault(WRONG, "reply['id'] = True"),
    "answers without an id": Fault(WRONG, "del reply['id']"),
    "answers with a text for ok": Fault(PROTOCOL, "reply['ok'] = 'yes'"),
    "answers without ok": Fault(PROTOCOL, "del reply['ok']"),
    "answers ok false": Fault(("GAVE_UP:",), "reply = {'id': request['id'], 'ok': False}"),
    "puts off for ever": Fault(("STUCK:",), "if syncs: reply = {'id': request['id'], 'ok': False, 'later': True}"),
    "answers twice": Fault(WRONG, "print(json.dumps(reply))"),
    "answers before it is asked": Fault(WRONG, head="print(json.dumps({'id': 7, 'ok': True}), flush=True)"),
    "believes a text": Fault(PROTOCOL, "if syncs: reply['bookings'] = 'none'"),
    "believes lists of lists": Fault(PROTOCOL, "if syncs: reply['conversations'] = [[[]]]"),
    "believes without conversations": Fault(PROTOCOL, "if syncs: del reply['conversations']"),
    "believes the same twice": Fault((), "if syncs: reply['bookings'] = [{'id': 1, 'conversation_ids': []}] * 2"),
    "ends with code 3": Fault(CRASH, "if syncs: sys.exit(3)"),
    "ends with code 0": Fault(CRASH, "if syncs: sys.exit(0)"),
    "is killed": Fault(CRASH, "if syncs: os.kill(os.getpid(), signal.SIGKILL)"),
    "raises": Fault(CRASH, "if syncs: raise ValueError('no such page')"),
    "ends at once": Fault(NO_CLIENT, head="sys.exit(1)"),
    "closes its stdout": Fault((*CRASH, *HANG), "if syncs: sys.stdout.flush(); os.close(1); time.sleep(600)"),
    "closes its stdin": Fault((*CRASH, *HANG, *RUBBISH), "os.close(0)"),
    "sleeps": Fault(HANG, "if syncs: time.sleep(600)"),
    "stops itself": Fault(HANG, "if syncs: os.kill(os.getpid(), signal.SIGSTOP)"),
    "sleeps deaf to signals": Fault(HANG, "if syncs: [signal.signal(each, signal.SIG_IGN) for each in (1, 2, 15)]; time.sleep(600)"),
    "never ends": Fault((), tail="time.sleep(600)"),
    "never ends deaf to signals": Fault((), tail="[signal.signal(each, signal.SIG_IGN) for each in (1, 2, 15)]; time.sleep(600)"),
    "floods stderr with lines": Fault((), "if syncs: sys.stderr.write('complains\\n' * 1_000_000)"),
    "floods stderr without a newline": Fault(HANG, "while syncs: sys.stderr.write('x' * 65536)"),
    "leaves a child": Fault((), f"subprocess.Popen({SLEEP})"),
    "leaves a child that holds the pipes": Fault(CRASH, f"if syncs: subprocess.Popen({SLEEP}); sys.exit(3)"),
    "leaves a child in a session of its own": Fault((), f"syncs and subprocess.Popen({SLEEP}, start_new_session=True)"),
    "leaves a daemon": Fault((), f"if syncs and os.fork() == 0: os.setsid(); os.fork() and os._exit(0); {AWAY}"),
}  # fmt: skip


@attack(
    does=f"{len(FAULTS)} drivers break the protocol of client trials, flood their pipes, ignore the end of their input, or leave children",
    holds="the trial ends in time and within memory, names the driver's fault, and none of its processes stays behind",
    share=14,
)
def hostile_drivers(run: Run) -> None:
    names = list(FAULTS)
    run.random().shuffle(names)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = list(pool.map(lambda name: not run.is_over and on_trial(run, name), names))
    run.measure(f"{sum(tried)} of {len(names)} drivers")


def on_trial(run: Run, name: str) -> bool:
    """Put a client with such a driver on trial."""
    fault, mark = FAULTS[name], f"{run.folder.name}-{name.replace(' ', '-')}"
    trial = ["--worlds", "1", "--hazard", "past_booking", "--timeout", "1", "--shrink-seconds", "0", "--save", "saved"]
    judge(run, name, fault, ended(run, "check", "client", *trial, "--", sys.executable, "-c", fault.program, mark))
    left = left_behind(mark)
    run.hold(not left, f"a driver that {name}: {len(left)} processes stay behind")
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    return True


def judge(run: Run, name: str, fault: Fault, trial: Ended) -> None:
    """Hold the end of a trial to what a driver's fault must come to."""
    about = f"a driver that {name}"
    run.hold(
        trial.code in VERDICTS, f"{about}: the trial {'hangs' if trial.code is None else f'ends with {trial.code}'}: {trial.last_line}"
    )
    named = not fault.verdicts or any(verdict in trial.said for verdict in fault.verdicts)
    run.hold(named, f"{about}: expected one of {fault.verdicts}, found {trial.said[:500]!r}")
    broke = trial.is_broken and "inbox_contracts" in trial.said
    run.hold(not broke, f"{about}: a traceback: {trial.last_line}")
    run.hold("\x1b[2J" not in trial.said, f"{about}: control characters are printed as they came")
    run.hold(trial.peak_mb <= MOST_MB, f"{about}: the trial takes {trial.peak_mb:.0f} MB, expected at most {MOST_MB}")


def left_behind(mark: str) -> list[psutil.Process]:
    """The processes that bear the mark, once those that are ending have had their time."""
    until = time.monotonic() + LEAVING_SECONDS
    while found := [each for each in psutil.process_iter(["cmdline", "status"]) if is_marked(each, mark)]:
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    return found


def is_marked(process: psutil.Process, mark: str) -> bool:
    return mark in (process.info["cmdline"] or ()) and process.info["status"] != psutil.STATUS_ZOMBIE
