/* The open spine IMU profile, version 1, for C and C++. */
#ifndef OSI_H
#define OSI_H

#ifdef __cplusplus
extern "C" {
#endif

#include "osi_axes.h"
#include "osi_bmi270.h"
#include "osi_config_fit.h"
#include "osi_device.h"
#include "osi_lsm6ds3trc.h"
#include "osi_pace.h"

#ifdef __cplusplus
}
#endif

#endif
