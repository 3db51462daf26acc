// The operations of Arm 100863 (Semihosting for AArch32 and AArch64) as C functions, in the style of a C library's port.
#pragma once

typedef unsigned long u64;

enum {
    SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITEC = 0x03, SYS_WRITE0 = 0x04, SYS_WRITE = 0x05, SYS_READ = 0x06,
    SYS_READC = 0x07, SYS_ISERROR = 0x08, SYS_ISTTY = 0x09, SYS_SEEK = 0x0a, SYS_FLEN = 0x0c, SYS_TMPNAM = 0x0d,
    SYS_REMOVE = 0x0e, SYS_RENAME = 0x0f, SYS_CLOCK = 0x10, SYS_TIME = 0x11, SYS_SYSTEM = 0x12, SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15, SYS_HEAPINFO = 0x16, SYS_EXIT = 0x18, SYS_EXIT_EXTENDED = 0x20, SYS_ELAPSED = 0x30,
    SYS_TICKFREQ = 0x31,
};

enum { MODE_R = 0, MODE_RB = 1, MODE_R_PLUS = 2, MODE_W = 4, MODE_WB = 5, MODE_W_PLUS = 6, MODE_A = 8, MODE_A_PLUS = 10 };

long semihost(unsigned operation, const void *parameter);

static inline u64 length(const char *text)
{
    u64 n = 0;
    while (text[n]) {
        n++;
    }
    return n;
}

static inline long call1(unsigned operation, u64 a)
{
    volatile u64 block[1] = { a };
    return semihost(operation, (const void *)block);
}

static inline long call2(unsigned operation, u64 a, u64 b)
{
    volatile u64 block[2] = { a, b };
    return semihost(operation, (const void *)block);
}

static inline long call3(unsigned operation, u64 a, u64 b, u64 c)
{
    volatile u64 block[3] = { a, b, c };
    return semihost(operation, (const void *)block);
}

static inline long open_file(const char *path, u64 mode)
{
    return call3(SYS_OPEN, (u64)path, mode, length(path));
}

static inline long close_file(long handle) { return call1(SYS_CLOSE, (u64)handle); }

static inline long write_file(long handle, const void *from, u64 bytes)
{
    return call3(SYS_WRITE, (u64)handle, (u64)from, bytes);
}

static inline long read_file(long handle, void *into, u64 bytes)
{
    return call3(SYS_READ, (u64)handle, (u64)into, bytes);
}

static inline long seek_file(long handle, u64 position) { return call2(SYS_SEEK, (u64)handle, position); }

static inline long length_of(long handle) { return call1(SYS_FLEN, (u64)handle); }

static inline long last_error(void) { return semihost(SYS_ERRNO, 0); }
