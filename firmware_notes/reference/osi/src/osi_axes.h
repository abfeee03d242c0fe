/* From the chip's axes to the board's: right-handed, x to the right, y up along the long side, z out
 * of the component side. */
#ifndef OSI_AXES_H
#define OSI_AXES_H

#include <stdbool.h>
#include <stdint.h>

/* Which chip axis (1 x, 2 y, 3 z; negative = against it) each board axis is. */
typedef struct {
    int8_t from[3];
} osi_axes;

/* Whether the axes are a rotation; anything else mirrors every turn. */
bool osi_axes_valid(const osi_axes *axes);

/* Turn one vector in place; -32768 becomes 32767 where an axis is reversed. */
void osi_axes_turn(const osi_axes *axes, int16_t vector[3]);

#endif
