/* The LED, and the end of everything. */
#ifndef LIGHT_H
#define LIGHT_H

#include <stdint.h>

void light_init(void);

/* Hooks of osi_board. */
void light_identify(void);
void light_power_off(void);

/* Blink while asked to. */
void light_service(uint64_t now_us);

#endif
