#include "osi_lsm6ds3trc.h"

#include "osi_bytes.h"
#include "osi_config_fit.h"

#define FIFO_CTRL1 0x06
#define FIFO_CTRL2 0x07
#define FIFO_CTRL3 0x08
#define FIFO_CTRL5 0x0A
#define INT1_CTRL 0x0D
#define CTRL1_XL 0x10
#define CTRL2_G 0x11
#define CTRL3_C 0x12

#define EVERY_SAMPLE 0x09 /* FIFO_CTRL3: gyro and acc, no decimation */
#define CONTINUOUS 0x06   /* FIFO_CTRL5 */
#define BYPASS 0x00
#define INT1_WATERMARK 0x08
#define BLOCK_UPDATE_AND_INCREMENT 0x44
#define WORDS_PER_FRAME 6U

#define STANDARD_GRAVITY 9.80665F

const osi_range osi_lsm6_acc_ranges[OSI_LSM6_RANGES] = {
    {2, 0.000061F * STANDARD_GRAVITY},
    {4, 0.000122F * STANDARD_GRAVITY},
    {8, 0.000244F * STANDARD_GRAVITY},
    {16, 0.000488F * STANDARD_GRAVITY},
};

const osi_range osi_lsm6_gyro_ranges[OSI_LSM6_GYRO_RANGES] = {
    {125, 0.004375F}, {250, 0.00875F}, {500, 0.0175F}, {1000, 0.035F}, {2000, 0.07F},
};

/* The delay is that of a first-order filter with the gyroscope's bandwidth (about a third of the
 * rate): an estimate, equal for all sensors set alike. */
const osi_rate osi_lsm6_rates[OSI_LSM6_RATES] = {
    {26, 19200}, {52, 9500}, {104, 4800}, {208, 2400}, {416, 1200},
};

static const uint8_t acc_codes[OSI_LSM6_RANGES] = {0x0, 0x8, 0xC, 0x4};
static const uint8_t gyro_codes[OSI_LSM6_GYRO_RANGES] = {0x2, 0x0, 0x4, 0x8, 0xC};

/* Rate codes run on from 26 Hz; the same four bits for accelerometer, gyroscope and FIFO. */
static uint8_t rate_code(const osi_board *board, const osi_config *config)
{
    return (uint8_t)(osi_rate_index(board, config) + 2);
}

size_t osi_lsm6_start(const osi_board *board, const osi_config *config, uint16_t watermark,
                      osi_register writes[OSI_MAX_REGISTERS])
{
    uint8_t rate = rate_code(board, config);
    uint16_t words = (uint16_t)(watermark * WORDS_PER_FRAME);
    const osi_register list[] = {
        {CTRL3_C, BLOCK_UPDATE_AND_INCREMENT},
        {FIFO_CTRL5, BYPASS}, /* empties the FIFO */
        {FIFO_CTRL1, (uint8_t)(words & 0xFFU)},
        {FIFO_CTRL2, (uint8_t)(words >> 8 & 0x07U)},
        {FIFO_CTRL3, EVERY_SAMPLE},
        {INT1_CTRL, INT1_WATERMARK},
        {CTRL1_XL, (uint8_t)(rate << 4 | acc_codes[osi_acc_index(board, config)])},
        {CTRL2_G, (uint8_t)(rate << 4 | gyro_codes[osi_gyro_index(board, config)])},
        {FIFO_CTRL5, (uint8_t)(rate << 3 | CONTINUOUS)},
    };
    memcpy(writes, list, sizeof list);
    return sizeof list / sizeof list[0];
}

size_t osi_lsm6_stop(osi_register writes[OSI_MAX_REGISTERS])
{
    const osi_register list[] = {
        {FIFO_CTRL5, BYPASS}, {INT1_CTRL, 0}, {CTRL1_XL, 0}, {CTRL2_G, 0}};
    memcpy(writes, list, sizeof list);
    return sizeof list / sizeof list[0];
}

osi_fifo osi_lsm6_fifo(const uint8_t status[2])
{
    uint16_t words = (uint16_t)(status[0] | (uint16_t)((status[1] & 0x07U) << 8));
    bool full = (status[1] & 0x20U) != 0;
    osi_fifo fifo = {
        .frames = (uint16_t)(words / WORDS_PER_FRAME),
        .overrun = full || (status[1] & 0x40U) != 0,
    };
    return fifo;
}

int16_t osi_lsm6_temperature(const uint8_t bytes[2])
{
    return (int16_t)(2500 + osi_get_i16(bytes) * 100 / 256);
}
