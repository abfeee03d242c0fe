/* The core on a computer, for the tests: a device whose radio, chip and clock are whoever writes to
 * standard input.
 *
 * A request is an operation (u8), a length (u16) and its bytes; the answer is a length and bytes,
 * all little-endian. tests/firmware/device.py is the other end. */
#include <stdio.h>
#include <stdlib.h>

#include "osi.h"
#include "osi_bytes.h"

#define MAX_BYTES 65535U
#define MAX_RING 65536U
#define SAMPLE_BYTES 20U
#define QUATERNION_SAMPLE_BYTES 28U

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} request;

static osi_device device;
static osi_board board;
static osi_pace pace;
static uint8_t *ring;
static uint8_t answer[MAX_BYTES];
static uint8_t *answer_end;

/* What the hooks saw, and whether the pretended chip works. */
static uint16_t starts, stops, identifies, power_offs, self_tests;
static bool healthy = true;

static const uint8_t *take(request *from, size_t bytes)
{
    if ((size_t)(from->end - from->at) < bytes) {
        fputs("osi_host: a request is too short\n", stderr);
        exit(EXIT_FAILURE);
    }
    const uint8_t *at = from->at;
    from->at += bytes;
    return at;
}

static uint8_t take_u8(request *from)
{
    return *take(from, 1);
}

static uint16_t take_u16(request *from)
{
    return osi_get_u16(take(from, 2));
}

static uint32_t take_u32(request *from)
{
    return osi_get_u32(take(from, 4));
}

static uint64_t take_u64(request *from)
{
    uint64_t low = take_u32(from);
    return low | (uint64_t)take_u32(from) << 32;
}

static void take_i16(request *from, int16_t *to, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        to[i] = osi_get_i16(take(from, 2));
    }
}

static size_t left(const request *from)
{
    return (size_t)(from->end - from->at);
}

static bool hook_start(const osi_config *config)
{
    (void)config;
    ++starts;
    return healthy;
}

static void hook_stop(void)
{
    ++stops;
}

static void hook_identify(void)
{
    ++identifies;
}

static void hook_power_off(void)
{
    ++power_offs;
}

static bool hook_self_test(void)
{
    ++self_tests;
    return healthy;
}

static void boot(request *from)
{
    uint32_t boot_id = take_u32(from);
    uint32_t ring_bytes = take_u32(from);
    board = (osi_board){
        .clock_source = OSI_CLOCK_HF,
        .clock_ppm = 20,
        .imu_model = OSI_IMU_LSM6DS3TR_C,
        .acc_ranges = osi_lsm6_acc_ranges,
        .acc_range_count = OSI_LSM6_RANGES,
        .gyro_ranges = osi_lsm6_gyro_ranges,
        .gyro_range_count = OSI_LSM6_GYRO_RANGES,
        .rates = osi_lsm6_rates,
        .rate_count = OSI_LSM6_RATES,
        .mag_ut = 0.15F,
        .quaternion = 1.0F / 32767.0F,
        .start = hook_start,
        .stop = hook_stop,
        .identify = hook_identify,
        .power_off = hook_power_off,
        .self_test = hook_self_test,
    };
    board.max_payload = take_u16(from);
    board.sensors = take_u8(from);
    board.mag_rate_hz = take_u16(from);
    free(ring);
    /* Exactly as long as said, so that the sanitizer sees a byte too far. */
    ring = malloc(ring_bytes);
    if (ring == NULL || ring_bytes > MAX_RING) {
        exit(EXIT_FAILURE);
    }
    osi_device_init(&device, &board, ring, ring_bytes, boot_id);
}

static void write_value(request *from)
{
    uint8_t characteristic = take_u8(from);
    uint64_t now_us = take_u64(from);
    size_t length = left(from);
    const uint8_t *data = take(from, length);
    uint8_t error = osi_device_write(&device, characteristic, data, length, now_us);
    answer_end = osi_put_u8(answer_end, error);
}

