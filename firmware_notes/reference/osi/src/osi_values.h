/* What can be read and written: info, scale, config, status, time exchange. */
#ifndef OSI_VALUES_H
#define OSI_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OSI_INFO_BYTES 20U
#define OSI_SCALE_BYTES 24U
#define OSI_CONFIG_BYTES 14U
#define OSI_STATUS_BYTES 24U
#define OSI_SYNC_REQUEST_BYTES 8U
#define OSI_SYNC_REPLY_BYTES 20U

#define OSI_MINOR 0U

/* Bits of info's sensors. */
#define OSI_HAS_ACC 0x01U
#define OSI_HAS_GYRO 0x02U
#define OSI_HAS_MAG 0x04U
#define OSI_HAS_QUATERNION 0x08U
#define OSI_HAS_TEMPERATURE 0x10U

/* Bits of config's blocks. */
#define OSI_BLOCK_IMU6 0x01U
#define OSI_BLOCK_MAG 0x02U
#define OSI_BLOCK_QUATERNION 0x04U
#define OSI_BLOCK_IMU6_QUATERNION 0x08U

enum osi_clock_source { OSI_CLOCK_RC = 0, OSI_CLOCK_32K = 1, OSI_CLOCK_HF = 2 };
enum osi_state { OSI_IDLE = 0, OSI_STREAMING = 1, OSI_FAULT = 2 };
enum osi_imu_model { OSI_IMU_UNKNOWN = 0, OSI_IMU_LSM6DS3TR_C = 1, OSI_IMU_BMI270 = 2 };
enum osi_mag_model { OSI_MAG_NONE = 0, OSI_MAG_BMM150 = 1 };

typedef struct {
    uint8_t sensors;
    uint8_t clock_source;
    uint16_t clock_ppm;
    uint16_t ring_ms;
    uint16_t max_payload;
    uint8_t imu_model;
    uint8_t mag_model;
    uint32_t boot_id;
} osi_info;

typedef struct {
    uint16_t group_delay_us;
    float acc_mps2; /* per least significant bit, as all of these */
    float gyro_dps;
    float mag_ut;
    float quaternion;
    uint32_t rate_mhz;
} osi_scale;

typedef struct {
    uint8_t acc_range_g;
    uint16_t gyro_range_dps;
    uint16_t imu_rate_hz;
    uint16_t mag_rate_hz;
    uint8_t batch;
    uint8_t blocks;
    uint8_t filter;
    uint8_t link; /* 0 low power, 1 live */
    uint8_t decimation;
} osi_config;

typedef struct {
    uint8_t state;
    uint64_t uptime_us;
    uint32_t dropped;
    uint16_t overruns;
    uint16_t refusals;
    int16_t temperature_centi;
    uint16_t battery_mv;
} osi_status;

typedef struct {
    uint16_t id;
    uint32_t echo;
    uint64_t received_us;
} osi_sync;

/* Writers return the length written. */
size_t osi_info_write(uint8_t *to, const osi_info *info);
size_t osi_scale_write(uint8_t *to, const osi_scale *scale);
size_t osi_config_write(uint8_t *to, const osi_config *config);
size_t osi_status_write(uint8_t *to, const osi_status *status);
size_t osi_sync_reply_write(uint8_t *to, const osi_sync *sync, uint64_t sent_us);

/* Read a config of OSI_CONFIG_BYTES; false for a version that is not ours. */
bool osi_config_read(osi_config *config, const uint8_t *from);

/* Read a request that was received at `now_us`; false if it is none. */
bool osi_sync_request_read(osi_sync *sync, const uint8_t *from, size_t length, uint64_t now_us);

#endif
