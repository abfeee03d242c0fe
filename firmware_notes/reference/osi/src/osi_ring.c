#include "osi_ring.h"

#include "osi_packet.h"

/* A record is a length byte and the packet; the packet's flags are its second byte. */
#define FLAGS_AT 2U
#define CARRIED (OSI_LOST_BEFORE | OSI_RESTARTED)

static uint32_t place(const osi_ring *ring, uint32_t offset)
{
    uint32_t at = ring->head + offset;
    return at < ring->size ? at : at - ring->size;
}

void osi_ring_init(osi_ring *ring, uint8_t *bytes, uint32_t size)
{
    ring->bytes = bytes;
    ring->size = size;
    ring->head = 0;
    ring->used = 0;
}

uint32_t osi_ring_push(osi_ring *ring, const uint8_t *packet, size_t length)
{
    uint32_t needed = (uint32_t)length + 1U;
    uint32_t dropped = 0;
    uint8_t carried = 0;
    while (ring->used != 0 && ring->size - ring->used < needed) {
        carried |= (uint8_t)(ring->bytes[place(ring, FLAGS_AT)] & CARRIED);
        osi_ring_pop(ring);
        ++dropped;
    }
    if (ring->size < needed) {
        return dropped + 1U;
    }
    ring->bytes[place(ring, ring->used)] = (uint8_t)length;
    for (uint32_t i = 0; i < length; ++i) {
        ring->bytes[place(ring, ring->used + 1U + i)] = packet[i];
    }
    ring->used += needed;
    ring->bytes[place(ring, FLAGS_AT)] |= carried;
    return dropped;
}

size_t osi_ring_peek(const osi_ring *ring, uint8_t *to)
{
    if (ring->used == 0) {
        return 0;
    }
    size_t length = ring->bytes[ring->head];
    for (uint32_t i = 0; i < length; ++i) {
        to[i] = ring->bytes[place(ring, i + 1U)];
    }
    return length;
}

void osi_ring_pop(osi_ring *ring)
{
    if (ring->used != 0) {
        uint32_t record = (uint32_t)ring->bytes[ring->head] + 1U;
        ring->head = place(ring, record);
        ring->used -= record;
    }
}

uint32_t osi_ring_clear(osi_ring *ring)
{
    uint32_t packets = 0;
    for (; ring->used != 0; ++packets) {
        osi_ring_pop(ring);
    }
    return packets;
}
