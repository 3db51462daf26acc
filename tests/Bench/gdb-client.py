#!/usr/bin/env python3
"""A raw client of gdb's remote protocol that measures a stub: gdb-client.py ADDRESS ROW [PC]

ADDRESS is HOST:PORT. ROW is one of registers (g packets a second), steps (vCont;s a second), memory (MB/s by m in the largest packets
that the stub takes, up to 64 KiB of memory), binary (the same by x), conditions (hits of a breakpoint with a false condition, a second; PC
names its address), hot-page (how many times slower a loop at PC is with a breakpoint 2 KiB behind it), interrupt (milliseconds from Ctrl-C
to the stop), first-stop (milliseconds from connect to the answer to "?").
Prints one number.
"""
import socket
import statistics
import sys
import time


class Stub:
    def __init__(self, family, address):
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.kept = b""
        self.conditional = False

    def send(self, body):
        self.socket.sendall(b"$" + body + b"#%02x" % (sum(body) & 0xFF))

    def receive(self):
        while True:
            begin = self.kept.find(b"$")
            end = self.kept.find(b"#", begin) if begin >= 0 else -1
            if end >= 0 and len(self.kept) >= end + 3:
                body = self.kept[begin + 1:end]
                self.kept = self.kept[end + 3:]
                return body
            more = self.socket.recv(1 << 18)
            if not more:
                raise EOFError("the stub closed the connection")
            self.kept += more

    def ask(self, body):
        self.send(body)
        return self.receive()

    def without_acknowledgements(self):
        features = undo(self.ask(b"qSupported:swbreak+;hwbreak+;vContSupported+"))
        self.conditional = b"ConditionalBreakpoints+" in features
        self.ask(b"QStartNoAckMode")
        self.socket.sendall(b"+")
        self.ask(b"?")
        for feature in features.split(b";"):
            if feature.startswith(b"PacketSize="):
                return int(feature[11:], 16)
        return 512


def rate(stub, packet, seconds=1.0):
    begin = time.perf_counter()
    done = 0
    while time.perf_counter() - begin < seconds:
        for _ in range(100):
            stub.ask(packet)
        done += 100
    return done / (time.perf_counter() - begin)


def expanded(body):
    """How many characters a body has with its runs undone."""
    total = len(body)
    at = body.find(b"*")
    while at >= 0:
        total += body[at + 1] - 29 - 2
        at = body.find(b"*", at + 2)
    return total


def memory(stub, packet_size, letter):
    length = min(packet_size - 16, 0x20000) // 2 & ~0xFF
    packet = b"%s%x,%x" % (letter, int(sys.argv[3], 16), length)
    answer = stub.ask(packet)
    got = expanded(answer) // 2 if letter == b"m" else length
    if len(answer) < length // 256 or answer.startswith(b"E"):
        raise SystemExit("the stub does not read by %s: %s" % (letter.decode(), answer[:40]))
    begin = time.perf_counter()
    done = 0
    while time.perf_counter() - begin < 1:
        stub.ask(packet)
        done += got
    return done / (time.perf_counter() - begin) / 1e6


def conditions(stub):
    """The program at PC counts in X0, once for each hit; the condition is 0, so nobody is told."""
    if not stub.conditional:
        raise SystemExit("this stub takes no conditions")
    stub.ask(b"Z0,%x,4;X3,220027" % int(sys.argv[3], 16))
    before = first_register(stub)
    begin = time.perf_counter()
    stub.send(b"vCont;c")
    time.sleep(2)
    seconds = time.perf_counter() - begin
    stub.socket.sendall(b"\x03")
    stub.receive()
    return (first_register(stub) - before) / seconds


def turns(stub, seconds):
    """Turns of the loop a second."""
    before = first_register(stub)
    begin = time.perf_counter()
    stub.send(b"vCont;c")
    time.sleep(seconds)
    stub.socket.sendall(b"\x03")
    stub.receive()
    passed = time.perf_counter() - begin
    return (first_register(stub) - before) / passed


def hot_page(stub):
    turns(stub, 0.3)
    without = turns(stub, 1)
    stub.ask(b"Z0,%x,4" % (int(sys.argv[3], 16) + 0x800))
    turns(stub, 0.3)
    return without / turns(stub, 1)


def first_register(stub):
    """X0, by g: QEMU answers p only where the target description was read before."""
    return int.from_bytes(bytes.fromhex(undo(stub.ask(b"g"))[:16].decode()), "little")


def undo(body):
    out = b""
    at = 0
    while at < len(body):
        if body[at:at + 1] == b"*":
            out += out[-1:] * (body[at + 1] - 29)
            at += 2
        else:
            out += body[at:at + 1]
            at += 1
    return out


def interrupt(stub):
    times = []
    for _ in range(20):
        stub.send(b"vCont;c")
        time.sleep(0.05)
        begin = time.perf_counter()
        stub.socket.sendall(b"\x03")
        stub.receive()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def main():
    row = sys.argv[2]
    host, port = sys.argv[1].rsplit(":", 1)
    # Not measured: Python takes a millisecond to load what it looks names up with.
    family, _, _, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
    begin = time.perf_counter()
    stub = Stub(family, address)
    if row == "first-stop":
        stub.ask(b"?")
        return (time.perf_counter() - begin) * 1000
    size = stub.without_acknowledgements()
    return {
        "registers": lambda: rate(stub, b"g"),
        "p": lambda: rate(stub, b"p0"),
        "steps": lambda: rate(stub, b"vCont;s:p1.1" if size == 0 else b"vCont;s"),
        "memory": lambda: memory(stub, size, b"m"),
        "binary": lambda: memory(stub, size, b"x"),
        "hot-page": lambda: hot_page(stub),
        "conditions": lambda: conditions(stub),
        "interrupt": lambda: interrupt(stub),
    }[row]()


print("%.3f" % main())
