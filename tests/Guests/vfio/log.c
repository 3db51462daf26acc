// The SMMU's event records as the kernel's driver prints them: "event 0xNN received:", then four words. An event record's fields are
// those of IHI 0070, Event records: StreamID in word 0, RnW in word 1, InputAddr in word 2.
#include "vfio.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 3000

static int kmsg = -1;

void log_begin(void) {
    if (kmsg < 0) {
        kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
        if (kmsg < 0) {
            die("/dev/kmsg");
        }
    }

    lseek(kmsg, 0, SEEK_END);
}

// The text of the next record; a record's continuation lines and keys come behind it.
static bool next(char *into, size_t size) {
    struct pollfd wait = { .fd = kmsg, .events = POLLIN };
    if (poll(&wait, 1, PATIENCE_MS) <= 0) {
        return false;
    }

    ssize_t length = read(kmsg, into, size - 1);
    into[length < 0 ? 0 : length] = 0;
    return length > 0;
}

bool log_event(void) {
    char line[1024];
    while (next(line, sizeof line)) {
        char *found = strstr(line, " event 0x");
        if (found == NULL) {
            continue;
        }

        unsigned long kind = strtoul(found + strlen(" event "), NULL, 16);
        uint64_t words[4];
        for (int i = 0; i < 4; i++) {
            char *number = next(line, sizeof line) ? strstr(line, "\\x090x") : NULL; // a tab, as /dev/kmsg has it
            if (number == NULL) {
                return false;
            }

            words[i] = strtoull(number + strlen("\\x09"), NULL, 16);
        }

        printf("kernel: event 0x%lx, StreamID 0x%x, %s at 0x%llx\n", kind, (unsigned)(words[0] >> 32),
            words[1] >> 35 & 1 ? "read" : "write", (unsigned long long)words[2]);
        return true;
    }

    return false;
}
