#include "radio.h"

#include <stdio.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/services/bas.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/drivers/hwinfo.h>
#include <zephyr/kernel.h>

#include "board.h"
#include "motion.h"

#define UUID(number) BT_UUID_128_ENCODE(0xc2c80000 + (number), 0xa83e, 0x40e3, 0xab86, 0x6d70f9feefc6)
#define UUID_OF(number) BT_UUID_DECLARE_128(UUID(number))
#define NUMBER(number) ((void *)(uintptr_t)(number))

/* Fewer than the stack has buffers for: bt_gatt_notify waits when there is none, and waiting here
 * would keep the very callbacks waiting that free one. */
#define MAX_IN_FLIGHT 6

#define FAST_ADVERTISING_MS 60000
#define BATTERY_EMPTY_MV 3300
#define BATTERY_FULL_MV 4150

static osi_device *device;
static void (*lock)(void);
static void (*unlock)(void);
static struct bt_conn *connection;
static atomic_t in_flight;
static char name[] = "OSI-0000";
static char serial[17];

static ssize_t read_value(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer,
                          uint16_t length, uint16_t offset)
{
    uint8_t value[OSI_STATUS_BYTES];
    lock();
    size_t size = osi_device_read(device, (uint8_t)(uintptr_t)attr->user_data, value,
                                  motion_now_us());
    unlock();
    return bt_gatt_attr_read(conn, attr, buffer, length, offset, value, (uint16_t)size);
}

static ssize_t write_value(struct bt_conn *conn, const struct bt_gatt_attr *attr,
                           const void *buffer, uint16_t length, uint16_t offset, uint8_t flags)
{
    uint64_t now_us = motion_now_us(); /* first: a time exchange is waiting for it */
    (void)conn;
    (void)flags;
    if (offset != 0) {
        return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
    }
    lock();
    uint8_t error = osi_device_write(device, (uint8_t)(uintptr_t)attr->user_data, buffer, length,
                                     now_us);
    unlock();
    return error == OSI_OK ? (ssize_t)length : BT_GATT_ERR(error);
}

static ssize_t read_text(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer,
                         uint16_t length, uint16_t offset)
{
    const char *text = attr->user_data;
    return bt_gatt_attr_read(conn, attr, buffer, length, offset, text, (uint16_t)strlen(text));
}

#define READABLE(number)                                                                           \
    BT_GATT_CHARACTERISTIC(UUID_OF(number), BT_GATT_CHRC_READ, BT_GATT_PERM_READ, read_value,      \
                           NULL, NUMBER(number))
#define SUBSCRIPTION BT_GATT_CCC(NULL, BT_GATT_PERM_READ | BT_GATT_PERM_WRITE)

BT_GATT_SERVICE_DEFINE(
    profile, BT_GATT_PRIMARY_SERVICE(UUID_OF(OSI_SERVICE)), READABLE(OSI_INFO),
    READABLE(OSI_SCALE),
    BT_GATT_CHARACTERISTIC(UUID_OF(OSI_CONFIG), BT_GATT_CHRC_READ | BT_GATT_CHRC_WRITE,
                           BT_GATT_PERM_READ | BT_GATT_PERM_WRITE, read_value, write_value,
                           NUMBER(OSI_CONFIG)),
    BT_GATT_CHARACTERISTIC(UUID_OF(OSI_CONTROL), BT_GATT_CHRC_WRITE, BT_GATT_PERM_WRITE, NULL,
                           write_value, NUMBER(OSI_CONTROL)),
    BT_GATT_CHARACTERISTIC(UUID_OF(OSI_DATA), BT_GATT_CHRC_NOTIFY, BT_GATT_PERM_NONE, NULL, NULL,
                           NUMBER(OSI_DATA)),
    SUBSCRIPTION,
    BT_GATT_CHARACTERISTIC(UUID_OF(OSI_TIME_SYNC),
                           BT_GATT_CHRC_WRITE_WITHOUT_RESP | BT_GATT_CHRC_NOTIFY,
                           BT_GATT_PERM_WRITE, NULL, write_value, NUMBER(OSI_TIME_SYNC)),
    SUBSCRIPTION,
    BT_GATT_CHARACTERISTIC(UUID_OF(OSI_STATUS), BT_GATT_CHRC_READ | BT_GATT_CHRC_NOTIFY,
                           BT_GATT_PERM_READ, read_value, NULL, NUMBER(OSI_STATUS)),
    SUBSCRIPTION);

BT_GATT_SERVICE_DEFINE(information, BT_GATT_PRIMARY_SERVICE(BT_UUID_DIS),
                       BT_GATT_CHARACTERISTIC(BT_UUID_DIS_MODEL_NUMBER, BT_GATT_CHRC_READ,
                                              BT_GATT_PERM_READ, read_text, NULL,
                                              (void *)board_model),
                       BT_GATT_CHARACTERISTIC(BT_UUID_DIS_SERIAL_NUMBER, BT_GATT_CHRC_READ,
                                              BT_GATT_PERM_READ, read_text, NULL, serial),
                       BT_GATT_CHARACTERISTIC(BT_UUID_DIS_FIRMWARE_REVISION, BT_GATT_CHRC_READ,
                                              BT_GATT_PERM_READ, read_text, NULL, "1.0.0"));

