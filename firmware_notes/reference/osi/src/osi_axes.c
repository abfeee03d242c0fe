#include "osi_axes.h"

static int sign(int8_t axis)
{
    return axis < 0 ? -1 : 1;
}

static int number(int8_t axis)
{
    return sign(axis) * axis;
}

bool osi_axes_valid(const osi_axes *axes)
{
    int seen = 0;
    for (int i = 0; i < 3; ++i) {
        int n = number(axes->from[i]);
        if (n < 1 || n > 3) {
            return false;
        }
        seen |= 1 << n;
    }
    if (seen != (1 << 1 | 1 << 2 | 1 << 3)) {
        return false;
    }
    bool cyclic = number(axes->from[1]) == number(axes->from[0]) % 3 + 1;
    int signs = sign(axes->from[0]) * sign(axes->from[1]) * sign(axes->from[2]);
    return signs == (cyclic ? 1 : -1);
}

void osi_axes_turn(const osi_axes *axes, int16_t vector[3])
{
    const int16_t chip[3] = {vector[0], vector[1], vector[2]};
    for (int i = 0; i < 3; ++i) {
        int value = sign(axes->from[i]) * chip[number(axes->from[i]) - 1];
        vector[i] = (int16_t)(value > INT16_MAX ? INT16_MAX : value);
    }
}