static void read_value(request *from)
{
    uint8_t characteristic = take_u8(from);
    uint64_t now_us = take_u64(from);
    answer_end += osi_device_read(&device, characteristic, answer_end, now_us);
}

static void imu_samples(request *from)
{
    bool oriented = take_u8(from) != 0;
    size_t bytes = oriented ? QUATERNION_SAMPLE_BYTES : SAMPLE_BYTES;
    while (left(from) >= bytes) {
        int16_t imu[6], quaternion[4];
        uint64_t time_us = take_u64(from);
        take_i16(from, imu, 6);
        if (oriented) {
            take_i16(from, quaternion, 4);
        }
        osi_device_imu(&device, time_us, imu, oriented ? quaternion : NULL);
    }
}

static void mag_sample(request *from)
{
    int16_t mag[3];
    uint64_t time_us = take_u64(from);
    take_i16(from, mag, 3);
    osi_device_mag(&device, time_us, mag);
}

/* What waits, at most so many, taken by the radio or refused. */
static void notify(request *from)
{
    uint64_t now_us = take_u64(from);
    uint16_t most = take_u16(from);
    bool accepted = take_u8(from) != 0;
    for (uint16_t i = 0; i < most; ++i) {
        uint8_t characteristic;
        uint8_t value[OSI_MAX_PAYLOAD];
        size_t length = osi_device_next(&device, now_us, &characteristic, value);
        if (length == 0 || (size_t)(answer + sizeof answer - answer_end) < length + 2) {
            return;
        }
        if (!accepted) {
            osi_device_refused(&device);
            return;
        }
        osi_device_sent(&device);
        answer_end = osi_put_u8(answer_end, characteristic);
        answer_end = osi_put_u8(answer_end, (uint8_t)length);
        memcpy(answer_end, value, length);
        answer_end += length;
    }
}

static void packet(request *from)
{
    int16_t values[OSI_MAX_SAMPLES * OSI_MAX_COLUMNS];
    osi_packet described;
    described.kind = take_u8(from);
    described.flags = take_u8(from);
    described.count = take_u8(from);
    described.sequence = take_u16(from);
    described.time_us = take_u32(from);
    described.spacing_us = take_u16(from);
    described.values = values;
    take_i16(from, values, (size_t)(described.count * osi_columns(described.kind)));
    answer_end += osi_packet_write(answer_end, &described);
}

static void paced(request *from)
{
    uint16_t steps = take_u16(from);
    uint64_t capture_us = take_u64(from);
    for (uint16_t i = 0; i < steps; ++i) {
        answer_end = osi_put_u64(answer_end, osi_pace_step(&pace));
    }
    answer_end = osi_put_u8(answer_end, osi_pace_observe(&pace, capture_us) ? 1 : 0);
    answer_end = osi_put_u32(answer_end, osi_pace_rate_mhz(&pace));
}

static void turned(request *from)
{
    osi_axes axes;
    int16_t vector[3];
    memcpy(axes.from, take(from, 3), 3);
    take_i16(from, vector, 3);
    bool valid = osi_axes_valid(&axes);
    answer_end = osi_put_u8(answer_end, valid ? 1 : 0);
    if (valid) {
        osi_axes_turn(&axes, vector);
        for (int i = 0; i < 3; ++i) {
            answer_end = osi_put_i16(answer_end, vector[i]);
        }
    }
}

static void registers(request *from)
{
    osi_register writes[OSI_MAX_REGISTERS];
    osi_config config;
    bool bosch = take_u8(from) != 0;
    osi_config_read(&config, take(from, OSI_CONFIG_BYTES));
    uint16_t watermark = take_u16(from);
    osi_board chip = board;
    if (bosch) {
        chip.acc_ranges = osi_bmi270_acc_ranges;
        chip.gyro_ranges = osi_bmi270_gyro_ranges;
        chip.rates = osi_bmi270_rates;
    }
    osi_config fitted = osi_config_fit(&chip, &config, OSI_MAX_PAYLOAD);
    size_t count = bosch ? osi_bmi270_start(&chip, &fitted, watermark, writes)
                         : osi_lsm6_start(&chip, &fitted, watermark, writes);
    for (size_t i = 0; i < count; ++i) {
        answer_end = osi_put_u8(answer_end, writes[i].address);
        answer_end = osi_put_u8(answer_end, writes[i].value);
    }
}

