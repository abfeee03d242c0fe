/* What the drivers of both chips have in common: register writes as data, and FIFO frames.
 *
 * The board owns the bus; these functions only say what to write and what the bytes mean, so that
 * they can be tested without a chip. */
#ifndef OSI_CHIP_H
#define OSI_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OSI_FRAME_BYTES 12U
#define OSI_MAX_REGISTERS 16U

typedef struct {
    uint8_t address;
    uint8_t value;
} osi_register;

typedef struct {
    uint16_t frames; /* whole samples waiting */
    bool overrun;
} osi_fifo;

/* A FIFO frame of either chip (gyro x y z, acc x y z) as a sample (acc x y z, gyro x y z). */
void osi_frame_read(int16_t imu[6], const uint8_t frame[OSI_FRAME_BYTES]);

#endif
