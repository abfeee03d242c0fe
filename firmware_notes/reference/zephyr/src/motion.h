/* The motion chip: samples out of its FIFO, each with the time it was taken. */
#ifndef MOTION_H
#define MOTION_H

#include <stdbool.h>
#include <stdint.h>

#include "osi.h"

/* How often the FIFO has to be looked at: without an interrupt line, as often as times shall be
 * exact; with one, to try again what the radio refused. */
uint32_t motion_look_us(void);

/* Called from the interrupt: wake whoever calls motion_service. */
void motion_init(void (*wake)(void));

/* Hooks of osi_board. */
bool motion_start(const osi_config *config);
void motion_stop(void);
bool motion_self_test(void);

/* Hand over what the chip has, if anything. */
void motion_service(osi_device *device, uint64_t now_us);

/* Microseconds since boot, of the crystal that keeps the system's time. */
uint64_t motion_now_us(void);

#endif
