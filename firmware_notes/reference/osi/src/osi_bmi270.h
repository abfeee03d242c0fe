/* Bosch BMI270, as on the Arduino Nano 33 BLE Sense Rev2: ranges, rates, registers, FIFO.
 *
 * The chip needs a program uploaded before anything else, which the maker's library does; these are
 * the registers afterwards (Bosch datasheet BMI270). */
#ifndef OSI_BMI270_H
#define OSI_BMI270_H

#include "osi_chip.h"
#include "osi_device.h"

#define OSI_BMI270_I2C 0x68U
#define OSI_BMI270_CHIP_ID 0x00U
#define OSI_BMI270_CHIP 0x24U
#define OSI_BMI270_FIFO_LENGTH 0x24U /* two bytes */
#define OSI_BMI270_FIFO_DATA 0x26U
#define OSI_BMI270_TEMPERATURE 0x22U /* two bytes */

#define OSI_BMI270_RANGES 4U
#define OSI_BMI270_GYRO_RANGES 5U
#define OSI_BMI270_RATES 5U

extern const osi_range osi_bmi270_acc_ranges[OSI_BMI270_RANGES];
extern const osi_range osi_bmi270_gyro_ranges[OSI_BMI270_GYRO_RANGES];
extern const osi_rate osi_bmi270_rates[OSI_BMI270_RATES];

/* What to write, in this order, to sample with an interrupt on INT1 at `watermark` frames. */
size_t osi_bmi270_start(const osi_board *board, const osi_config *config, uint16_t watermark,
                        osi_register writes[OSI_MAX_REGISTERS]);

/* What to write to power down. */
size_t osi_bmi270_stop(osi_register writes[OSI_MAX_REGISTERS]);

/* What the two length bytes say. */
osi_fifo osi_bmi270_fifo(const uint8_t length[2]);

/* The two temperature bytes in 0.01 degC. */
int16_t osi_bmi270_temperature(const uint8_t bytes[2]);

#endif
