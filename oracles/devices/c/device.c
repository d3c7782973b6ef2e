#include "device.h"

#include <sodium.h>
#include <string.h>

/* -- bytes ------------------------------------------------------------------------------------------------------------ */

struct out {
    uint8_t *at;
    size_t room;
    size_t len;
    bool full;
};

static void put(struct out *out, const void *bytes, size_t len) {
    if (out->full || len > out->room - out->len) {
        out->full = true;
        return;
    }
    memcpy(out->at + out->len, bytes, len);
    out->len += len;
}

static void put_byte(struct out *out, uint8_t byte) { put(out, &byte, 1); }

/* LEB128: 7 bits a byte, low bits first, the high bit on all but the last. */
static void put_varint(struct out *out, uint64_t number) {
    while (number >= 0x80) {
        put_byte(out, (uint8_t)(number | 0x80));
        number >>= 7;
    }
    put_byte(out, (uint8_t)number);
}

/* 0, -1, 1, -2 .. as 0, 1, 2, 3 .. */
static void put_zigzag(struct out *out, int64_t number) {
    put_varint(out, ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0));
}

static void put_text(struct out *out, const char *text) {
    put_varint(out, strlen(text));
    put(out, text, strlen(text));
}

static void hash(const struct out *bytes, uint8_t id[32]) { crypto_generichash(id, 32, bytes->at, bytes->len, NULL, 0); }

/* -- the feed --------------------------------------------------------------------------------------------------------- */

size_t device_descriptor(const struct descriptor *it, uint8_t bytes[DESCRIPTOR_LIMIT]) {
    struct out out = {bytes, DESCRIPTOR_LIMIT, 0, false};
    put(&out, it->key, sizeof it->key);
    put_byte(&out, (uint8_t)it->envelope);
    put_byte(&out, (uint8_t)it->mode);
    put_text(&out, it->urn);
    put_text(&out, it->quantity);
    put_text(&out, it->unit);
    put_byte(&out, (uint8_t)it->scale);
    put_varint(&out, it->period_ms);
    put_varint(&out, it->valid_from);
    put_varint(&out, it->valid_to);
    return out.full ? 0 : out.len;
}

bool device_init(struct device *device, const uint8_t seed[32]) {
    static const char tag[] = "twinroot/feed/v1";
    uint8_t bytes[sizeof tag - 1 + DESCRIPTOR_LIMIT];
    struct out out = {bytes, sizeof bytes, 0, false};

    crypto_sign_seed_keypair(device->descriptor.key, device->secret, seed);
    put(&out, tag, sizeof tag - 1);
    size_t len = device_descriptor(&device->descriptor, bytes + out.len);
    out.len += len;
    hash(&out, device->feed);
    return len > 0;
}

void device_begin_epoch(struct device *device, uint32_t epoch) {
    device->memory.epoch = epoch;
    device->memory.seq = 0;
}

/* The seq of a message at `t`. A device never goes back in time, and says one thing in a slot. */
static bool place(const struct device *device, uint64_t t, uint64_t *seq) {
    const struct descriptor *it = &device->descriptor;
    if (t < it->valid_from || t > it->valid_to || t < device->memory.t)
        return false;
    if (it->mode == COUNTER) {
        *seq = device->memory.seq;
        return true;
    }
    if (it->period_ms == 0)
        return false;
    *seq = t / it->period_ms;
    return *seq >= device->memory.seq;
}

/* Remembers the message, for good, and only then signs it. */
static bool keep_and_sign(struct device *device, uint64_t seq, uint64_t t, const struct out *signed_bytes,
                          uint8_t signature[64]) {
    struct memory memory = {.epoch = device->memory.epoch, .seq = seq + 1, .t = t};
    hash(signed_bytes, memory.last);
    if (signed_bytes->full || (device->keep != NULL && !device->keep(&memory)))
        return false;
    device->memory = memory;
    crypto_sign_detached(signature, NULL, signed_bytes->at, signed_bytes->len, device->secret);
    return true;
}

/* -- native ----------------------------------------------------------------------------------------------------------- */

