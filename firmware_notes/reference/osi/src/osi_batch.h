/* Evenly spaced samples of one kind on their way into one packet. */
#ifndef OSI_BATCH_H
#define OSI_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "osi_packet.h"

typedef struct {
    uint8_t kind;
    uint8_t limit; /* samples per packet */
    uint8_t count;
    bool clipped;
    uint32_t period_us; /* nominal */
    uint64_t first_us;
    uint64_t last_us;
    int16_t values[(OSI_MAX_PAYLOAD - OSI_HEADER_BYTES) / sizeof(int16_t)];
} osi_batch;

/* Begin anew; a period that no packet can express makes packets of one sample. */
void osi_batch_init(osi_batch *batch, uint8_t kind, uint8_t limit, uint32_t period_us);

/* Whether a sample at `time_us` continues the even spacing of those before. */
bool osi_batch_continues(const osi_batch *batch, uint64_t time_us);

/* Append a sample; the batch must not be full. */
void osi_batch_add(osi_batch *batch, uint64_t time_us, const int16_t *values);

/* Describe what is collected as a packet (values stay in the batch) and begin anew. */
osi_packet osi_batch_take(osi_batch *batch);

#endif
