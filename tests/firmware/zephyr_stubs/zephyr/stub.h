/* The part of Zephyr that the board files use, declared and not defined: enough for a compiler to
 * check every call. Shapes as documented for Zephyr 4; nothing here runs. */
#ifndef ZEPHYR_STUB_H
#define ZEPHYR_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(n) (1UL << (n))
#define CLAMP(value, low, high) ((value) < (low) ? (low) : (value) > (high) ? (high) : (value))

struct device {
    const char *name;
};
extern const struct device stub_device;
#define DEVICE_DT_GET(node) (&stub_device)
#define DT_NODELABEL(label) label
#define DT_ALIAS(alias) alias

/* Kernel */
typedef struct {
    int64_t ticks;
} k_timeout_t;
#define K_FOREVER ((k_timeout_t){-1})
#define K_MSEC(ms) ((k_timeout_t){(ms)})
#define K_USEC(us) ((k_timeout_t){(us)})
#define K_SECONDS(s) ((k_timeout_t){(s)})
struct k_mutex {
    int owner;
};
struct k_sem {
    unsigned int count;
};
struct k_work {
    void (*handler)(struct k_work *work);
};
struct k_work_delayable {
    struct k_work work;
};
#define K_MUTEX_DEFINE(name) struct k_mutex name
#define K_SEM_DEFINE(name, initial, limit) struct k_sem name = {(initial)}
#define K_WORK_DELAYABLE_DEFINE(name, function)                                                    \
    struct k_work_delayable name = {{(function)}}
int k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout);
int k_mutex_unlock(struct k_mutex *mutex);
int k_sem_take(struct k_sem *sem, k_timeout_t timeout);
void k_sem_give(struct k_sem *sem);
int k_work_reschedule(struct k_work_delayable *work, k_timeout_t delay);
int k_work_cancel_delayable(struct k_work_delayable *work);
int64_t k_uptime_ticks(void);
uint64_t k_ticks_to_us_floor64(uint64_t ticks);
unsigned int irq_lock(void);
void irq_unlock(unsigned int key);
typedef long atomic_t;
long atomic_set(atomic_t *target, long value);
long atomic_get(const atomic_t *target);
long atomic_inc(atomic_t *target);
long atomic_dec(atomic_t *target);
uint32_t sys_rand32_get(void);
void sys_poweroff(void);
ssize_t hwinfo_get_device_id(uint8_t *buffer, size_t length);

/* GPIO and I2C */
typedef uint32_t gpio_port_pins_t;
typedef uint8_t gpio_pin_t;
struct gpio_dt_spec {
    const struct device *port;
    gpio_pin_t pin;
    uint16_t dt_flags;
};
struct gpio_callback;
typedef void (*gpio_callback_handler_t)(const struct device *port, struct gpio_callback *cb,
                                        gpio_port_pins_t pins);
struct gpio_callback {
    gpio_callback_handler_t handler;
    gpio_port_pins_t pin_mask;
};
#define GPIO_DT_SPEC_GET(node, property) {&stub_device, 11, 0}
#define GPIO_INPUT 1U
#define GPIO_OUTPUT_INACTIVE 2U
#define GPIO_INT_EDGE_TO_ACTIVE 4U
int gpio_pin_configure_dt(const struct gpio_dt_spec *spec, uint32_t flags);
int gpio_pin_set_dt(const struct gpio_dt_spec *spec, int value);
int gpio_pin_interrupt_configure_dt(const struct gpio_dt_spec *spec, uint32_t flags);
void gpio_init_callback(struct gpio_callback *callback, gpio_callback_handler_t handler,
                        gpio_port_pins_t pins);
