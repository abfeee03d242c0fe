/* A sensor of the open profile on Zephyr: one thread moves samples from the chip to the core and
 * packets from the core to the radio; the radio's callbacks read and write the core in between. */
#include <zephyr/kernel.h>
#include <zephyr/random/random.h>

#include "board.h"
#include "light.h"
#include "motion.h"
#include "osi.h"
#include "radio.h"

#define RING_BYTES 12288 /* two seconds at 416 Hz and 14 bytes */
#define IDLE_MS 20

static osi_device device;
static uint8_t ring[RING_BYTES];
static K_MUTEX_DEFINE(guard);
static K_SEM_DEFINE(work, 0, 1);

static void lock(void)
{
    k_mutex_lock(&guard, K_FOREVER);
}

static void unlock(void)
{
    k_mutex_unlock(&guard);
}

static void wake(void)
{
    k_sem_give(&work);
}

static k_timeout_t patience(void)
{
    return device.state == OSI_STREAMING ? K_USEC(motion_look_us()) : K_MSEC(IDLE_MS);
}

int main(void)
{
    light_init();
    motion_init(wake);
    osi_device_init(&device, &board, ring, sizeof ring, sys_rand32_get());
    if (!motion_self_test()) {
        device.state = OSI_FAULT;
    }
    if (!radio_init(&device, lock, unlock)) {
        return 1;
    }
    for (;;) {
        (void)k_sem_take(&work, patience());
        uint64_t now_us = motion_now_us();
        lock();
        motion_service(&device, now_us);
        radio_service(now_us);
        unlock();
        light_service(now_us);
    }
}
