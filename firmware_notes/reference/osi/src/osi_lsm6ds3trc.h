/* ST LSM6DS3TR-C, as on the Seeed XIAO nRF52840 Sense: ranges, rates, registers, FIFO.
 *
 * Register numbers and bits: ST datasheet LSM6DS3TR-C. */
#ifndef OSI_LSM6DS3TRC_H
#define OSI_LSM6DS3TRC_H

#include "osi_chip.h"
#include "osi_device.h"

#define OSI_LSM6_I2C 0x6AU
#define OSI_LSM6_WHO_AM_I 0x0FU
#define OSI_LSM6_WHO 0x6AU
#define OSI_LSM6_FIFO_STATUS 0x3AU /* two bytes */
#define OSI_LSM6_FIFO_DATA 0x3EU
#define OSI_LSM6_TEMPERATURE 0x20U /* two bytes */

#define OSI_LSM6_RANGES 4U
#define OSI_LSM6_GYRO_RANGES 5U
#define OSI_LSM6_RATES 5U

extern const osi_range osi_lsm6_acc_ranges[OSI_LSM6_RANGES];
extern const osi_range osi_lsm6_gyro_ranges[OSI_LSM6_GYRO_RANGES];
extern const osi_rate osi_lsm6_rates[OSI_LSM6_RATES];

/* What to write, in this order, to sample with an interrupt on INT1 at `watermark` frames. */
size_t osi_lsm6_start(const osi_board *board, const osi_config *config, uint16_t watermark,
                      osi_register writes[OSI_MAX_REGISTERS]);

/* What to write to power down. */
size_t osi_lsm6_stop(osi_register writes[OSI_MAX_REGISTERS]);

/* What the two status bytes say. */
osi_fifo osi_lsm6_fifo(const uint8_t status[2]);

/* The two temperature bytes in 0.01 degC. */
int16_t osi_lsm6_temperature(const uint8_t bytes[2]);

#endif