int gpio_add_callback(const struct device *port, struct gpio_callback *callback);
struct i2c_dt_spec {
    const struct device *bus;
    uint16_t addr;
};
#define I2C_DT_SPEC_GET(node) {&stub_device, 0x6A}
int i2c_reg_write_byte_dt(const struct i2c_dt_spec *spec, uint8_t address, uint8_t value);
int i2c_reg_read_byte_dt(const struct i2c_dt_spec *spec, uint8_t address, uint8_t *value);
int i2c_burst_read_dt(const struct i2c_dt_spec *spec, uint8_t start, uint8_t *buffer,
                      uint32_t bytes);

/* Sensors */
struct sensor_value {
    int32_t val1;
    int32_t val2;
};
enum sensor_channel { SENSOR_CHAN_VOLTAGE };
int sensor_sample_fetch(const struct device *device);
int sensor_channel_get(const struct device *device, enum sensor_channel channel,
                       struct sensor_value *value);

/* Bluetooth */
struct bt_uuid {
    uint8_t type;
};
struct bt_uuid_128 {
    struct bt_uuid uuid;
    uint8_t val[16];
};
#define STUB_BYTES(value, n) (uint8_t)((uint64_t)(value) >> (8 * (n)))
#define BT_UUID_128_ENCODE(a, b, c, d, e)                                                          \
    STUB_BYTES(e, 0), STUB_BYTES(e, 1), STUB_BYTES(e, 2), STUB_BYTES(e, 3), STUB_BYTES(e, 4),      \
        STUB_BYTES(e, 5), STUB_BYTES(d, 0), STUB_BYTES(d, 1), STUB_BYTES(c, 0), STUB_BYTES(c, 1),  \
        STUB_BYTES(b, 0), STUB_BYTES(b, 1), STUB_BYTES(a, 0), STUB_BYTES(a, 1), STUB_BYTES(a, 2),  \
        STUB_BYTES(a, 3)
#define BT_UUID_DECLARE_128(...)                                                                   \
    ((const struct bt_uuid *)(&(const struct bt_uuid_128){{2}, {__VA_ARGS__}}))
#define BT_UUID_DIS ((const struct bt_uuid *)(&(const struct bt_uuid){0}))
#define BT_UUID_DIS_MODEL_NUMBER BT_UUID_DIS
#define BT_UUID_DIS_SERIAL_NUMBER BT_UUID_DIS
#define BT_UUID_DIS_FIRMWARE_REVISION BT_UUID_DIS

struct bt_conn;
struct bt_gatt_attr;
typedef ssize_t (*bt_gatt_attr_read_func_t)(struct bt_conn *conn, const struct bt_gatt_attr *attr,
                                            void *buf, uint16_t len, uint16_t offset);
typedef ssize_t (*bt_gatt_attr_write_func_t)(struct bt_conn *conn, const struct bt_gatt_attr *attr,
                                             const void *buf, uint16_t len, uint16_t offset,
                                             uint8_t flags);
struct bt_gatt_attr {
    const struct bt_uuid *uuid;
    bt_gatt_attr_read_func_t read;
    bt_gatt_attr_write_func_t write;
    void *user_data;
    uint16_t perm;
};
struct bt_gatt_service_static {
    const struct bt_gatt_attr *attrs;
    size_t attr_count;
};
#define BT_GATT_CHRC_READ 0x02
#define BT_GATT_CHRC_WRITE_WITHOUT_RESP 0x04
#define BT_GATT_CHRC_WRITE 0x08
#define BT_GATT_CHRC_NOTIFY 0x10
#define BT_GATT_PERM_NONE 0
#define BT_GATT_PERM_READ 1
#define BT_GATT_PERM_WRITE 2
#define BT_ATT_ERR_INVALID_OFFSET 0x07
#define BT_GATT_ERR(error) (-(error))
#define BT_GATT_PRIMARY_SERVICE(service) {(service), NULL, NULL, NULL, 0}
#define BT_GATT_CHARACTERISTIC(uuid, properties, permissions, read, write, data)                   \
    {BT_UUID_DIS, NULL, NULL, NULL, (properties)}, {(uuid), (read), (write), (data), (permissions)}
