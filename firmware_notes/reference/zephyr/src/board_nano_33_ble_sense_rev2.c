/* Arduino Nano 33 BLE Sense Rev2: BMI270, whose interrupt the board's description does not name, so
 * its FIFO is polled. No battery. The BMM150 beside it is left alone: torso uses no magnetometer. */
#include "board.h"
#include "light.h"
#include "motion.h"

const char board_model[] = "Nano 33 BLE Sense Rev2";

const board_chip chip = {
    .bus = I2C_DT_SPEC_GET(DT_NODELABEL(bmi270)),
    .who_register = OSI_BMI270_CHIP_ID,
    .who = OSI_BMI270_CHIP,
    .level_register = OSI_BMI270_FIFO_LENGTH,
    .data_register = OSI_BMI270_FIFO_DATA,
    .temperature_register = OSI_BMI270_TEMPERATURE,
    .axes = {{1, 2, 3}}, /* build_a_sensor.md says how to check them */
    .start = osi_bmi270_start,
    .stop = osi_bmi270_stop,
    .fifo = osi_bmi270_fifo,
    .temperature = osi_bmi270_temperature,
};

const osi_board board = {
    .sensors = OSI_HAS_ACC | OSI_HAS_GYRO | OSI_HAS_TEMPERATURE,
    .clock_source = OSI_CLOCK_32K,
    .clock_ppm = 50,
    .imu_model = OSI_IMU_BMI270,
    .mag_model = OSI_MAG_NONE,
    .max_payload = OSI_MAX_PAYLOAD,
    .acc_ranges = osi_bmi270_acc_ranges,
    .acc_range_count = OSI_BMI270_RANGES,
    .gyro_ranges = osi_bmi270_gyro_ranges,
    .gyro_range_count = OSI_BMI270_GYRO_RANGES,
    .rates = osi_bmi270_rates,
    .rate_count = OSI_BMI270_RATES,
    .start = motion_start,
    .stop = motion_stop,
    .identify = light_identify,
    .power_off = light_power_off,
    .self_test = motion_self_test,
};

uint16_t board_battery_mv(void)
{
    return 0;
}
