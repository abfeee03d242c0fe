/* Little-endian bytes, whatever the processor. Each put returns the place after what it wrote. */
#ifndef OSI_BYTES_H
#define OSI_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint8_t *osi_put_u8(uint8_t *at, uint8_t value)
{
    *at = value;
    return at + 1;
}

static inline uint8_t *osi_put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value & 0xFFU);
    at[1] = (uint8_t)(value >> 8);
    return at + 2;
}

static inline uint8_t *osi_put_i16(uint8_t *at, int16_t value)
{
    return osi_put_u16(at, (uint16_t)value);
}

static inline uint8_t *osi_put_u32(uint8_t *at, uint32_t value)
{
    at = osi_put_u16(at, (uint16_t)(value & 0xFFFFU));
    return osi_put_u16(at, (uint16_t)(value >> 16));
}

static inline uint8_t *osi_put_u64(uint8_t *at, uint64_t value)
{
    at = osi_put_u32(at, (uint32_t)(value & 0xFFFFFFFFU));
    return osi_put_u32(at, (uint32_t)(value >> 32));
}

/* A scale is copied, never computed with: no floating-point instruction is needed. */
static inline uint8_t *osi_put_f32(uint8_t *at, const float *value)
{
    uint32_t bits;
    _Static_assert(sizeof bits == sizeof *value, "float must be IEEE 754 single precision");
    memcpy(&bits, value, sizeof bits);
    return osi_put_u32(at, bits);
}

static inline uint16_t osi_get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | ((uint16_t)at[1] << 8));
}

static inline int16_t osi_get_i16(const uint8_t *at)
{
    uint16_t bits = osi_get_u16(at);
    int16_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t osi_get_u32(const uint8_t *at)
{
    return osi_get_u16(at) | ((uint32_t)osi_get_u16(at + 2) << 16);
}

#endif
