/* A device that signs what it measures (docs/spec/oracles.md, 1 and 2): descriptor, native and COSE messages.
 *
 * For small machines: libsodium and nothing else, no allocation, no floating point arithmetic, buffers of fixed size. */

#ifndef TWINROOT_DEVICE_H
#define TWINROOT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DESCRIPTOR_LIMIT 240
#define NATIVE_LIMIT 201
#define COSE_LIMIT 512

enum envelope { NATIVE = 0, COSE = 1 };
enum mode { COUNTER = 0, SLOT = 1 };

/* What a feed says of itself. Its hash is the feed id, which a contract stores. */
struct descriptor {
    uint8_t key[32];
    enum envelope envelope;
    enum mode mode;
    const char *urn;
    const char *quantity;
    const char *unit;
    int8_t scale;
    uint32_t period_ms;
    uint64_t valid_from;
    uint64_t valid_to;
};

/* What a device must know before it signs again, also after a loss of power. */
struct memory {
    uint32_t epoch;
    uint64_t seq;     /* of the next message; in mode SLOT the first slot that is not used */
    uint64_t t;       /* of the last one, ms */
    uint8_t last[32]; /* id of the last one, zero where there is none */
};

struct device {
    struct descriptor descriptor;
    uint8_t feed[32];
    uint8_t secret[64];
    struct memory memory;
    /* Writes the memory to where it lasts. It is called before a message leaves; what it cannot keep, it returns false
     * for, and nothing is signed. Who forgets what was signed will sign something else in its place. */
    bool (*keep)(const struct memory *memory);
    /* COSE only: a name for the key, of 1 to 64 bytes, in the protected header with the content type; NULL for neither. */
    const char *kid;
    /* COSE only: whether tag 18 comes first. */
    bool tagged;
};

/* A number as SenML has it. */
struct number {
    enum { INTEGER, DECIMAL, HALF, SINGLE, DOUBLE } form;
    int64_t mantissa; /* of an integer or a decimal fraction, mantissa * 10^exponent */
    int exponent;
    uint64_t bits; /* of a float */
};

struct number number_integer(int64_t value);
struct number number_decimal(int64_t mantissa, int exponent);
struct number number_half(uint16_t bits);
struct number number_single(float value);
struct number number_double(double value);

/* Fills in key, secret and feed; sodium_init() comes before. False where the descriptor is too long. */
bool device_init(struct device *device, const uint8_t seed[32]);

/* All of these return the length of what they wrote, or 0 where nothing was signed: the time lies before one that was
 * signed, in a used slot or outside the validity, the memory was not kept, or there is no room. */
size_t device_descriptor(const struct descriptor *descriptor, uint8_t out[DESCRIPTOR_LIMIT]);
size_t device_reading(struct device *device, uint64_t t, int64_t value, uint8_t out[NATIVE_LIMIT]);
size_t device_claim(struct device *device, uint64_t t, const uint8_t subject[32], uint16_t code,
                    uint8_t out[NATIVE_LIMIT]);
size_t device_senml(struct device *device, uint64_t t, struct number value, uint8_t out[COSE_LIMIT]);

/* Another epoch, where the device is not sure that `memory` is what it signed last. Native messages only: without its
 * memory a COSE device with a counter is another feed. */
void device_begin_epoch(struct device *device, uint32_t epoch);

#endif
