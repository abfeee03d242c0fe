#include "osi_device.h"

#include "osi_bytes.h"
#include "osi_config_fit.h"

#define MIN_PAYLOAD 20U /* MTU 23 */
#define ATT_HEADER 3U
#define STATUS_EVERY_US 1000000U
#define MAX_COMMAND_BYTES 4U

static const osi_config DEFAULT_CONFIG = {
    .acc_range_g = 8,
    .gyro_range_dps = 1000,
    .imu_rate_hz = 100,
    .mag_rate_hz = 0,
    .batch = 0,
    .blocks = OSI_BLOCK_IMU6,
    .filter = 0,
    .link = 1,
    .decimation = 1,
};

static void refit(osi_device *device)
{
    device->applied = osi_config_fit(device->board, &device->asked, device->payload);
}

void osi_device_init(osi_device *device, const osi_board *board, uint8_t *ring, uint32_t size,
                     uint32_t boot_id)
{
    memset(device, 0, sizeof *device);
    device->board = board;
    device->boot_id = boot_id;
    device->payload = MIN_PAYLOAD;
    device->asked = DEFAULT_CONFIG;
    device->flags = OSI_RESTARTED;
    osi_ring_init(&device->ring, ring, size);
    refit(device);
}

/* Counters stop at their end rather than begin anew: "at least so many". */
static void count_u16(uint16_t *counter)
{
    *counter = (uint16_t)(*counter < UINT16_MAX ? *counter + 1 : UINT16_MAX);
}

static void count_dropped(osi_device *device, uint32_t packets)
{
    uint32_t left = UINT32_MAX - device->status.dropped;
    device->status.dropped += packets < left ? packets : left;
}

static osi_batch *batch_of(osi_device *device, uint8_t kind)
{
    return &device->batches[kind - 1];
}

static void produce(osi_device *device, osi_batch *batch)
{
    if (batch->count == 0) {
        return;
    }
    uint8_t bytes[OSI_MAX_PAYLOAD];
    osi_packet packet = osi_batch_take(batch);
    packet.sequence = device->sequence++;
    packet.flags |= device->flags;
    device->flags = 0;
    size_t length = osi_packet_write(bytes, &packet);
    count_dropped(device, osi_ring_push(&device->ring, bytes, length));
}

static void produce_all(osi_device *device)
{
    for (uint8_t kind = OSI_IMU6; kind <= OSI_IMU6_QUATERNION; ++kind) {
        produce(device, batch_of(device, kind));
    }
}

static void collect(osi_device *device, uint8_t kind, uint64_t time_us, const int16_t *values)
{
    osi_batch *batch = batch_of(device, kind);
    if (!osi_batch_continues(batch, time_us)) {
        produce(device, batch);
    }
    osi_batch_add(batch, time_us, values);
    if (batch->count >= batch->limit) {
        produce(device, batch);
    }
}

static void begin_batches(osi_device *device)
{
    for (uint8_t kind = OSI_IMU6; kind <= OSI_IMU6_QUATERNION; ++kind) {
        uint8_t limit = osi_batch_limit(&device->applied, kind, device->payload);
        uint32_t period_us = osi_kind_period_us(&device->applied, kind);
        osi_batch_init(batch_of(device, kind), kind, limit, period_us);
    }
    device->skipped = 0;
}

static void stop(osi_device *device, uint8_t state)
{
    if (device->state == OSI_STREAMING) {
        device->board->stop();
        produce_all(device);
    }
    device->state = state;
}

static uint8_t start(osi_device *device, uint64_t now_us)
{
    if (device->state == OSI_STREAMING) {
        return OSI_OK;
    }
    if (device->state == OSI_FAULT || !device->board->start(&device->applied)) {
        device->state = OSI_FAULT;
        return OSI_BROKEN;
    }
    begin_batches(device);
    device->rate_mhz = 0;
    device->next_status_us = now_us + STATUS_EVERY_US;
    device->state = OSI_STREAMING;
    return OSI_OK;
}

static uint8_t self_test(osi_device *device)
{
    if (device->state == OSI_STREAMING) {
        return OSI_BUSY;
    }
    bool passed = device->board->self_test();
    device->state = passed ? OSI_IDLE : OSI_FAULT;
    return passed ? OSI_OK : OSI_BROKEN;
}

