"""A line between two network namespaces: every packet is late, some are lost, and on SIGUSR1 all are until the next one.

link.py NAMESPACE NAMESPACE DELAY_MS LOSS_PERCENT    (as root, with iproute2; the namespaces are there)

The first host is 10.77.0.1, the second 10.77.0.2. It prints "ready" and runs until its input ends. The kernel's own
netem would do the same; here it needs no module, and both ends are devices of this program (tun).
"""

import fcntl
import heapq
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def device(namespace, name, own, other):
    """A point-to-point device in that namespace, whose packets are read and written here."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    inside = ["ip", "-n", namespace]
    subprocess.run(["ip", "link", "set", name, "netns", namespace], check=True)
    subprocess.run([*inside, "addr", "add", own, "peer", other, "dev", name], check=True)
    subprocess.run([*inside, "link", "set", name, "up"], check=True)
    return end


def main():
    first, second, delay, loss = sys.argv[1:]
    delay, loss = float(delay) / 1000, float(loss) / 100
    tag = os.getpid() % 100000
    ends = [
        device(first, f"twa{tag}", "10.77.0.1", "10.77.0.2"),
        device(second, f"twb{tag}", "10.77.0.2", "10.77.0.1"),
    ]
    is_parted = False

    def toggle(*_):
        nonlocal is_parted
        is_parted = not is_parted

    signal.signal(signal.SIGUSR1, toggle)
    print("ready", flush=True)
    late = []
    count = 0
    while True:
        wait = max(0, late[0][0] - time.monotonic()) if late else None
        readable, _, _ = select.select([*ends, sys.stdin], [], [], wait)
        if sys.stdin in readable and not sys.stdin.read(1):
            return
        for end in set(readable) & set(ends):
            packet = os.read(end, 65536)
            if not is_parted and random.random() >= loss:
                count += 1
                other = ends[1 - ends.index(end)]
                heapq.heappush(late, (time.monotonic() + delay, count, other, packet))
        while late and late[0][0] <= time.monotonic():
            _, _, end, packet = heapq.heappop(late)
            try:
                os.write(end, packet)
            except OSError:
                pass  # Lost, as packets are.


main()
