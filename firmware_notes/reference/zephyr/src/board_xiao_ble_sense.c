/* Seeed XIAO nRF52840 Sense: LSM6DS3TR-C with its interrupt on P0.11, lithium cell on the back. */
#include <zephyr/drivers/sensor.h>

#include "board.h"
#include "light.h"
#include "motion.h"

#define CHIP DT_NODELABEL(lsm6ds3tr_c)

const char board_model[] = "XIAO nRF52840 Sense";

const board_chip chip = {
    .bus = I2C_DT_SPEC_GET(CHIP),
    .interrupt = GPIO_DT_SPEC_GET(CHIP, irq_gpios),
    .who_register = OSI_LSM6_WHO_AM_I,
    .who = OSI_LSM6_WHO,
    .level_register = OSI_LSM6_FIFO_STATUS,
    .data_register = OSI_LSM6_FIFO_DATA,
    .temperature_register = OSI_LSM6_TEMPERATURE,
    .axes = {{1, 2, 3}}, /* build_a_sensor.md says how to check them */
    .start = osi_lsm6_start,
    .stop = osi_lsm6_stop,
    .fifo = osi_lsm6_fifo,
    .temperature = osi_lsm6_temperature,
};

const osi_board board = {
    .sensors = OSI_HAS_ACC | OSI_HAS_GYRO | OSI_HAS_TEMPERATURE,
    .clock_source = OSI_CLOCK_32K,
    .clock_ppm = 20,
    .imu_model = OSI_IMU_LSM6DS3TR_C,
    .mag_model = OSI_MAG_NONE,
    .max_payload = OSI_MAX_PAYLOAD,
    .acc_ranges = osi_lsm6_acc_ranges,
    .acc_range_count = OSI_LSM6_RANGES,
    .gyro_ranges = osi_lsm6_gyro_ranges,
    .gyro_range_count = OSI_LSM6_GYRO_RANGES,
    .rates = osi_lsm6_rates,
    .rate_count = OSI_LSM6_RATES,
    .start = motion_start,
    .stop = motion_stop,
    .identify = light_identify,
    .power_off = light_power_off,
    .self_test = motion_self_test,
};

uint16_t board_battery_mv(void)
{
    static const struct device *const battery = DEVICE_DT_GET(DT_NODELABEL(vbatt));
    struct sensor_value volts;
    if (sensor_sample_fetch(battery) != 0 ||
        sensor_channel_get(battery, SENSOR_CHAN_VOLTAGE, &volts) != 0) {
        return 0;
    }
    return (uint16_t)(volts.val1 * 1000 + volts.val2 / 1000);
}