static size_t native(struct device *device, uint64_t t, const struct out *value, uint8_t bytes[NATIVE_LIMIT]) {
    static const char tag[] = "twinroot/read/v1";
    static const uint8_t nothing[32];
    const struct memory *memory = &device->memory;
    uint8_t signature[64];
    uint64_t seq;
    /* Envelope and body stand where they stay; the tag, which is signed but not sent, stands in its own buffer. */
    uint8_t tagged[sizeof tag - 1 + NATIVE_LIMIT];
    struct out body = {tagged, sizeof tagged, 0, false};

    if (device->descriptor.envelope != NATIVE || !place(device, t, &seq))
        return 0;
    bool chained = device->descriptor.mode == COUNTER && memcmp(memory->last, nothing, sizeof nothing) != 0;
    put(&body, tag, sizeof tag - 1);
    put(&body, device->feed, sizeof device->feed);
    put_varint(&body, memory->epoch);
    put_varint(&body, seq);
    put_varint(&body, t);
    put_varint(&body, chained ? memory->t : t);
    put(&body, chained ? memory->last : nothing, sizeof nothing);
    put_byte(&body, 0);
    put(&body, value->at, value->len);
    if (!keep_and_sign(device, seq, t, &body, signature))
        return 0;

    struct out out = {bytes, NATIVE_LIMIT, 0, false};
    put_byte(&out, NATIVE);
    put(&out, tagged + sizeof tag - 1, body.len - (sizeof tag - 1));
    put(&out, signature, sizeof signature);
    return out.full ? 0 : out.len;
}

size_t device_reading(struct device *device, uint64_t t, int64_t value, uint8_t bytes[NATIVE_LIMIT]) {
    uint8_t room[36];
    struct out out = {room, sizeof room, 0, false};
    put_byte(&out, 0);
    put_zigzag(&out, value);
    return native(device, t, &out, bytes);
}

size_t device_claim(struct device *device, uint64_t t, const uint8_t subject[32], uint16_t code,
                    uint8_t bytes[NATIVE_LIMIT]) {
    uint8_t room[36];
    struct out out = {room, sizeof room, 0, false};
    put_byte(&out, 1);
    put(&out, subject, 32);
    put_varint(&out, code);
    return native(device, t, &out, bytes);
}

/* -- COSE_Sign1 with SenML in CBOR -------------------------------------------------------------------------------------- */

enum major { UNSIGNED = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5, TAG = 6, FLOAT = 7 };

static void put_wide(struct out *out, uint64_t number, int bytes) {
    while (bytes-- > 0)
        put_byte(out, (uint8_t)(number >> (8 * bytes)));
}

/* The shortest head that holds the number. */
static void put_head(struct out *out, enum major major, uint64_t number) {
    uint8_t first = (uint8_t)(major << 5);
    if (number < 24) {
        put_byte(out, (uint8_t)(first | number));
    } else if (number <= UINT8_MAX) {
        put_byte(out, first | 24);
        put_wide(out, number, 1);
    } else if (number <= UINT16_MAX) {
        put_byte(out, first | 25);
        put_wide(out, number, 2);
    } else if (number <= UINT32_MAX) {
        put_byte(out, first | 26);
        put_wide(out, number, 4);
    } else {
        put_byte(out, first | 27);
        put_wide(out, number, 8);
    }
}

static void put_integer(struct out *out, int64_t value) {
    if (value < 0)
        put_head(out, NEGATIVE, (uint64_t)(-(value + 1)));
    else
        put_head(out, UNSIGNED, (uint64_t)value);
}

static void put_string(struct out *out, enum major major, const void *bytes, size_t len) {
    put_head(out, major, len);
    put(out, bytes, len);
}

static void put_words(struct out *out, const char *text) { put_string(out, TEXT, text, strlen(text)); }

