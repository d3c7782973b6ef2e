/* The messages of docs/spec/vectors/devices.json, one JSON line each. ../python/vectors.py makes the same. */

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "device.h"

#define START UINT64_C(1700000000000)

static struct device make(enum envelope envelope, enum mode mode, uint8_t seed_byte) {
    uint8_t seed[32];
    struct device device = {
        .descriptor = {.envelope = envelope,
                       .mode = mode,
                       .urn = "urn:dev:truck-7",
                       .quantity = "temperature",
                       .unit = "Cel",
                       .scale = -3,
                       .period_ms = 1000,
                       .valid_from = UINT64_C(1500000000000),
                       .valid_to = UINT64_C(2500000000000)},
        .tagged = true,
    };
    memset(seed, seed_byte, sizeof seed);
    device_init(&device, seed);
    return device;
}

static void hex(const char *name, const uint8_t *bytes, size_t len) {
    printf("\"%s\": \"", name);
    for (size_t i = 0; i < len; i++)
        printf("%02x", bytes[i]);
    printf("\", ");
}

static void line(const char *name, const struct device *device, uint32_t epoch, uint64_t seq, uint64_t t,
                 const char *value, const uint8_t *message, size_t len) {
    uint8_t descriptor[DESCRIPTOR_LIMIT];
    printf("{\"name\": \"%s\", ", name);
    hex("descriptor", descriptor, device_descriptor(&device->descriptor, descriptor));
    hex("feed", device->feed, sizeof device->feed);
    hex("message", message, len);
    printf("\"expected\": {\"epoch\": %" PRIu32 ", \"seq\": %" PRIu64 ", \"t\": %" PRIu64 ", \"value\": %s}}\n", epoch,
           seq, t, value);
}

static void reading(const char *name, struct device *device, uint32_t epoch, uint64_t seq, uint64_t t, int64_t value) {
    uint8_t message[NATIVE_LIMIT];
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    line(name, device, epoch, seq, t, text, message, device_reading(device, t, value, message));
}

static void senml(const char *name, struct device *device, uint64_t seq, uint64_t t, struct number value,
                  const char *integer) {
    uint8_t message[COSE_LIMIT];
    line(name, device, 0, seq, t, integer, message, device_senml(device, t, value, message));
}

static void native(void) {
    struct device it = make(NATIVE, COUNTER, 1);
    uint8_t message[NATIVE_LIMIT], parcel[32];
    reading("native, the first", &it, 0, 0, START, 4929);
    reading("native, the next", &it, 0, 1, START + 1000, -300);
    memset(parcel, 0xaa, sizeof parcel);
    size_t len = device_claim(&it, START + 1000, parcel, 300, message);
    line("native, a claim", &it, 0, 2, START + 1000,
         "{\"subject\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"code\": 300}", message, len);
    reading("native, the highest", &it, 0, 3, START + 2500, INT64_MAX);
    reading("native, the lowest", &it, 0, 4, START + 2501, INT64_MIN);
    device_begin_epoch(&it, 1);
    reading("native, an epoch that remembers", &it, 1, 0, START + 60000, 0);
    device_begin_epoch(&it, 300);
    memset(it.memory.last, 0, sizeof it.memory.last);
    reading("native, an epoch that forgot", &it, 300, 0, START + 61000, -1);
}

static void native_slots(void) {
    struct device it = make(NATIVE, SLOT, 2);
    reading("native, a slot", &it, 0, 1700000001, START + 1999, 4929);
    reading("native, the next slot", &it, 0, 1700000002, START + 2000, 4930);
}

static void cose(void) {
    struct device it = make(COSE, COUNTER, 3);
    senml("COSE, an integer", &it, 0, START, number_integer(5), "5000");
    senml("COSE, a negative integer", &it, 1, START + 1000, number_integer(-40), "-40000");
    senml("COSE, a decimal fraction", &it, 2, START + 1123, number_decimal(-4929, -3), "-4929");
    senml("COSE, a double", &it, 3, START + 2000, number_double(4.929), "4929");
    senml("COSE, a single", &it, 4, START + 3000, number_single(4.929f), "4929");
    senml("COSE, half a step goes down to the even one", &it, 5, START + 4000, number_half(0x2c00), "62");
    senml("COSE, half a step goes up to the even one", &it, 6, START + 5000, number_half(0xb200), "-188");
    it.kid = "truck-7/1";
    senml("COSE, with content type and key name", &it, 7, START + 6000, number_integer(7), "7000");
    it.kid = NULL;
    it.tagged = false;
    senml("COSE, without tag", &it, 8, START + 7000, number_integer(8), "8000");
}

static void cose_slots(void) {
    struct device it = make(COSE, SLOT, 4);
    senml("COSE, a slot", &it, 1700000001, START + 1999, number_decimal(49, -1), "4900");
    senml("COSE, the next slot", &it, 1700000002, START + 2000, number_double(4.901), "4901");
}

int main(void) {
    if (sodium_init() < 0)
        return 1;
    native();
    native_slots();
    cose();
    cose_slots();
    return 0;
}
