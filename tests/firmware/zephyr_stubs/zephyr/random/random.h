#include "zephyr/stub.h"
