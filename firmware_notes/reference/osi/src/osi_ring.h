/* Packets that wait for the radio. When it is full the oldest go: new data are worth more live.
 *
 * Not reentrant: fill it and empty it from the same task. */
#ifndef OSI_RING_H
#define OSI_RING_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t *bytes;
    uint32_t size;
    uint32_t head; /* where the oldest record begins */
    uint32_t used;
} osi_ring;

/* `bytes` stays the caller's. */
void osi_ring_init(osi_ring *ring, uint8_t *bytes, uint32_t size);

/* Append a packet of 2 to 255 bytes; returns how many had to go for it (itself, if it never fits).
 *
 * What a dropped packet said about the time before it ("lost before", "restarted") is said by the
 * oldest one that is left. */
uint32_t osi_ring_push(osi_ring *ring, const uint8_t *packet, size_t length);

/* Copy the oldest packet; returns its length, 0 if there is none. */
size_t osi_ring_peek(const osi_ring *ring, uint8_t *to);

/* Take the oldest packet away, if there is one. */
void osi_ring_pop(osi_ring *ring);

/* Take all away; returns how many there were. */
uint32_t osi_ring_clear(osi_ring *ring);

#endif
