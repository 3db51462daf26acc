/* Moves bytes over TCP between the guest and 10.0.2.2, for measurements: stream send|receive PORT BYTES. No library: the initramfs has none. */

#define PIECE 65536
#define AF_INET 2
#define SOCK_STREAM 1

enum { SYS_READ = 63, SYS_WRITE = 64, SYS_EXIT = 93, SYS_SOCKET = 198, SYS_CONNECT = 203, SYS_SHUTDOWN = 210 };

struct address {
    unsigned short family;
    unsigned char port[2];
    unsigned char host[4];
    unsigned char rest[8];
};

static char piece[PIECE];

static long call(long number, long a, long b, long c)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

static long number(const char *text)
{
    long value = 0;
    while (*text >= '0' && *text <= '9')
        value = value * 10 + (*text++ - '0');
    return value;
}

static int run(long argc, char **argv)
{
    if (argc != 4)
        return 2;
    long port = number(argv[2]);
    long left = number(argv[3]);
    long sock = call(SYS_SOCKET, AF_INET, SOCK_STREAM, 0);
    struct address to = { AF_INET, { port >> 8, port & 0xff }, { 10, 0, 2, 2 }, { 0 } };
    if (sock < 0 || call(SYS_CONNECT, sock, (long)&to, sizeof to) < 0)
        return 1;
    while (left > 0) {
        long want = left < PIECE ? left : PIECE;
        long done = call(argv[1][0] == 's' ? SYS_WRITE : SYS_READ, sock, (long)piece, want);
        if (done <= 0)
            return 1;
        left -= done;
    }
    /* The other end closes when it has all; before that the guest must not power off. */
    if (argv[1][0] == 's' && (call(SYS_SHUTDOWN, sock, 1, 0) < 0 || call(SYS_READ, sock, (long)piece, 1) != 0))
        return 1;
    static const char text[] = "STREAMED\n";
    call(SYS_WRITE, 1, (long)text, sizeof text - 1);
    return 0;
}

__attribute__((used)) static void start(long *stack)
{
    call(SYS_EXIT, run(stack[0], (char **)(stack + 1)), 0, 0);
}

__asm__(".globl _start\n_start: mov x0, sp\n b start\n");
