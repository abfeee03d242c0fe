#include "osi_batch.h"

void osi_batch_init(osi_batch *batch, uint8_t kind, uint8_t limit, uint32_t period_us)
{
    batch->kind = kind;
    batch->limit = period_us > OSI_MAX_SPACING_US && limit > 1 ? 1 : limit;
    batch->period_us = period_us;
    batch->count = 0;
    batch->clipped = false;
}

static uint64_t spacing(const osi_batch *batch)
{
    if (batch->count < 2) {
        return batch->period_us;
    }
    uint64_t steps = batch->count - 1U;
    return (batch->last_us - batch->first_us + steps / 2U) / steps;
}

bool osi_batch_continues(const osi_batch *batch, uint64_t time_us)
{
    if (batch->count == 0) {
        return true;
    }
    if (time_us <= batch->last_us) {
        return false;
    }
    uint64_t step = time_us - batch->last_us;
    uint64_t usual = spacing(batch);
    uint64_t away = step > usual ? step - usual : usual - step;
    return step <= OSI_MAX_SPACING_US && 2U * away <= usual;
}

void osi_batch_add(osi_batch *batch, uint64_t time_us, const int16_t *values)
{
    uint8_t columns = osi_columns(batch->kind);
    int16_t *to = &batch->values[batch->count * columns];
    for (uint8_t i = 0; i < columns; ++i) {
        to[i] = values[i];
        /* A unit quaternion reaches the end of its range by being one. */
        bool measured = batch->kind != OSI_QUATERNION && i < 6;
        batch->clipped |= measured && (values[i] == INT16_MIN || values[i] == INT16_MAX);
    }
    if (batch->count == 0) {
        batch->first_us = time_us;
    }
    batch->last_us = time_us;
    ++batch->count;
}

osi_packet osi_batch_take(osi_batch *batch)
{
    osi_packet packet = {
        .kind = batch->kind,
        .flags = batch->clipped ? OSI_CLIPPED : 0U,
        .count = batch->count,
        .time_us = (uint32_t)(batch->first_us & 0xFFFFFFFFU),
        .spacing_us = (uint16_t)spacing(batch),
        .values = batch->values,
    };
    batch->count = 0;
    batch->clipped = false;
    return packet;
}
