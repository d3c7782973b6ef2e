#!/usr/bin/env python3
"""The messages of docs/spec/vectors/devices.json, one JSON line each. ../c/vectors.c makes the same."""

import json
import struct
from decimal import Decimal

from nacl.signing import SigningKey

from device import FORMS, NOTHING, Descriptor, Device

START = 1_700_000_000_000
PARCEL = bytes([0xAA] * 32)


def device(form: str, seed: int) -> Device:
    key = SigningKey(bytes([seed] * 32))
    names = ("urn:dev:truck-7", "temperature", "Cel")
    validity = (1_500_000_000_000, 2_500_000_000_000)
    return Device(key, Descriptor(bytes(key.verify_key), *FORMS[form], *names, -3, 1_000, *validity))


def line(name: str, device: Device, epoch: int, seq: int, t: int, value, message: bytes) -> None:
    expected = {"epoch": epoch, "seq": seq, "t": t, "value": value}
    it = device.descriptor
    descriptor, feed = it.encode().hex(), it.feed().hex()
    print(json.dumps({"name": name, "descriptor": descriptor, "feed": feed, "message": message.hex(), "expected": expected}))


def native() -> None:
    it = device("native", 1)
    t = START
    line("native, the first", it, 0, 0, t, 4929, it.reading(t, 4929))
    line("native, the next", it, 0, 1, t + 1_000, -300, it.reading(t + 1_000, -300))
    claim = it.claim(t + 1_000, PARCEL, 300)
    line("native, a claim", it, 0, 2, t + 1_000, {"subject": PARCEL.hex(), "code": 300}, claim)
    line("native, the highest", it, 0, 3, t + 2_500, 2**63 - 1, it.reading(t + 2_500, 2**63 - 1))
    line("native, the lowest", it, 0, 4, t + 2_501, -(2**63), it.reading(t + 2_501, -(2**63)))
    it.memory.begin(1)
    line("native, an epoch that remembers", it, 1, 0, t + 60_000, 0, it.reading(t + 60_000, 0))
    it.memory.begin(300)
    it.memory.last = NOTHING
    line("native, an epoch that forgot", it, 300, 0, t + 61_000, -1, it.reading(t + 61_000, -1))


def native_slots() -> None:
    it = device("native-slots", 2)
    line("native, a slot", it, 0, 1_700_000_001, START + 1_999, 4929, it.reading(START + 1_999, 4929))
    line("native, the next slot", it, 0, 1_700_000_002, START + 2_000, 4930, it.reading(START + 2_000, 4930))


def cose() -> None:
    it = device("cose", 3)

    def senml(name: str, t: int, value, integer: int) -> None:
        line(name, it, 0, it.memory.seq, t, integer, it.senml(t, value))

    def short(name: str, t: int, value: float, integer: int) -> None:
        record = {1: "Cel", 2: value, -2: "urn:dev:truck-7", -3: t // 1_000}
        line(name, it, 0, it.memory.seq, t, integer, it.cose(t, record, canonical=True))

    t = START
    senml("COSE, an integer", t, 5, 5_000)
    senml("COSE, a negative integer", t + 1_000, -40, -40_000)
    senml("COSE, a decimal fraction", t + 1_123, Decimal("-4.929"), -4_929)
    senml("COSE, a double", t + 2_000, 4.929, 4_929)
    short("COSE, a single", t + 3_000, struct.unpack("f", struct.pack("f", 4.929))[0], 4_929)
    short("COSE, half a step goes down to the even one", t + 4_000, 0.0625, 62)
    short("COSE, half a step goes up to the even one", t + 5_000, -0.1875, -188)
    it.kid = b"truck-7/1"
    message = it.senml(t + 6_000, 7)
    line("COSE, with content type and key name", it, 0, 7, t + 6_000, 7_000, message)
    it.kid = None
    line("COSE, without tag", it, 0, 8, t + 7_000, 8_000, untagged(it, t + 7_000, 8))
    base = {-1: 10, -2: "urn:dev:", 0: "truck-7", -4: "Cel", 6: 1_700_000_008.25, 2: Decimal("9e-3")}
    line("COSE, base fields and a time as double", it, 0, 9, t + 8_250, 9, it.cose(t + 8_250, base))


def untagged(it: Device, t: int, value: int) -> bytes:
    return it.cose(t, {1: "Cel", 2: value, -2: "urn:dev:truck-7", -3: t // 1_000}, tagged=False)


def cose_slots() -> None:
    it = device("cose-slots", 4)
    line("COSE, a slot", it, 0, 1_700_000_001, START + 1_999, 4_900, it.senml(START + 1_999, Decimal("4.9")))
    line("COSE, the next slot", it, 0, 1_700_000_002, START + 2_000, 4_901, it.senml(START + 2_000, 4.901))


for make in (native, native_slots, cose, cose_slots):
    make()