static const struct bt_data advertisement[] = {
    BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
    BT_DATA_BYTES(BT_DATA_UUID128_ALL, UUID(OSI_SERVICE)),
};
static const struct bt_data scan_response[] = {
    BT_DATA(BT_DATA_NAME_COMPLETE, name, sizeof name - 1),
};

static void advertise(bool fast)
{
    const struct bt_le_adv_param *how =
        fast ? BT_LE_ADV_PARAM(BT_LE_ADV_OPT_CONN, 0xA0, 0xA0, NULL)     /* 100 ms */
             : BT_LE_ADV_PARAM(BT_LE_ADV_OPT_CONN, 0x640, 0x640, NULL); /* 1 s */
    (void)bt_le_adv_stop();
    (void)bt_le_adv_start(how, advertisement, ARRAY_SIZE(advertisement), scan_response,
                          ARRAY_SIZE(scan_response));
}

static void advertise_slowly(struct k_work *work)
{
    (void)work;
    if (connection == NULL) {
        advertise(false);
    }
}
static K_WORK_DELAYABLE_DEFINE(slow_down, advertise_slowly);

static void advertise_again(void)
{
    advertise(true);
    k_work_reschedule(&slow_down, K_MSEC(FAST_ADVERTISING_MS));
}

static void ask_for_interval(struct k_work *work)
{
    (void)work;
    lock();
    bool live = device->applied.link == 1;
    unlock();
    /* 15 ms exactly, or 50 ms and four events that may be slept through; 4 s until it is lost. */
    const struct bt_le_conn_param *wanted =
        live ? BT_LE_CONN_PARAM(12, 12, 0, 400) : BT_LE_CONN_PARAM(40, 40, 4, 400);
    if (connection != NULL) {
        (void)bt_conn_le_param_update(connection, wanted);
    }
}
static K_WORK_DELAYABLE_DEFINE(ask, ask_for_interval);

static void connected(struct bt_conn *conn, uint8_t error)
{
    if (error != 0) {
        advertise_again();
        return;
    }
    k_work_cancel_delayable(&slow_down);
    connection = bt_conn_ref(conn);
    atomic_set(&in_flight, 0);
    k_work_reschedule(&ask, K_SECONDS(1));
}

static void disconnected(struct bt_conn *conn, uint8_t reason)
{
    (void)conn;
    (void)reason;
    k_work_cancel_delayable(&ask);
    lock();
    osi_device_disconnected(device);
    struct bt_conn *gone = connection;
    connection = NULL;
    unlock();
    if (gone != NULL) {
        bt_conn_unref(gone);
    }
}

BT_CONN_CB_DEFINE(callbacks) = {
    .connected = connected,
    .disconnected = disconnected,
    .recycled = advertise_again, /* now there is a connection to give away again */
};

static void mtu_updated(struct bt_conn *conn, uint16_t tx, uint16_t rx)
{
    (void)conn;
    lock();
    osi_device_mtu(device, tx < rx ? tx : rx);
    unlock();
}
static struct bt_gatt_cb gatt_callbacks = {.att_mtu_updated = mtu_updated};

static void name_yourself(void)
{
    bt_addr_le_t address;
    size_t count = 1;
    uint8_t id[8] = {0};
    bt_id_get(&address, &count);
    (void)snprintf(name, sizeof name, "OSI-%02X%02X", address.a.val[1], address.a.val[0]);
    (void)bt_set_name(name);
    (void)hwinfo_get_device_id(id, sizeof id);
    for (size_t i = 0; i < sizeof id; ++i) {
        (void)snprintf(serial + 2 * i, 3, "%02x", id[i]);
    }
}

bool radio_init(osi_device *of, void (*take)(void), void (*give)(void))
{
    device = of;
    lock = take;
    unlock = give;
    if (bt_enable(NULL) != 0) {
        return false;
    }
    bt_gatt_cb_register(&gatt_callbacks);
    name_yourself();
    advertise_again();
    return true;
}

static void sent(struct bt_conn *conn, void *user_data)
{
    (void)conn;
    (void)user_data;
    atomic_dec(&in_flight);
}

static bool notify(uint8_t characteristic, const uint8_t *value, size_t length)
{
    struct bt_gatt_notify_params what = {
        .uuid = UUID_OF(characteristic),
        .attr = profile.attrs,
        .data = value,
        .len = (uint16_t)length,
        .func = sent,
    };
    if (atomic_get(&in_flight) >= MAX_IN_FLIGHT) {
        return false;
    }
    atomic_inc(&in_flight);
    if (bt_gatt_notify_cb(connection, &what) == 0) {
        return true;
    }
    atomic_dec(&in_flight);
    return false;
}

static void tell_battery(uint16_t mv)
{
    int percent = (mv - BATTERY_EMPTY_MV) * 100 / (BATTERY_FULL_MV - BATTERY_EMPTY_MV);
    (void)bt_bas_set_battery_level((uint8_t)CLAMP(percent, 1, 100));
}

void radio_service(uint64_t now_us)
{
    static uint64_t told_us;
    uint8_t value[OSI_MAX_PAYLOAD];
    uint8_t characteristic;
    size_t length;
    if (connection == NULL) {
        return;
    }
    while ((length = osi_device_next(device, now_us, &characteristic, value)) != 0) {
        if (!notify(characteristic, value, length)) {
            osi_device_refused(device);
            break;
        }
        osi_device_sent(device);
    }
    if (now_us - told_us > 60000000U && board_battery_mv() != 0) {
        told_us = now_us;
        tell_battery(board_battery_mv());
    }
}