static uint8_t command(osi_device *device, uint8_t number, uint64_t now_us)
{
    switch (number) {
    case OSI_START:
        return start(device, now_us);
    case OSI_STOP:
        stop(device, device->state == OSI_FAULT ? OSI_FAULT : OSI_IDLE);
        return OSI_OK;
    case OSI_IDENTIFY:
        device->board->identify();
        return OSI_OK;
    case OSI_ZERO_COUNTERS:
        device->status.dropped = 0;
        device->status.overruns = 0;
        device->status.refusals = 0;
        return OSI_OK;
    case OSI_POWER_OFF:
        stop(device, OSI_IDLE);
        device->board->power_off();
        return OSI_OK;
    case OSI_SELF_TEST:
        return self_test(device);
    default:
        return OSI_UNKNOWN_COMMAND;
    }
}

static uint8_t configure(osi_device *device, const uint8_t *data, size_t length)
{
    osi_config asked;
    if (length != OSI_CONFIG_BYTES) {
        return OSI_WRONG_LENGTH;
    }
    if (!osi_config_read(&asked, data)) {
        return OSI_WRONG_VERSION;
    }
    if (device->state == OSI_STREAMING) {
        return OSI_BUSY;
    }
    device->asked = asked;
    device->rate_mhz = 0;
    refit(device);
    return OSI_OK;
}

uint8_t osi_device_write(osi_device *device, uint8_t characteristic, const uint8_t *data,
                         size_t length, uint64_t now_us)
{
    switch (characteristic) {
    case OSI_CONFIG:
        return configure(device, data, length);
    case OSI_CONTROL:
        if (length < 1 || length > MAX_COMMAND_BYTES) {
            return OSI_WRONG_LENGTH;
        }
        return command(device, data[0], now_us);
    case OSI_TIME_SYNC:
        /* Written without response, so a bad request has nobody to be told to. */
        device->sync_waits |= osi_sync_request_read(&device->sync, data, length, now_us);
        return OSI_OK;
    default:
        return OSI_UNKNOWN_COMMAND;
    }
}

/* How long the ring holds what the main kind of packet brings, with its length byte. */
static uint16_t ring_ms(const osi_device *device)
{
    const osi_config *applied = &device->applied;
    bool both = (applied->blocks & OSI_BLOCK_IMU6_QUATERNION) != 0;
    uint32_t sample = osi_columns(both ? OSI_IMU6_QUATERNION : OSI_IMU6) * sizeof(int16_t);
    uint32_t header = 1U + OSI_HEADER_BYTES + (applied->batch > 1 ? OSI_SPACING_BYTES : 0U);
    uint32_t packet = header + applied->batch * sample;
    uint32_t packets = device->ring.size / packet;
    uint32_t ms = packets * applied->batch * 1000U / applied->imu_rate_hz;
    return (uint16_t)(ms < UINT16_MAX ? ms : UINT16_MAX);
}

static size_t read_info(const osi_device *device, uint8_t *to)
{
    const osi_board *board = device->board;
    osi_info info = {
        .sensors = board->sensors,
        .clock_source = board->clock_source,
        .clock_ppm = board->clock_ppm,
        .ring_ms = ring_ms(device),
        .max_payload = board->max_payload,
        .imu_model = board->imu_model,
        .mag_model = board->mag_model,
        .boot_id = device->boot_id,
    };
    return osi_info_write(to, &info);
}

static size_t read_scale(const osi_device *device, uint8_t *to)
{
    const osi_board *board = device->board;
    const osi_rate *rate = &board->rates[osi_rate_index(board, &device->applied)];
    osi_scale scale = {
        .group_delay_us = rate->group_delay_us,
        .acc_mps2 = board->acc_ranges[osi_acc_index(board, &device->applied)].lsb,
        .gyro_dps = board->gyro_ranges[osi_gyro_index(board, &device->applied)].lsb,
        .mag_ut = board->mag_ut,
        .quaternion = board->quaternion,
        .rate_mhz = device->rate_mhz != 0 ? device->rate_mhz : 1000U * rate->hz,
    };
    return osi_scale_write(to, &scale);
}

static size_t read_status(const osi_device *device, uint8_t *to, uint64_t now_us)
{
    osi_status status = device->status;
    status.state = device->state;
    status.uptime_us = now_us;
    return osi_status_write(to, &status);
}

size_t osi_device_read(const osi_device *device, uint8_t characteristic, uint8_t *to,
                       uint64_t now_us)
{
    switch (characteristic) {
    case OSI_INFO:
        return read_info(device, to);
    case OSI_SCALE:
        return read_scale(device, to);
    case OSI_CONFIG:
        return osi_config_write(to, &device->applied);
    case OSI_STATUS:
        return read_status(device, to, now_us);
    default:
        return 0;
    }
}

