/* Bluetooth: the profile's characteristics, advertising, and what waits to be sent. */
#ifndef RADIO_H
#define RADIO_H

#include <stdbool.h>

#include "osi.h"

/* Start the radio; `lock` and `unlock` guard the device, which callbacks touch too. */
bool radio_init(osi_device *device, void (*lock)(void), void (*unlock)(void));

/* Send what the radio has room for; the device is locked. */
void radio_service(uint64_t now_us);

#endif