static void put_number(struct out *out, struct number value) {
    switch (value.form) {
    case INTEGER:
        put_integer(out, value.mantissa);
        break;
    case DECIMAL:
        put_head(out, TAG, 4);
        put_head(out, ARRAY, 2);
        put_integer(out, value.exponent);
        put_integer(out, value.mantissa);
        break;
    case HALF:
        put_byte(out, FLOAT << 5 | 25);
        put_wide(out, value.bits, 2);
        break;
    case SINGLE:
        put_byte(out, FLOAT << 5 | 26);
        put_wide(out, value.bits, 4);
        break;
    case DOUBLE:
        put_byte(out, FLOAT << 5 | 27);
        put_wide(out, value.bits, 8);
        break;
    }
}

struct number number_integer(int64_t value) { return (struct number){.form = INTEGER, .mantissa = value}; }

struct number number_decimal(int64_t mantissa, int exponent) {
    return (struct number){.form = DECIMAL, .mantissa = mantissa, .exponent = exponent};
}

struct number number_half(uint16_t bits) { return (struct number){.form = HALF, .bits = bits}; }

struct number number_single(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (struct number){.form = SINGLE, .bits = bits};
}

struct number number_double(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (struct number){.form = DOUBLE, .bits = bits};
}

static void put_payload(struct out *out, const struct device *device, uint64_t t, uint64_t seq, struct number value) {
    bool counts = device->descriptor.mode == COUNTER;
    put_head(out, ARRAY, counts ? 2 : 1);
    put_head(out, MAP, 4);
    put_integer(out, 1); /* unit */
    put_words(out, device->descriptor.unit);
    put_integer(out, 2); /* value */
    put_number(out, value);
    put_integer(out, -2); /* base name */
    put_words(out, device->descriptor.urn);
    put_integer(out, -3); /* base time, in seconds */
    put_number(out, t % 1000 == 0 ? number_integer((int64_t)(t / 1000)) : number_decimal((int64_t)t, -3));
    if (counts) {
        put_head(out, MAP, 2);
        put_integer(out, 0); /* name */
        put_words(out, "seq");
        put_integer(out, 2);
        put_head(out, UNSIGNED, seq);
    }
}

/* With a key name of 64 bytes, which is the longest. */
#define HEADER_LIMIT 73

static void put_protected(struct out *out, const struct device *device) {
    put_head(out, MAP, device->kid == NULL ? 1 : 3);
    put_integer(out, 1); /* algorithm: EdDSA */
    put_integer(out, -8);
    if (device->kid != NULL) {
        put_integer(out, 3); /* content type: SenML in CBOR */
        put_integer(out, 112);
        put_integer(out, 4);
        put_string(out, BYTES, device->kid, strlen(device->kid));
    }
}

size_t device_senml(struct device *device, uint64_t t, struct number value, uint8_t bytes[COSE_LIMIT]) {
    uint8_t header_room[HEADER_LIMIT], payload_room[COSE_LIMIT], signed_room[COSE_LIMIT], signature[64];
    struct out header = {header_room, sizeof header_room, 0, false};
    struct out payload = {payload_room, sizeof payload_room, 0, false};
    struct out to_sign = {signed_room, sizeof signed_room, 0, false};
    struct out out = {bytes, COSE_LIMIT, 0, false};
    uint64_t seq;

    if (device->descriptor.envelope != COSE || t > INT64_MAX || !place(device, t, &seq))
        return 0;
    put_protected(&header, device);
    put_payload(&payload, device, t, seq, value);
    put_head(&to_sign, ARRAY, 4);
    put_words(&to_sign, "Signature1");
    put_string(&to_sign, BYTES, header.at, header.len);
    put_head(&to_sign, BYTES, 0);
    put_string(&to_sign, BYTES, payload.at, payload.len);

    /* The whole message is written before it is signed: what has no room is not signed at all. */
    if (device->tagged)
        put_head(&out, TAG, 18);
    put_head(&out, ARRAY, 4);
    put_string(&out, BYTES, header.at, header.len);
    put_head(&out, MAP, 0);
    put_string(&out, BYTES, payload.at, payload.len);
    put_head(&out, BYTES, sizeof signature);
    if (header.full || payload.full || out.full || out.room - out.len < sizeof signature)
        return 0;
    if (!keep_and_sign(device, seq, t, &to_sign, signature))
        return 0;
    put(&out, signature, sizeof signature);
    return out.len;
}
