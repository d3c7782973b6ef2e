#!/usr/bin/env python3
"""A device that signs what it measures: descriptor, native and COSE messages (docs/spec/oracles.md, 1 and 2).

The first half is what a device needs, and imports nothing of Twinroot. The second is a program that signs the lines of its input:

    echo 4.929 | ./device.py cose-slots --seed SECRET --memory truck-7.json > message.bin
"""

import argparse
import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import cbor2
from nacl.signing import SigningKey

NATIVE, COSE = 0, 1
COUNTER, SLOT = 0, 1
NOTHING = bytes(32)


def blake2b_256(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


def varint(number: int) -> bytes:
    """LEB128: 7 bits a byte, low bits first, the high bit on all but the last."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> bytes:
    """0, -1, 1, -2 .. as 0, 1, 2, 3 .."""
    return varint(number * 2 if number >= 0 else -number * 2 - 1)


def text(ascii_text: str) -> bytes:
    return varint(len(ascii_text)) + ascii_text.encode("ascii")


@dataclass
class Descriptor:
    """What a feed says of itself. Its hash is the feed id, which a contract stores."""

    key: bytes
    envelope: int
    mode: int
    urn: str
    quantity: str
    unit: str
    scale: int
    period_ms: int
    valid_from: int
    valid_to: int

    def encode(self) -> bytes:
        head = self.key + bytes([self.envelope, self.mode])
        names = text(self.urn) + text(self.quantity) + text(self.unit)
        plan = varint(self.period_ms) + varint(self.valid_from) + varint(self.valid_to)
        return head + names + self.scale.to_bytes(1, "big", signed=True) + plan

    def feed(self) -> bytes:
        return blake2b_256(b"twinroot/feed/v1" + self.encode())

    def integer(self, value) -> int:
        """The number that a contract sees: value / 10^scale, a half to the even one of its neighbours."""
        integer = round(Fraction(value) / Fraction(10) ** self.scale)
        if not -(2**63) <= integer < 2**63:
            raise ValueError(f"{value} does not fit at scale {self.scale}")
        return integer


@dataclass
class Memory:
    """What a device must know before it signs again, also after a loss of power. With a file it lasts."""

    epoch: int = 0
    seq: int = 0  # of the next message
    t: int = 0  # of the last one
    last: bytes = NOTHING  # id of the last one
    file: str | None = None

    def keep(self, seq: int, t: int, last: bytes) -> None:
        """Comes before the message leaves: who forgets what was signed will sign something else in its place."""
        self.seq, self.t, self.last = seq, t, last
        if self.file is None:
            return
        draft = self.file + ".new"
        with open(draft, "w", encoding="ascii") as out:
            json.dump({"epoch": self.epoch, "seq": seq, "t": t, "last": last.hex()}, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, self.file)

    @classmethod
    def load(cls, file: str, epoch: int) -> "Memory":
        if not os.path.exists(file):
            return cls(epoch=epoch, file=file)
        with open(file, encoding="ascii") as held:
            it = json.load(held)
        memory = cls(it["epoch"], it["seq"], it["t"], bytes.fromhex(it["last"]), file)
        if epoch > memory.epoch:
            memory.begin(epoch)
        return memory

    def begin(self, epoch: int) -> None:
        """Another epoch, where the device is not sure that this is what it signed last."""
        self.epoch, self.seq = epoch, 0


@dataclass
class Device:
    key: SigningKey
    descriptor: Descriptor
    memory: Memory = field(default_factory=Memory)
    kid: bytes | None = None

    def place(self, t: int) -> int:
        """The seq of a message at `t`. A device never goes back in time, and says one thing in a slot."""
        it, memory = self.descriptor, self.memory
        if not it.valid_from <= t <= it.valid_to:
            raise ValueError(f"time {t} is outside the descriptor's validity")
        if t < memory.t:
            raise ValueError(f"time {t} is before {memory.t}, which is signed: set the clock, or wait")
        if it.mode == COUNTER:
            return memory.seq
        if t // it.period_ms < memory.seq:
            raise ValueError(f"the slot of time {t} is used: wait for the next")
        return t // it.period_ms

    # -- native --------------------------------------------------------------------------------------------------------

    def reading(self, t: int, integer: int) -> bytes:
        return self.native(t, b"\x00" + zigzag(integer))

    def claim(self, t: int, subject: bytes, code: int) -> bytes:
        return self.native(t, b"\x01" + subject + varint(code))

    def native(self, t: int, value: bytes) -> bytes:
        seq, memory = self.place(t), self.memory
        chained = self.descriptor.mode == COUNTER and memory.last != NOTHING
        prev_t, prev = (memory.t, memory.last) if chained else (t, NOTHING)
        body = self.descriptor.feed() + varint(memory.epoch) + varint(seq) + varint(t) + varint(prev_t)
        body += prev + b"\x00" + value
        signed = b"twinroot/read/v1" + body
        memory.keep(seq + 1, t, blake2b_256(signed))
        return b"\x00" + body + self.key.sign(signed).signature

    # -- COSE_Sign1 with SenML in CBOR ---------------------------------------------------------------------------------

    def senml(self, t: int, value) -> bytes:
        """`value` is an int, a Decimal or a float, in the descriptor's unit."""
        self.descriptor.integer(value)  # what no contract could read is not signed
        seconds = t // 1000 if t % 1000 == 0 else Decimal(t).scaleb(-3)
        return self.cose(t, {1: self.descriptor.unit, 2: value, -2: self.descriptor.urn, -3: seconds})

    def cose(self, t: int, record: dict, tagged: bool = True, canonical: bool = False) -> bytes:
        """`canonical` sorts the labels and writes a float as short as it can be: a choice of the device."""
        seq = self.place(t)
        pack = [record] if self.descriptor.mode == SLOT else [record, {0: "seq", 2: seq}]
        payload = cbor2.dumps(pack, canonical=canonical)
        protected = cbor2.dumps({1: -8} if self.kid is None else {1: -8, 3: 112, 4: self.kid})
        signed = cbor2.dumps(["Signature1", protected, b"", payload])
        self.memory.keep(seq + 1, t, blake2b_256(signed))
        message = [protected, {}, payload, self.key.sign(signed).signature]
        return cbor2.dumps(cbor2.CBORTag(18, message) if tagged else message)


# -- the program -----------------------------------------------------------------------------------------------------------

FORMS = {
    "native": (NATIVE, COUNTER),
    "native-slots": (NATIVE, SLOT),
    "cose": (COSE, COUNTER),
    "cose-slots": (COSE, SLOT),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Signs each line of its input, VALUE or TIME_MS VALUE, as one message.")
    parser.add_argument("form", choices=FORMS)
    parser.add_argument("--seed", required=True, type=bytes.fromhex, help="32 bytes in hex, known to the device alone")
    parser.add_argument("--memory", help="file of what was signed last; one for each feed")
    parser.add_argument("--epoch", type=int, default=0, help="number of a new epoch, where the memory is lost")
    parser.add_argument("--urn", default="urn:dev:truck-7")
    parser.add_argument("--quantity", default="temperature")
    parser.add_argument("--unit", default="Cel")
    parser.add_argument("--scale", type=int, default=-3)
    parser.add_argument("--period-ms", type=int, default=1000)
    parser.add_argument("--valid-from", type=int, default=1_500_000_000_000)
    parser.add_argument("--valid-to", type=int, default=2_500_000_000_000)
    parser.add_argument("--output", choices=["json", "hex", "raw"], default="raw", help="raw: nothing between messages")
    args = parser.parse_args()
    if args.epoch and args.form != "native":
        parser.error("only native messages have epochs: without its memory a device with a counter is another feed")
    return args


def device_of(args: argparse.Namespace) -> Device:
    key = SigningKey(args.seed)
    envelope, mode = FORMS[args.form]
    names = (args.urn, args.quantity, args.unit)
    descriptor = Descriptor(
        bytes(key.verify_key), envelope, mode, *names, args.scale, args.period_ms, args.valid_from, args.valid_to
    )
    memory = Memory.load(args.memory, args.epoch) if args.memory else Memory(epoch=args.epoch)
    return Device(key, descriptor, memory)


def sign_line(device: Device, line: str) -> bytes:
    *given, value = line.split()
    t = int(given[0]) if given else time.time_ns() // 1_000_000
    if device.descriptor.envelope == COSE:
        return device.senml(t, Decimal(value))
    return device.reading(t, device.descriptor.integer(Decimal(value)))


def main() -> None:
    args = arguments()
    device = device_of(args)
    for line in filter(str.strip, sys.stdin):
        try:
            message = sign_line(device, line)
        except (ValueError, ArithmeticError) as reason:
            print(f"not signed: {line.strip()}: {reason}", file=sys.stderr)
            continue
        if args.output == "raw":
            sys.stdout.buffer.write(message)
        elif args.output == "hex":
            print(message.hex())
        else:
            it = device.descriptor
            print(json.dumps({"descriptor": it.encode().hex(), "feed": it.feed().hex(), "message": message.hex()}))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
