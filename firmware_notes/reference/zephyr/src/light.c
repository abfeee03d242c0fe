#include "light.h"

#include <zephyr/drivers/gpio.h>
#include <zephyr/sys/poweroff.h>

#include "motion.h"

#define IDENTIFY_US 5000000U
#define BLINK_US 125000U

static const struct gpio_dt_spec led = GPIO_DT_SPEC_GET(DT_ALIAS(led0), gpios);
static uint64_t until_us;

void light_init(void)
{
    gpio_pin_configure_dt(&led, GPIO_OUTPUT_INACTIVE);
}

void light_identify(void)
{
    until_us = motion_now_us() + IDENTIFY_US;
}

void light_power_off(void)
{
    gpio_pin_set_dt(&led, 0);
    sys_poweroff();
}

void light_service(uint64_t now_us)
{
    gpio_pin_set_dt(&led, now_us < until_us && now_us / BLINK_US % 2U == 0U);
}
