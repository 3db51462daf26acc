// Uses every semihosting call and prints what it answers, by SYS_WRITE0. A line that begins with "host:" differs from
// host to host and is not compared (README.md); one that begins with "tt:" was written to the file :tt. With the word
// "input" in its command line it also reads what is typed.
#include "calls.h"

#define NOT_MEMORY 0x0c000000UL // nothing answers there on the virt board

static char buffer[20000];

static void text(const char *t) { semihost(SYS_WRITE0, t); }

static void number(long value)
{
    char digits[24];
    int at = sizeof digits;
    u64 rest = value < 0 ? -(u64)value : (u64)value;
    digits[--at] = 0;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) {
        digits[--at] = '-';
    }
    text(digits + at);
}

static void says(const char *name, long value)
{
    text(name);
    text(" = ");
    number(value);
    text("\n");
}

/* A failure with its reason. */
static void fails(const char *name, long value)
{
    text(name);
    text(" = ");
    number(value);
    text(", errno ");
    number(last_error());
    text("\n");
}

static u64 checksum(const char *from, u64 bytes)
{
    u64 sum = 0;
    for (u64 i = 0; i < bytes; i++) {
        sum = sum * 31 + (unsigned char)from[i];
    }
    return sum & 0xffffffff;
}

static void files(void)
{
    long f = open_file("notes.txt", MODE_W);
    says("open w", f > 0);
    says("iserror", call1(SYS_ISERROR, (u64)f));
    says("istty of a file", call1(SYS_ISTTY, (u64)f));
    says("write", write_file(f, "first line\nsecond line\n", 23));
    says("flen", length_of(f));
    says("seek", seek_file(f, 6));
    says("write in the middle", write_file(f, "LINE", 4));
    says("close", close_file(f));

    f = open_file("notes.txt", MODE_R);
    says("read more than there is", read_file(f, buffer, 100));
    buffer[23] = 0;
    text(buffer);
    says("read at the end", read_file(f, buffer, 10));
    says("seek back", seek_file(f, 6));
    says("read all that is asked", read_file(f, buffer, 4));
    buffer[4] = 0;
    text(buffer);
    text("\n");
    says("close", close_file(f));

    f = open_file("notes.txt", MODE_A);
    says("append", write_file(f, "third line\n", 11));
    text("host: ");
    says("flen after append", length_of(f));
    close_file(f);

    f = open_file("notes.txt", MODE_W);
    says("write", write_file(f, "first LINE\nsecond line\n", 23));
    close_file(f);
    f = open_file("notes.txt", MODE_R_PLUS);
    says("read r+", read_file(f, buffer, 5));
    says("write r+", write_file(f, "*", 1));
    says("seek r+", seek_file(f, 0));
    says("read r+", read_file(f, buffer, 23));
    buffer[23] = 0;
    text(buffer);
    close_file(f);

    f = open_file("notes.txt", MODE_W_PLUS);
    says("flen of w+", length_of(f));
    close_file(f);
}

/* Many pages, neither begin nor end aligned. */
static void bulk(void)
{
    for (u64 i = 0; i < sizeof buffer; i++) {
        buffer[i] = (char)(i * 7 + i / 251);
    }
    long f = open_file("bulk.bin", MODE_WB);
    says("write bulk", write_file(f, buffer + 13, 17001));
    close_file(f);
    says("checksum written", (long)checksum(buffer + 13, 17001));
    for (u64 i = 0; i < sizeof buffer; i++) {
        buffer[i] = 0;
    }
    f = open_file("bulk.bin", MODE_RB);
    says("flen bulk", length_of(f));
    says("read bulk", read_file(f, buffer + 1, 18000));
    says("checksum read", (long)checksum(buffer + 1, 17001));
    says("seek bulk", seek_file(f, 16999));
    says("read the rest", read_file(f, buffer, 10));
    close_file(f);
}

static void names(void)
{
    says("tmpnam", call3(SYS_TMPNAM, (u64)buffer, 7, 64));
    says("tmpnam has a name", length(buffer) > 0);
    says("tmpnam without room", call3(SYS_TMPNAM, (u64)buffer, 7, 3));

    volatile u64 block[4] = { (u64)"bulk.bin", 8, (u64)"moved.bin", 9 };
    says("rename", semihost(SYS_RENAME, (const void *)block));
    fails("open of the old name", open_file("bulk.bin", MODE_R));
    long f = open_file("moved.bin", MODE_R);
    says("open of the new name", f > 0);
    close_file(f);
    fails("rename of what is not there", semihost(SYS_RENAME, (const void *)block));
    says("remove", call2(SYS_REMOVE, (u64)"moved.bin", 9));
    fails("remove again", call2(SYS_REMOVE, (u64)"moved.bin", 9));
}

