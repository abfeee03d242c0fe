/* What a board file has to give. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/i2c.h>

#include "osi.h"

/* A motion chip with a FIFO of gyroscope and accelerometer frames, read over I2C. */
typedef struct {
    struct i2c_dt_spec bus;
    struct gpio_dt_spec interrupt; /* port NULL: not wired, so the FIFO is polled */
    uint8_t who_register;
    uint8_t who;
    uint8_t level_register; /* two bytes: how full the FIFO is */
    uint8_t data_register;
    uint8_t temperature_register; /* two bytes */
    osi_axes axes;
    size_t (*start)(const osi_board *board, const osi_config *config, uint16_t watermark,
                    osi_register writes[OSI_MAX_REGISTERS]);
    size_t (*stop)(osi_register writes[OSI_MAX_REGISTERS]);
    osi_fifo (*fifo)(const uint8_t level[2]);
    int16_t (*temperature)(const uint8_t bytes[2]);
} board_chip;

extern const board_chip chip;

/* What the board can do; its hooks are motion.c's and light.c's. */
extern const osi_board board;

extern const char board_model[];

/* Millivolts of the battery, 0 where there is none. */
uint16_t board_battery_mv(void);

#endif
