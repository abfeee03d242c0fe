/* The data notification: header, flags and a batch of raw samples (open_profile.md, "Data"). */
#ifndef OSI_PACKET_H
#define OSI_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define OSI_VERSION 1U
#define OSI_MAX_SAMPLES 31U
#define OSI_MAX_COLUMNS 10U
#define OSI_MAX_PAYLOAD 244U /* MTU 247: larger offers are not to be trusted */
#define OSI_HEADER_BYTES 8U
#define OSI_SPACING_BYTES 2U
#define OSI_MAX_SPACING_US 65535U

#define OSI_CLIPPED 0x20U
#define OSI_LOST_BEFORE 0x40U
#define OSI_RESTARTED 0x80U

enum osi_kind { OSI_IMU6 = 1, OSI_MAG = 2, OSI_QUATERNION = 3, OSI_IMU6_QUATERNION = 4 };

typedef struct {
    uint8_t kind;
    uint8_t flags; /* OSI_CLIPPED | OSI_LOST_BEFORE | OSI_RESTARTED */
    uint8_t count; /* 1 to OSI_MAX_SAMPLES */
    uint16_t sequence;
    uint32_t time_us;    /* of the first sample, modulo 2^32 */
    uint16_t spacing_us; /* sent only if count > 1 */
    const int16_t *values;
} osi_packet;

/* Numbers per sample of a kind; 0 for a kind that does not exist. */
uint8_t osi_columns(uint8_t kind);

/* How many samples of a kind fit in a notification of so many bytes (MTU - 3). */
uint8_t osi_capacity(uint8_t kind, uint16_t payload);

/* Write a packet; returns its length, at most OSI_MAX_PAYLOAD if count respects osi_capacity. */
size_t osi_packet_write(uint8_t *to, const osi_packet *packet);

#endif
