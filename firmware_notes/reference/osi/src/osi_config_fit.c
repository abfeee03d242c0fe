#include "osi_config_fit.h"

#include "osi_pace.h"

#define AUTOMATIC_MS 40U

static uint8_t range_index(const osi_range *ranges, uint8_t count, uint16_t asked)
{
    uint8_t i = 0;
    while (i + 1 < count && ranges[i].range < asked) {
        ++i;
    }
    return i;
}

static uint16_t apart(uint16_t a, uint16_t b)
{
    return (uint16_t)(a > b ? a - b : b - a);
}

static uint8_t nearest_rate(const osi_board *board, uint16_t asked)
{
    uint8_t best = 0;
    for (uint8_t i = 1; i < board->rate_count; ++i) {
        if (apart(board->rates[i].hz, asked) <= apart(board->rates[best].hz, asked)) {
            best = i;
        }
    }
    return best;
}

/* Both together stand for IMU6 and quaternion; nothing left to send means IMU6. */
static uint8_t fitting_blocks(const osi_board *board, uint8_t asked, uint16_t payload)
{
    uint8_t blocks = asked & (OSI_BLOCK_IMU6 | OSI_BLOCK_MAG | OSI_BLOCK_QUATERNION);
    bool both = (asked & OSI_BLOCK_IMU6_QUATERNION) != 0;
    if (both) {
        blocks |= OSI_BLOCK_IMU6 | OSI_BLOCK_QUATERNION;
    }
    if ((board->sensors & OSI_HAS_MAG) == 0) {
        blocks &= (uint8_t)~OSI_BLOCK_MAG;
    }
    if ((board->sensors & OSI_HAS_QUATERNION) == 0) {
        blocks &= (uint8_t)~OSI_BLOCK_QUATERNION;
        both = false;
    }
    if (both && osi_capacity(OSI_IMU6_QUATERNION, payload) > 0) {
        return (uint8_t)((blocks & OSI_BLOCK_MAG) | OSI_BLOCK_IMU6_QUATERNION);
    }
    return blocks != 0 ? blocks : OSI_BLOCK_IMU6;
}

static uint8_t main_kind(uint8_t blocks)
{
    if ((blocks & OSI_BLOCK_IMU6_QUATERNION) != 0) {
        return OSI_IMU6_QUATERNION;
    }
    if ((blocks & OSI_BLOCK_IMU6) != 0) {
        return OSI_IMU6;
    }
    return (blocks & OSI_BLOCK_QUATERNION) != 0 ? OSI_QUATERNION : OSI_MAG;
}

static uint8_t fitting_batch(uint8_t asked, uint16_t rate_hz, uint8_t capacity)
{
    uint32_t wanted = asked;
    if (wanted == 0) {
        wanted = ((uint32_t)rate_hz * AUTOMATIC_MS + 500U) / 1000U;
    }
    if (wanted > capacity) {
        wanted = capacity;
    }
    return (uint8_t)(wanted > 0 ? wanted : 1U);
}

osi_config osi_config_fit(const osi_board *board, const osi_config *asked, uint16_t payload)
{
    osi_config fitted = *asked;
    uint8_t acc = range_index(board->acc_ranges, board->acc_range_count, asked->acc_range_g);
    uint8_t gyro = range_index(board->gyro_ranges, board->gyro_range_count, asked->gyro_range_dps);
    fitted.acc_range_g = (uint8_t)board->acc_ranges[acc].range;
    fitted.gyro_range_dps = board->gyro_ranges[gyro].range;
    fitted.imu_rate_hz = board->rates[nearest_rate(board, asked->imu_rate_hz)].hz;
    fitted.blocks = fitting_blocks(board, asked->blocks, payload);
    fitted.mag_rate_hz = (fitted.blocks & OSI_BLOCK_MAG) != 0 ? board->mag_rate_hz : 0;
    fitted.filter = 0;
    fitted.link = asked->link != 0 ? 1 : 0;
    bool separate = (fitted.blocks & OSI_BLOCK_QUATERNION) != 0;
    fitted.decimation = separate && asked->decimation > 1 ? asked->decimation : 1;
    uint8_t capacity = osi_capacity(main_kind(fitted.blocks), payload);
    fitted.batch = fitting_batch(asked->batch, fitted.imu_rate_hz, capacity);
    return fitted;
}

uint8_t osi_acc_index(const osi_board *board, const osi_config *fitted)
{
    return range_index(board->acc_ranges, board->acc_range_count, fitted->acc_range_g);
}

uint8_t osi_gyro_index(const osi_board *board, const osi_config *fitted)
{
    return range_index(board->gyro_ranges, board->gyro_range_count, fitted->gyro_range_dps);
}

uint8_t osi_rate_index(const osi_board *board, const osi_config *fitted)
{
    return nearest_rate(board, fitted->imu_rate_hz);
}

static uint32_t kind_rate_mhz(const osi_config *fitted, uint8_t kind)
{
    if (kind == OSI_MAG) {
        return 1000U * fitted->mag_rate_hz;
    }
    uint32_t imu_mhz = 1000U * fitted->imu_rate_hz;
    return kind == OSI_QUATERNION ? imu_mhz / fitted->decimation : imu_mhz;
}

uint32_t osi_kind_period_us(const osi_config *fitted, uint8_t kind)
{
    uint32_t rate_mhz = kind_rate_mhz(fitted, kind);
    return rate_mhz == 0 ? 0 : osi_period_us(rate_mhz);
}

uint8_t osi_batch_limit(const osi_config *fitted, uint8_t kind, uint16_t payload)
{
    uint32_t imu_mhz = 1000U * fitted->imu_rate_hz;
    uint32_t share = (fitted->batch * kind_rate_mhz(fitted, kind) + imu_mhz / 2U) / imu_mhz;
    uint8_t capacity = osi_capacity(kind, payload);
    if (share > capacity) {
        share = capacity;
    }
    return (uint8_t)(share > 0 ? share : 1U);
}
