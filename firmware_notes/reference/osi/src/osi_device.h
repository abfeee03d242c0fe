/* A sensor of the open profile: everything but the radio, the chip and the clock, which are the
 * board's.
 *
 * No heap, no floating-point arithmetic, no waiting. Not reentrant: call it all from one task; what
 * an interrupt may do is note the time. Times are microseconds since boot, 64 bit. */
#ifndef OSI_DEVICE_H
#define OSI_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "osi_batch.h"
#include "osi_ring.h"
#include "osi_values.h"

/* The UUIDs' 16-bit part; the rest is c2c8XXXX-a83e-40e3-ab86-6d70f9feefc6. */
enum osi_characteristic {
    OSI_SERVICE = 1,
    OSI_INFO = 2,
    OSI_SCALE = 3,
    OSI_CONFIG = 4,
    OSI_CONTROL = 5,
    OSI_DATA = 6,
    OSI_TIME_SYNC = 7,
    OSI_STATUS = 8
};

enum osi_command {
    OSI_START = 1,
    OSI_STOP = 2,
    OSI_IDENTIFY = 3,
    OSI_ZERO_COUNTERS = 4,
    OSI_POWER_OFF = 5,
    OSI_SELF_TEST = 6
};

/* ATT error codes of a write; 0 = done. */
enum osi_error {
    OSI_OK = 0,
    OSI_WRONG_LENGTH = 0x0D,
    OSI_BUSY = 0x80,
    OSI_WRONG_VERSION = 0x81,
    OSI_UNKNOWN_COMMAND = 0x82,
    OSI_BROKEN = 0x83
};

/* A range the chip has, and what one bit is worth then. */
typedef struct {
    uint16_t range;
    float lsb;
} osi_range;

/* A rate the chip has, and what its filter delays then. */
typedef struct {
    uint16_t hz;
    uint16_t group_delay_us;
} osi_rate;

/* What a board is and can do. Tables are in ascending order and not empty. */
typedef struct {
    uint8_t sensors; /* OSI_HAS_... */
    uint8_t clock_source;
    uint16_t clock_ppm;
    uint8_t imu_model;
    uint8_t mag_model;
    uint16_t max_payload; /* at most OSI_MAX_PAYLOAD */
    const osi_range *acc_ranges; /* g, m/s^2 */
    uint8_t acc_range_count;
    const osi_range *gyro_ranges; /* deg/s */
    uint8_t gyro_range_count;
    const osi_rate *rates;
    uint8_t rate_count;
    uint16_t mag_rate_hz; /* 0 = no magnetometer */
    float mag_ut;
    float quaternion;

    /* Set chip up and sample; false = it does not answer. */
    bool (*start)(const osi_config *config);
    void (*stop)(void);
    void (*identify)(void);
    void (*power_off)(void);
    bool (*self_test)(void);
} osi_board;

typedef struct {
    const osi_board *board;
    uint32_t boot_id;
    uint8_t state;
    uint16_t payload; /* of this connection: MTU - 3, at most the board's */
    osi_config asked;
    osi_config applied;
    uint32_t rate_mhz; /* measured; 0 = not yet */
    osi_batch batches[4];
    osi_ring ring;
    uint16_t sequence;
    uint8_t flags; /* to be said by the next packet */
    uint8_t skipped; /* samples since the last one with a quaternion */
    osi_status status;
    uint64_t next_status_us;
    osi_sync sync;
    bool sync_waits;
    uint8_t offered; /* characteristic of the last osi_device_next */
} osi_device;

/* Boot. `ring` holds `size` bytes of the caller's (two seconds: 2 x rate x 14). */
void osi_device_init(osi_device *device, const osi_board *board, uint8_t *ring, uint32_t size,
                     uint32_t boot_id);

/* The connection's MTU is known, or another. */
void osi_device_mtu(osi_device *device, uint16_t mtu);

/* The connection is gone: streaming ends and what waits is thrown away and counted. */
void osi_device_disconnected(osi_device *device);

/* The host wrote a characteristic; returns the ATT error to answer with. */
uint8_t osi_device_write(osi_device *device, uint8_t characteristic, const uint8_t *data,
                         size_t length, uint64_t now_us);

/* Value of a readable characteristic (24 bytes at most); returns its length, 0 = not readable. */
size_t osi_device_read(const osi_device *device, uint8_t characteristic, uint8_t *to,
                       uint64_t now_us);

/* A sample of accelerometer and gyroscope (acc x y z, gyro x y z) taken at `time_us`, with the own
 * orientation (w x y z) or NULL. Ignored unless streaming. */
void osi_device_imu(osi_device *device, uint64_t time_us, const int16_t imu[6],
                    const int16_t *quaternion);

/* A sample of the magnetometer. */
void osi_device_mag(osi_device *device, uint64_t time_us, const int16_t mag[3]);

/* The chip's FIFO overran: samples before the next one are lost. */
void osi_device_overrun(osi_device *device);

/* The chip no longer answers. */
void osi_device_fault(osi_device *device);

/* What only the board knows. */
void osi_device_measured(osi_device *device, uint32_t rate_mhz, int16_t temperature_centi,
                         uint16_t battery_mv);

/* The next value to notify, if any: writes it (up to OSI_MAX_PAYLOAD bytes) and its characteristic,
 * returns its length or 0. Then say whether the radio took it. */
size_t osi_device_next(osi_device *device, uint64_t now_us, uint8_t *characteristic, uint8_t *to);
void osi_device_sent(osi_device *device);
void osi_device_refused(osi_device *device);

#endif
