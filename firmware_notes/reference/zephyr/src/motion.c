#include "motion.h"

#include <zephyr/kernel.h>

#include "board.h"
#include "osi_config_fit.h"

#define WATERMARK 4U     /* frames: at 100 Hz one look every 40 ms */
#define MAX_FRAMES 16U   /* read at once */
#define SILENT_US 500000 /* no frame for so long: the chip is gone */
#define POLL_US 2000
#define RETRY_US 10000

static osi_pace pace;
static bool paced;
static uint16_t group_delay_us;
static uint32_t rate_mhz;
static uint64_t last_frame_us;
static volatile uint64_t captured_us; /* 0 = nothing captured since the last look */
static void (*wake_up)(void);
static struct gpio_callback on_edge;

uint64_t motion_now_us(void)
{
    return k_ticks_to_us_floor64((uint64_t)k_uptime_ticks());
}

static bool interrupts(void)
{
    return chip.interrupt.port != NULL;
}

uint32_t motion_look_us(void)
{
    return interrupts() ? RETRY_US : POLL_US;
}

static void edge(const struct device *port, struct gpio_callback *callback, gpio_port_pins_t pins)
{
    (void)port;
    (void)callback;
    (void)pins;
    captured_us = motion_now_us();
    wake_up();
}

void motion_init(void (*wake)(void))
{
    wake_up = wake;
    if (interrupts()) {
        gpio_pin_configure_dt(&chip.interrupt, GPIO_INPUT);
        gpio_init_callback(&on_edge, edge, BIT(chip.interrupt.pin));
        gpio_add_callback(chip.interrupt.port, &on_edge);
        gpio_pin_interrupt_configure_dt(&chip.interrupt, GPIO_INT_EDGE_TO_ACTIVE);
    }
}

static bool write_all(const osi_register *writes, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        if (i2c_reg_write_byte_dt(&chip.bus, writes[i].address, writes[i].value) != 0) {
            return false;
        }
    }
    return true;
}

bool motion_self_test(void)
{
    uint8_t who = 0;
    /* A mirror image would turn left into right without anybody noticing: rather a fault. */
    return osi_axes_valid(&chip.axes) &&
           i2c_reg_read_byte_dt(&chip.bus, chip.who_register, &who) == 0 && who == chip.who;
}

bool motion_start(const osi_config *config)
{
    osi_register writes[OSI_MAX_REGISTERS];
    const osi_rate *rate = &board.rates[osi_rate_index(&board, config)];
    group_delay_us = rate->group_delay_us;
    rate_mhz = rate->hz * 1000U;
    paced = false;
    captured_us = 0;
    last_frame_us = motion_now_us();
    return motion_self_test() && write_all(writes, chip.start(&board, config, WATERMARK, writes));
}

void motion_stop(void)
{
    osi_register writes[OSI_MAX_REGISTERS];
    (void)write_all(writes, chip.stop(writes));
}

/* When one of the frames now in the FIFO was complete, and which.
 *
 * The interrupt rises with the watermark's frame. Polled, the newest frame came since the last look,
 * on average half a look ago. */
static uint16_t capture(uint16_t frames, uint64_t now_us, uint64_t *time_us)
{
    if (!interrupts()) {
        *time_us = now_us - POLL_US / 2;
        return (uint16_t)(frames - 1U);
    }
    unsigned int key = irq_lock();
    *time_us = captured_us;
    captured_us = 0;
    irq_unlock(key);
    return WATERMARK - 1U;
}

static void take_frame(osi_device *device, uint64_t time_us, const uint8_t *frame)
{
    int16_t imu[6];
    osi_frame_read(imu, frame);
    osi_axes_turn(&chip.axes, imu);
    osi_axes_turn(&chip.axes, imu + 3);
    osi_device_imu(device, time_us - group_delay_us, imu, NULL);
}

static void take_frames(osi_device *device, const uint8_t *bytes, uint16_t frames,
                        uint16_t captured, uint64_t time_us)
{
    for (uint16_t i = 0; i < frames; ++i) {
        uint64_t at_us;
        if (!paced) {
            at_us = time_us - (uint64_t)captured * osi_period_us(rate_mhz);
            osi_pace_anchor(&pace, at_us, rate_mhz);
            paced = true;
        } else {
            at_us = osi_pace_step(&pace);
        }
        take_frame(device, at_us, bytes + i * OSI_FRAME_BYTES);
        if (i == captured && time_us != 0 && !osi_pace_observe(&pace, time_us)) {
            osi_device_overrun(device);
            paced = false;
        }
    }
}

static void measure(osi_device *device)
{
    uint8_t bytes[2];
    if (i2c_burst_read_dt(&chip.bus, chip.temperature_register, bytes, sizeof bytes) == 0) {
        osi_device_measured(device, osi_pace_rate_mhz(&pace), chip.temperature(bytes),
                            board_battery_mv());
    }
}

void motion_service(osi_device *device, uint64_t now_us)
{
    static uint64_t measured_us;
    uint8_t bytes[MAX_FRAMES * OSI_FRAME_BYTES];
    uint8_t level[2];
    if (device->state != OSI_STREAMING) {
        return;
    }
    if (i2c_burst_read_dt(&chip.bus, chip.level_register, level, sizeof level) != 0 ||
        now_us - last_frame_us > SILENT_US) {
        osi_device_fault(device);
        return;
    }
    osi_fifo fifo = chip.fifo(level);
    if (fifo.overrun) {
        osi_device_overrun(device);
        paced = false;
    }
    if (fifo.frames < WATERMARK) {
        return;
    }
    uint16_t frames = fifo.frames < MAX_FRAMES ? fifo.frames : MAX_FRAMES;
    uint64_t time_us;
    uint16_t captured = capture(fifo.frames, now_us, &time_us);
    if (!paced && time_us == 0) {
        time_us = now_us; /* the edge was missed: begin with what is certain */
    }
    if (i2c_burst_read_dt(&chip.bus, chip.data_register, bytes, frames * OSI_FRAME_BYTES) == 0) {
        last_frame_us = now_us;
        take_frames(device, bytes, frames, captured, time_us);
    }
    if (now_us - measured_us > 1000000U) {
        measured_us = now_us;
        measure(device);
    }
}
