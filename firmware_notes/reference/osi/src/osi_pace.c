#include "osi_pace.h"

#define Q8 256
#define MHZ_US 1000000000ULL /* rate in mHz times period in us */

/* Captures that count: about two seconds, short against the drift of an oscillator with warmth. */
#define MEMORY 50
#define MAX_RATE_ERROR 10 /* the nominal rate may be wrong by a tenth */
#define LOST_PERIODS 3

static int64_t clamp(int64_t value, int64_t limit)
{
    if (value > limit) {
        return limit;
    }
    return value < -limit ? -limit : value;
}

void osi_pace_anchor(osi_pace *pace, uint64_t time_us, uint32_t rate_mhz)
{
    pace->nominal_q8 = (uint32_t)((MHZ_US * Q8 + rate_mhz / 2U) / rate_mhz);
    pace->period_q8 = pace->nominal_q8;
    pace->at_q8 = time_us * Q8;
    pace->steps = 0;
    pace->captures = 0;
}

uint64_t osi_pace_step(osi_pace *pace)
{
    pace->at_q8 += pace->period_q8;
    ++pace->steps;
    return (pace->at_q8 + Q8 / 2) / Q8;
}

bool osi_pace_observe(osi_pace *pace, uint64_t time_us)
{
    int64_t period = (int64_t)pace->period_q8;
    int64_t nominal = (int64_t)pace->nominal_q8;
    int64_t steps = pace->steps > 0 ? pace->steps : 1;
    int64_t error = (int64_t)(time_us * Q8) - (int64_t)pace->at_q8;
    int64_t tolerated = LOST_PERIODS * period + steps * nominal / MAX_RATE_ERROR;
    if (clamp(error, tolerated) != error) {
        return false;
    }
    if (pace->captures < MEMORY) {
        ++pace->captures;
    }
    int64_t n = pace->captures;
    int64_t weight = (n + 1) * (n + 2);
    int64_t correction = error * 2 * (2 * n + 1) / weight;
    /* Backwards less than half a period, so that the next sample is later than this one. */
    correction = correction < Q8 - period / 2 ? Q8 - period / 2 : correction;
    pace->at_q8 = (uint64_t)((int64_t)pace->at_q8 + correction);
    period += error * 6 / (weight * steps);
    pace->period_q8 = (uint32_t)(nominal + clamp(period - nominal, nominal / MAX_RATE_ERROR));
    pace->steps = 0;
    return true;
}

uint32_t osi_pace_rate_mhz(const osi_pace *pace)
{
    return (uint32_t)((MHZ_US * Q8 + pace->period_q8 / 2U) / pace->period_q8);
}

uint32_t osi_period_us(uint32_t rate_mhz)
{
    return (uint32_t)((MHZ_US + rate_mhz / 2U) / rate_mhz);
}