void osi_device_mtu(osi_device *device, uint16_t mtu)
{
    uint16_t payload = (uint16_t)(mtu > ATT_HEADER ? mtu - ATT_HEADER : 0);
    uint16_t most = device->board->max_payload;
    most = most < OSI_MAX_PAYLOAD ? most : OSI_MAX_PAYLOAD;
    payload = payload < most ? payload : most;
    device->payload = payload > MIN_PAYLOAD ? payload : MIN_PAYLOAD;
    if (device->state != OSI_STREAMING) {
        refit(device);
    }
}

void osi_device_disconnected(osi_device *device)
{
    stop(device, device->state == OSI_FAULT ? OSI_FAULT : OSI_IDLE);
    count_dropped(device, osi_ring_clear(&device->ring));
    device->sync_waits = false;
    osi_device_mtu(device, MIN_PAYLOAD + ATT_HEADER);
}

/* Every n-th sample's own orientation, where it travels apart. */
static void collect_quaternion(osi_device *device, uint64_t time_us, const int16_t *quaternion)
{
    if (device->skipped == 0) {
        collect(device, OSI_QUATERNION, time_us, quaternion);
    }
    device->skipped = (uint8_t)((device->skipped + 1) % device->applied.decimation);
}

void osi_device_imu(osi_device *device, uint64_t time_us, const int16_t imu[6],
                    const int16_t *quaternion)
{
    if (device->state != OSI_STREAMING) {
        return;
    }
    uint8_t blocks = device->applied.blocks;
    if ((blocks & OSI_BLOCK_IMU6_QUATERNION) != 0 && quaternion != NULL) {
        int16_t both[OSI_MAX_COLUMNS];
        memcpy(both, imu, 6 * sizeof *imu);
        memcpy(both + 6, quaternion, 4 * sizeof *quaternion);
        collect(device, OSI_IMU6_QUATERNION, time_us, both);
        return;
    }
    if ((blocks & OSI_BLOCK_IMU6) != 0) {
        collect(device, OSI_IMU6, time_us, imu);
    }
    if ((blocks & OSI_BLOCK_QUATERNION) != 0 && quaternion != NULL) {
        collect_quaternion(device, time_us, quaternion);
    }
}

void osi_device_mag(osi_device *device, uint64_t time_us, const int16_t mag[3])
{
    if (device->state == OSI_STREAMING && (device->applied.blocks & OSI_BLOCK_MAG) != 0) {
        collect(device, OSI_MAG, time_us, mag);
    }
}

void osi_device_overrun(osi_device *device)
{
    if (device->state == OSI_STREAMING) {
        produce_all(device);
        device->flags |= OSI_LOST_BEFORE;
        count_u16(&device->status.overruns);
    }
}

void osi_device_fault(osi_device *device)
{
    stop(device, OSI_FAULT);
}

void osi_device_measured(osi_device *device, uint32_t rate_mhz, int16_t temperature_centi,
                         uint16_t battery_mv)
{
    device->rate_mhz = rate_mhz;
    device->status.temperature_centi = temperature_centi;
    device->status.battery_mv = battery_mv;
}

static bool status_due(const osi_device *device, uint64_t now_us)
{
    return device->state == OSI_STREAMING && device->payload >= OSI_STATUS_BYTES &&
           now_us >= device->next_status_us;
}

size_t osi_device_next(osi_device *device, uint64_t now_us, uint8_t *characteristic, uint8_t *to)
{
    size_t length;
    if (device->sync_waits) {
        device->offered = OSI_TIME_SYNC;
        length = osi_sync_reply_write(to, &device->sync, now_us);
    } else if (status_due(device, now_us)) {
        device->offered = OSI_STATUS;
        device->next_status_us = now_us;
        length = read_status(device, to, now_us);
    } else {
        device->offered = OSI_DATA;
        length = osi_ring_peek(&device->ring, to);
    }
    *characteristic = device->offered;
    return length;
}

void osi_device_sent(osi_device *device)
{
    switch (device->offered) {
    case OSI_TIME_SYNC:
        device->sync_waits = false;
        break;
    case OSI_STATUS:
        device->next_status_us += STATUS_EVERY_US;
        break;
    default:
        osi_ring_pop(&device->ring);
        break;
    }
}

void osi_device_refused(osi_device *device)
{
    count_u16(&device->status.refusals);
}
