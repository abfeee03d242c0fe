/* When each sample was taken.
 *
 * A MEMS sensor samples by its own RC oscillator, some percent off and moving with temperature; the
 * microcontroller has a crystal. The FIFO interrupt is captured with the crystal's clock; between
 * captures this steps one measured period per sample. Phase and period follow the captures by a
 * least-squares line of growing, then fixed memory (g-h filter; Brookner, "Tracking and Kalman
 * Filtering Made Easy", 1998, ch. 1), in fixed point (1/256 us). */
#ifndef OSI_PACE_H
#define OSI_PACE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t at_q8;     /* time of the last sample */
    uint32_t period_q8; /* measured */
    uint32_t nominal_q8;
    uint16_t steps; /* since the last capture */
    uint16_t captures;
} osi_pace;

/* Begin with a sample taken at `time_us`; nominal rate in mHz. */
void osi_pace_anchor(osi_pace *pace, uint64_t time_us, uint32_t rate_mhz);

/* Go on to the next sample; returns when it was taken (us). Never goes backwards. */
uint64_t osi_pace_step(osi_pace *pace);

/* The sample just stepped to was captured at `time_us`.
 *
 * Returns false if that is so far off that samples must be missing: anchor anew. */
bool osi_pace_observe(osi_pace *pace, uint64_t time_us);

/* The measured sampling rate in mHz. */
uint32_t osi_pace_rate_mhz(const osi_pace *pace);

/* The nominal period of a rate in mHz (us, rounded). */
uint32_t osi_period_us(uint32_t rate_mhz);

#endif
