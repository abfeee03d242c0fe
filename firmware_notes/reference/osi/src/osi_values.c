#include "osi_values.h"

#include "osi_bytes.h"
#include "osi_packet.h"

#define AXES_RIGHT_HANDED 0U
#define SYNC_REQUEST 1U
#define SYNC_REPLY 2U

size_t osi_info_write(uint8_t *to, const osi_info *info)
{
    uint8_t *at = osi_put_u8(to, OSI_VERSION);
    at = osi_put_u8(at, OSI_MINOR);
    at = osi_put_u8(at, info->sensors);
    at = osi_put_u8(at, info->clock_source);
    at = osi_put_u16(at, info->clock_ppm);
    at = osi_put_u16(at, info->ring_ms);
    at = osi_put_u16(at, info->max_payload);
    at = osi_put_u8(at, info->imu_model);
    at = osi_put_u8(at, info->mag_model);
    at = osi_put_u32(at, info->boot_id);
    at = osi_put_u32(at, 0);
    return (size_t)(at - to);
}

size_t osi_scale_write(uint8_t *to, const osi_scale *scale)
{
    uint8_t *at = osi_put_u8(to, OSI_VERSION);
    at = osi_put_u8(at, AXES_RIGHT_HANDED);
    at = osi_put_u16(at, scale->group_delay_us);
    at = osi_put_f32(at, &scale->acc_mps2);
    at = osi_put_f32(at, &scale->gyro_dps);
    at = osi_put_f32(at, &scale->mag_ut);
    at = osi_put_f32(at, &scale->quaternion);
    at = osi_put_u32(at, scale->rate_mhz);
    return (size_t)(at - to);
}

size_t osi_config_write(uint8_t *to, const osi_config *config)
{
    uint8_t *at = osi_put_u8(to, OSI_VERSION);
    at = osi_put_u8(at, config->acc_range_g);
    at = osi_put_u16(at, config->gyro_range_dps);
    at = osi_put_u16(at, config->imu_rate_hz);
    at = osi_put_u16(at, config->mag_rate_hz);
    at = osi_put_u8(at, config->batch);
    at = osi_put_u8(at, config->blocks);
    at = osi_put_u8(at, config->filter);
    at = osi_put_u8(at, config->link);
    at = osi_put_u8(at, config->decimation);
    at = osi_put_u8(at, 0);
    return (size_t)(at - to);
}

bool osi_config_read(osi_config *config, const uint8_t *from)
{
    if (from[0] != OSI_VERSION) {
        return false;
    }
    config->acc_range_g = from[1];
    config->gyro_range_dps = osi_get_u16(from + 2);
    config->imu_rate_hz = osi_get_u16(from + 4);
    config->mag_rate_hz = osi_get_u16(from + 6);
    config->batch = from[8];
    config->blocks = from[9];
    config->filter = from[10];
    config->link = from[11];
    config->decimation = from[12];
    return true;
}

size_t osi_status_write(uint8_t *to, const osi_status *status)
{
    uint8_t *at = osi_put_u8(to, OSI_VERSION);
    at = osi_put_u8(at, status->state);
    at = osi_put_u16(at, 0);
    at = osi_put_u64(at, status->uptime_us);
    at = osi_put_u32(at, status->dropped);
    at = osi_put_u16(at, status->overruns);
    at = osi_put_u16(at, status->refusals);
    at = osi_put_i16(at, status->temperature_centi);
    at = osi_put_u16(at, status->battery_mv);
    return (size_t)(at - to);
}

bool osi_sync_request_read(osi_sync *sync, const uint8_t *from, size_t length, uint64_t now_us)
{
    if (length != OSI_SYNC_REQUEST_BYTES || from[0] != SYNC_REQUEST) {
        return false;
    }
    sync->id = osi_get_u16(from + 2);
    sync->echo = osi_get_u32(from + 4);
    sync->received_us = now_us;
    return true;
}

size_t osi_sync_reply_write(uint8_t *to, const osi_sync *sync, uint64_t sent_us)
{
    uint8_t *at = osi_put_u8(to, SYNC_REPLY);
    at = osi_put_u8(at, 0);
    at = osi_put_u16(at, sync->id);
    at = osi_put_u32(at, sync->echo);
    at = osi_put_u32(at, (uint32_t)(sync->received_us & 0xFFFFFFFFU));
    at = osi_put_u32(at, (uint32_t)(sent_us & 0xFFFFFFFFU));
    at = osi_put_u32(at, (uint32_t)(sent_us >> 32));
    return (size_t)(at - to);
}
