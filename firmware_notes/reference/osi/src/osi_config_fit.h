/* What a board can make of a wish. */
#ifndef OSI_CONFIG_FIT_H
#define OSI_CONFIG_FIT_H

#include "osi_device.h"

/* The nearest the board can do with so long a notification: never a smaller range than asked for
 * unless there is none, the nearest rate, and no block that does not fit. */
osi_config osi_config_fit(const osi_board *board, const osi_config *asked, uint16_t payload);

/* Index of a config's range or rate in its table; the config is a fitted one. */
uint8_t osi_acc_index(const osi_board *board, const osi_config *fitted);
uint8_t osi_gyro_index(const osi_board *board, const osi_config *fitted);
uint8_t osi_rate_index(const osi_board *board, const osi_config *fitted);

/* Samples per packet of a kind, so that all kinds wait about as long. */
uint8_t osi_batch_limit(const osi_config *fitted, uint8_t kind, uint16_t payload);

/* Nominal time between two samples of a kind (us). */
uint32_t osi_kind_period_us(const osi_config *fitted, uint8_t kind);

#endif
