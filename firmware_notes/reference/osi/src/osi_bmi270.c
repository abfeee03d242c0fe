#include "osi_bmi270.h"

#include "osi_bytes.h"
#include "osi_config_fit.h"

#define ACC_CONF 0x40
#define ACC_RANGE 0x41
#define GYR_CONF 0x42
#define GYR_RANGE 0x43
#define FIFO_WTM_0 0x46
#define FIFO_WTM_1 0x47
#define FIFO_CONFIG_0 0x48
#define FIFO_CONFIG_1 0x49
#define INT1_IO_CTRL 0x53
#define INT_MAP_DATA 0x58
#define PWR_CONF 0x7C
#define PWR_CTRL 0x7D
#define CMD 0x7E

#define AWAKE 0x02 /* no advanced power saving: it shuts the FIFO off */
#define ACC_NORMAL 0xA0 /* performance filter, normal bandwidth */
#define GYR_NORMAL 0xE0 /* the same, and low noise */
#define OVERWRITE_OLDEST 0x00
#define GYRO_AND_ACC_WITHOUT_HEADERS 0xC0
#define OUTPUT_ACTIVE_HIGH 0x0A
#define INT1_WATERMARK 0x02
#define ACC_GYRO_AND_TEMPERATURE 0x0E
#define FIFO_FLUSH 0xB0
#define FIFO_BYTES 2048U

#define STANDARD_GRAVITY 9.80665F

const osi_range osi_bmi270_acc_ranges[OSI_BMI270_RANGES] = {
    {2, STANDARD_GRAVITY / 16384.0F},
    {4, STANDARD_GRAVITY / 8192.0F},
    {8, STANDARD_GRAVITY / 4096.0F},
    {16, STANDARD_GRAVITY / 2048.0F},
};

const osi_range osi_bmi270_gyro_ranges[OSI_BMI270_GYRO_RANGES] = {
    {125, 125.0F / 32768.0F},   {250, 250.0F / 32768.0F},   {500, 500.0F / 32768.0F},
    {1000, 1000.0F / 32768.0F}, {2000, 2000.0F / 32768.0F},
};

/* The delay is that of a first-order filter with the normal bandwidth (about 0.4 of the rate): an
 * estimate, equal for all sensors set alike. */
const osi_rate osi_bmi270_rates[OSI_BMI270_RATES] = {
    {25, 16000}, {50, 8000}, {100, 4000}, {200, 2000}, {400, 1000},
};

/* Range codes run the other way for the gyroscope: 0 is the widest. */
static uint8_t gyro_code(const osi_board *board, const osi_config *config)
{
    return (uint8_t)(OSI_BMI270_GYRO_RANGES - 1U - osi_gyro_index(board, config));
}

/* Rate codes run on from 25 Hz. */
static uint8_t rate_code(const osi_board *board, const osi_config *config)
{
    return (uint8_t)(osi_rate_index(board, config) + 6);
}

size_t osi_bmi270_start(const osi_board *board, const osi_config *config, uint16_t watermark,
                        osi_register writes[OSI_MAX_REGISTERS])
{
    uint8_t rate = rate_code(board, config);
    uint16_t bytes = (uint16_t)(watermark * OSI_FRAME_BYTES);
    const osi_register list[] = {
        {PWR_CONF, AWAKE},
        {ACC_CONF, (uint8_t)(ACC_NORMAL | rate)},
        {ACC_RANGE, osi_acc_index(board, config)},
        {GYR_CONF, (uint8_t)(GYR_NORMAL | rate)},
        {GYR_RANGE, gyro_code(board, config)},
        {FIFO_CONFIG_0, OVERWRITE_OLDEST},
        {FIFO_CONFIG_1, GYRO_AND_ACC_WITHOUT_HEADERS},
        {FIFO_WTM_0, (uint8_t)(bytes & 0xFFU)},
        {FIFO_WTM_1, (uint8_t)(bytes >> 8)},
        {INT1_IO_CTRL, OUTPUT_ACTIVE_HIGH},
        {INT_MAP_DATA, INT1_WATERMARK},
        {PWR_CTRL, ACC_GYRO_AND_TEMPERATURE},
        {CMD, FIFO_FLUSH},
    };
    _Static_assert(sizeof list / sizeof list[0] <= OSI_MAX_REGISTERS, "too many writes");
    memcpy(writes, list, sizeof list);
    return sizeof list / sizeof list[0];
}

size_t osi_bmi270_stop(osi_register writes[OSI_MAX_REGISTERS])
{
    writes[0] = (osi_register){PWR_CTRL, 0};
    writes[1] = (osi_register){CMD, FIFO_FLUSH};
    return 2;
}

osi_fifo osi_bmi270_fifo(const uint8_t length[2])
{
    uint16_t bytes = (uint16_t)(length[0] | (uint16_t)((length[1] & 0x3FU) << 8));
    /* The chip has no overrun flag; a FIFO with no room for a frame is throwing frames away. */
    osi_fifo fifo = {
        .frames = (uint16_t)(bytes / OSI_FRAME_BYTES),
        .overrun = bytes + OSI_FRAME_BYTES > FIFO_BYTES,
    };
    return fifo;
}

int16_t osi_bmi270_temperature(const uint8_t bytes[2])
{
    return (int16_t)(2300 + osi_get_i16(bytes) * 100 / 512);
}
