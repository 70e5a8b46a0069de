"""Runs one command and prints what it cost: {"wall_s", "user_s", "system_s", "rss_mb", "exit"} as JSON.

    python -I -S meter.py CPUS STDOUT STDERR COMMAND...      CPUS: "0,1"; the command may use no others

A process of its own, because Linux hands the peak memory of a parent down to what it starts: started by this small one,
a command's peak is its own (never less than 10 MB). Processes that the command starts and waits for count as well.
"""

import json
import os
import sys
import time


def main():
    cpus, stdout, stderr, *command = sys.argv[1:]
    begin = time.monotonic()
    child = os.fork()
    if child == 0:
        os.sched_setaffinity(0, [int(cpu) for cpu in cpus.split(",")])
        for path, descriptor in ((stdout, 1), (stderr, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), descriptor)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    print(
        json.dumps(
            {
                "wall_s": time.monotonic() - begin,
                "user_s": usage.ru_utime,
                "system_s": usage.ru_stime,
                "rss_mb": usage.ru_maxrss / 1024,
                "exit": os.waitstatus_to_exitcode(status),
            }
        )
    )


main()
