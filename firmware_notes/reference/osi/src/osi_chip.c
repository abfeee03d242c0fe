#include "osi_chip.h"

#include "osi_bytes.h"

void osi_frame_read(int16_t imu[6], const uint8_t frame[OSI_FRAME_BYTES])
{
    for (uint8_t i = 0; i < 3; ++i) {
        imu[i] = osi_get_i16(frame + 6 + 2 * i);
        imu[3 + i] = osi_get_i16(frame + 2 * i);
    }
}