static void chip_bytes(request *from)
{
    bool bosch = take_u8(from) != 0;
    const uint8_t *status = take(from, 2);
    const uint8_t *temperature = take(from, 2);
    int16_t imu[6];
    osi_fifo fifo = bosch ? osi_bmi270_fifo(status) : osi_lsm6_fifo(status);
    osi_frame_read(imu, take(from, OSI_FRAME_BYTES));
    answer_end = osi_put_u16(answer_end, fifo.frames);
    answer_end = osi_put_u8(answer_end, fifo.overrun ? 1 : 0);
    answer_end = osi_put_i16(answer_end, bosch ? osi_bmi270_temperature(temperature)
                                               : osi_lsm6_temperature(temperature));
    for (int i = 0; i < 6; ++i) {
        answer_end = osi_put_i16(answer_end, imu[i]);
    }
}

static void hooks(request *from)
{
    healthy = take_u8(from) != 0;
    const uint16_t seen[] = {starts, stops, identifies, power_offs, self_tests};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; ++i) {
        answer_end = osi_put_u16(answer_end, seen[i]);
    }
}

static void measured(request *from)
{
    uint32_t rate_mhz = take_u32(from);
    int16_t temperature_centi = osi_get_i16(take(from, 2));
    osi_device_measured(&device, rate_mhz, temperature_centi, take_u16(from));
}

static void anchor(request *from)
{
    uint64_t time_us = take_u64(from);
    osi_pace_anchor(&pace, time_us, take_u32(from));
}

static void capacity(request *from)
{
    uint8_t kind = take_u8(from);
    answer_end = osi_put_u8(answer_end, osi_capacity(kind, take_u16(from)));
}

static void mtu(request *from)
{
    osi_device_mtu(&device, take_u16(from));
}

static void disconnected(request *from)
{
    (void)from;
    osi_device_disconnected(&device);
}

static void overrun(request *from)
{
    (void)from;
    osi_device_overrun(&device);
}

static void fault(request *from)
{
    (void)from;
    osi_device_fault(&device);
}

static const struct {
    uint8_t operation;
    void (*run)(request *from);
} OPERATIONS[] = {
    {'B', boot},     {'W', write_value}, {'R', read_value}, {'I', imu_samples},
    {'G', mag_sample}, {'N', notify},    {'P', packet},     {'C', capacity},
    {'M', mtu},      {'D', disconnected}, {'O', overrun},   {'F', fault},
    {'S', measured}, {'A', anchor},      {'T', paced},      {'V', turned},
    {'L', registers}, {'l', chip_bytes}, {'H', hooks},
};

static void serve(uint8_t operation, request from)
{
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; ++i) {
        if (OPERATIONS[i].operation == operation) {
            OPERATIONS[i].run(&from);
            return;
        }
    }
    fprintf(stderr, "osi_host: no operation %u\n", operation);
    exit(EXIT_FAILURE);
}

int main(void)
{
    static uint8_t bytes[MAX_BYTES];
    uint8_t head[3];
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        uint16_t length = osi_get_u16(head + 1);
        if (fread(bytes, 1, length, stdin) != length) {
            break;
        }
        answer_end = answer;
        serve(head[0], (request){bytes, bytes + length});
        uint8_t size[2];
        osi_put_u16(size, (uint16_t)(answer_end - answer));
        fwrite(size, 1, sizeof size, stdout);
        fwrite(answer, 1, (size_t)(answer_end - answer), stdout);
        fflush(stdout);
    }
    free(ring);
    return EXIT_SUCCESS;
}
