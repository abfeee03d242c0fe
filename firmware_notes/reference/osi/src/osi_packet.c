#include "osi_packet.h"

#include "osi_bytes.h"

uint8_t osi_columns(uint8_t kind)
{
    static const uint8_t columns[] = {0, 6, 3, 4, 10};
    return kind < sizeof columns ? columns[kind] : 0;
}

uint8_t osi_capacity(uint8_t kind, uint16_t payload)
{
    uint16_t sample = (uint16_t)(osi_columns(kind) * sizeof(int16_t));
    if (sample == 0 || payload < OSI_HEADER_BYTES + sample) {
        return 0;
    }
    if (payload < OSI_HEADER_BYTES + OSI_SPACING_BYTES + 2U * sample) {
        return 1;
    }
    uint16_t fits = (uint16_t)((payload - OSI_HEADER_BYTES - OSI_SPACING_BYTES) / sample);
    return (uint8_t)(fits < OSI_MAX_SAMPLES ? fits : OSI_MAX_SAMPLES);
}

size_t osi_packet_write(uint8_t *to, const osi_packet *packet)
{
    uint16_t numbers = (uint16_t)(packet->count * osi_columns(packet->kind));
    uint8_t *at = osi_put_u8(to, (uint8_t)(OSI_VERSION << 5 | packet->kind));
    at = osi_put_u8(at, (uint8_t)(packet->flags | packet->count));
    at = osi_put_u16(at, packet->sequence);
    at = osi_put_u32(at, packet->time_us);
    if (packet->count > 1) {
        at = osi_put_u16(at, packet->spacing_us);
    }
    for (uint16_t i = 0; i < numbers; ++i) {
        at = osi_put_i16(at, packet->values[i]);
    }
    return (size_t)(at - to);
}