#define BT_GATT_CCC(changed, permissions) {BT_UUID_DIS, NULL, NULL, (changed), (permissions)}
#define BT_GATT_SERVICE_DEFINE(name, ...)                                                          \
    static const struct bt_gatt_attr name##_attrs[] = {__VA_ARGS__};                               \
    static const struct bt_gatt_service_static name = {name##_attrs, ARRAY_SIZE(name##_attrs)};    \
    const struct bt_gatt_service_static *stub_##name(void);                                        \
    const struct bt_gatt_service_static *stub_##name(void) { return &name; }
ssize_t bt_gatt_attr_read(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buf,
                          uint16_t buf_len, uint16_t offset, const void *value,
                          uint16_t value_len);
typedef void (*bt_gatt_complete_func_t)(struct bt_conn *conn, void *user_data);
struct bt_gatt_notify_params {
    const struct bt_uuid *uuid;
    const struct bt_gatt_attr *attr;
    const void *data;
    uint16_t len;
    bt_gatt_complete_func_t func;
    void *user_data;
};
int bt_gatt_notify_cb(struct bt_conn *conn, struct bt_gatt_notify_params *params);
struct bt_gatt_cb {
    void (*att_mtu_updated)(struct bt_conn *conn, uint16_t tx, uint16_t rx);
};
void bt_gatt_cb_register(struct bt_gatt_cb *callbacks);

struct bt_data {
    uint8_t type;
    uint8_t data_len;
    const uint8_t *data;
};
#define BT_DATA(type, data, length) {(type), (length), (const uint8_t *)(data)}
#define BT_DATA_BYTES(type, ...)                                                                   \
    BT_DATA(type, ((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))
#define BT_DATA_FLAGS 0x01
#define BT_DATA_UUID128_ALL 0x07
#define BT_DATA_NAME_COMPLETE 0x09
#define BT_LE_AD_GENERAL 0x02
#define BT_LE_AD_NO_BREDR 0x04
#define BT_LE_ADV_OPT_CONN 1U
struct bt_le_adv_param {
    uint32_t options;
    uint32_t interval_min;
    uint32_t interval_max;
    const void *peer;
};
#define BT_LE_ADV_PARAM(options, low, high, peer)                                                  \
    ((const struct bt_le_adv_param[]){{(options), (low), (high), (peer)}})
int bt_le_adv_start(const struct bt_le_adv_param *param, const struct bt_data *ad, size_t ad_len,
                    const struct bt_data *sd, size_t sd_len);
int bt_le_adv_stop(void);
struct bt_le_conn_param {
    uint16_t interval_min;
    uint16_t interval_max;
    uint16_t latency;
    uint16_t timeout;
};
#define BT_LE_CONN_PARAM(low, high, latency, timeout)                                              \
    ((const struct bt_le_conn_param[]){{(low), (high), (latency), (timeout)}})
int bt_conn_le_param_update(struct bt_conn *conn, const struct bt_le_conn_param *param);
struct bt_conn *bt_conn_ref(struct bt_conn *conn);
void bt_conn_unref(struct bt_conn *conn);
struct bt_conn_cb {
    void (*connected)(struct bt_conn *conn, uint8_t err);
    void (*disconnected)(struct bt_conn *conn, uint8_t reason);
    void (*recycled)(void);
};
#define BT_CONN_CB_DEFINE(name)                                                                    \
    extern const struct bt_conn_cb name;                                                           \
    const struct bt_conn_cb name
typedef struct {
    uint8_t type;
    struct {
        uint8_t val[6];
    } a;
} bt_addr_le_t;
typedef void (*bt_ready_cb_t)(int err);
int bt_enable(bt_ready_cb_t ready);
void bt_id_get(bt_addr_le_t *addresses, size_t *count);
int bt_set_name(const char *name);
int bt_bas_set_battery_level(uint8_t level);

#endif