static void mistakes(void)
{
    fails("open of nothing", open_file("no such file", MODE_R));
    fails("open in no folder", open_file("no/such/file", MODE_W));
    fails("open with mode 12", open_file("notes.txt", 12));
    fails("open at no address", call3(SYS_OPEN, NOT_MEMORY, 0, 4));
    fails("open, length wrong", call3(SYS_OPEN, (u64)"notes.txt", 0, 5));
    fails("close of no handle", close_file(77));
    fails("close of handle -1", close_file(-1));
    says("read of no handle", read_file(77, buffer, 10));
    says("write of no handle", write_file(77, buffer, 10));
    fails("seek of no handle", seek_file(77, 0));
    fails("flen of no handle", length_of(77));
    says("iserror of -1", call1(SYS_ISERROR, (u64)-1));
    says("iserror of 5", call1(SYS_ISERROR, 5));
    fails("parameters at no address", semihost(SYS_FLEN, (const void *)NOT_MEMORY));

    long f = open_file("notes.txt", MODE_R);
    says("write to a file open for reading", write_file(f, "x", 1));
    says("read to no address", read_file(f, (void *)NOT_MEMORY, 10));
    close_file(f);
    says("read after close", read_file(f, buffer, 1));
    f = open_file("notes.txt", MODE_W);
    says("read from a file open for writing", read_file(f, buffer, 1));
    says("write from no address", write_file(f, (const void *)NOT_MEMORY, 10));
    says("write of no bytes", write_file(f, buffer, 0));
    close_file(f);
    says("remove", call2(SYS_REMOVE, (u64)"notes.txt", 9));
}

static int has_input(void)
{
    static const char word[] = "input";
    volatile u64 line[2] = { (u64)buffer, 200 };
    semihost(SYS_GET_CMDLINE, (const void *)line);
    u64 at = 0;
    while (buffer[at] && buffer[at] != ' ') {
        at++;
    }
    for (int i = 0; i < 5; i++) {
        if (!buffer[at] || buffer[++at] != word[i]) {
            return 0;
        }
    }
    return 1;
}

static void console(void)
{
    char c = '+';
    semihost(SYS_WRITEC, &c);
    text("\n");
    long out = open_file(":tt", MODE_W);
    long err = open_file(":tt", MODE_A);
    long in = open_file(":tt", MODE_R);
    says("open :tt", out > 0 && err > 0 && in > 0 && out != err && err != in);
    says("write to :tt", write_file(out, "tt: to the console\n", 19));
    if (has_input()) {
        says("readc", semihost(SYS_READC, 0));
        says("readc", semihost(SYS_READC, 0));
        says("read :tt", read_file(in, buffer, 6));
        buffer[6] = 0;
        text(buffer);
        says("read :tt at the end", read_file(in, buffer, 6));
        says("readc at the end", semihost(SYS_READC, 0));
    }
    text("host: ");
    fails("seek :tt", seek_file(out, 0));
    says("close :tt", close_file(out) | close_file(err) | close_file(in));

    long f = open_file(":semihosting-features", MODE_R);
    says("features flen", length_of(f));
    says("features read", read_file(f, buffer, 8));
    for (int i = 0; i < 5; i++) {
        says("features byte", buffer[i]);
    }
    says("features seek", seek_file(f, 4));
    says("features read", read_file(f, buffer, 1));
    says("features write", write_file(f, buffer, 1));
    says("features close", close_file(f));
    fails("features for writing", open_file(":semihosting-features", MODE_W));
}

static void program(void)
{
    volatile u64 line[2] = { (u64)buffer, 200 };
    says("get_cmdline", semihost(SYS_GET_CMDLINE, (const void *)line));
    says("get_cmdline length", (long)line[1]);
    text(buffer);
    text("\n");
    fails("get_cmdline without room", call2(SYS_GET_CMDLINE, (u64)buffer, 3));
    volatile u64 heap[4];
    says("heapinfo", call1(SYS_HEAPINFO, (u64)heap));
    says("heap base", (long)heap[0]);
    says("heap limit", (long)heap[1]);
    says("stack base", (long)heap[2]);
    says("stack limit", (long)heap[3]);
    text("host: ");
    fails("heapinfo to no address", call1(SYS_HEAPINFO, NOT_MEMORY));
}

static void time_and_system(void)
{
    volatile u64 ticks[1], later[1];
    long clock = semihost(SYS_CLOCK, 0);
    says("elapsed", semihost(SYS_ELAPSED, (const void *)ticks));
    for (volatile int i = 0; i < 1000; i++) {
    }
    says("elapsed", semihost(SYS_ELAPSED, (const void *)later));
    says("elapsed rises", later[0] > ticks[0]);
    says("tickfreq", semihost(SYS_TICKFREQ, 0));
    says("clock does not fall", semihost(SYS_CLOCK, 0) >= clock);
    long time = semihost(SYS_TIME, 0);
    says("time is after 2022", time > 1670000000);
    text("host: ");
    says("time", time);
    long status = call2(SYS_SYSTEM, (u64)"exit 3", 6);
    text("host: ");
    fails("system", status);
}

void main(void)
{
    files();
    bulk();
    names();
    mistakes();
    console();
    program();
    time_and_system();
    text("end\n");
    call2(SYS_EXIT, 0x20026, 42);
}
