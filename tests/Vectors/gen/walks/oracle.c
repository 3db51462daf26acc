// Reads the cases at CASES, makes every access they ask for, and prints them again with the answers of the machine
// it runs on. The language is described in tests/Vectors/walks/README.md.
typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned char u8;

#define CASES ((const char *)0x5f000000)
#define MOST_WRITES 4096
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define EC(esr) ((esr) >> 26 & 0x3f)
#define EC_SVC 0x15
#define EC_SMC 0x17
#define SPSR_EL0 0x3c0
#define SPSR_EL1 0x3c5

// Where the harness's own TTBR1 tables show the first GiB of RAM: to EL1, and to EL0. T1SZ must be 25, TG1 4 KiB.
#define EL1_VIEW 0xffffff8000000000ul
#define EL0_VIEW 0xffffff8040000000ul

#define SET(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((u64)(value)) : "memory")
#define GET(name) ({ u64 value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)); value_; })

u64 enter(u64 spsr, u64 pc, u64 x0, u64 *x0_back);
void run_cases(void);
extern char el1_vectors[], el1_load[], el1_store[], el0_load[], el0_store[];

u64 own_syndrome;
static u64 harness_table[512] __attribute__((aligned(4096)));
static u64 writes[MOST_WRITES];
static u64 write_count;

#define REGISTERS(X) \
    X(scr_el3, 0x531) X(sctlr_el1, 0x30d01804) X(sctlr_el2, 0x30c51834) X(sctlr_el3, 0x30c51834) \
    X(tcr_el1, 0) X(tcr_el2, 0x80800000) X(tcr_el3, 0x80800000) \
    X(ttbr0_el1, 0) X(ttbr0_el2, 0) X(ttbr0_el3, 0) X(ttbr1_el1, 0) \
    X(mair_el1, 0) X(mair_el2, 0) X(mair_el3, 0) \
    X(hcr_el2, 0x80000000) X(vtcr_el2, 0x80000000) X(vttbr_el2, 0)

#define DECLARE(name, value) static void set_##name(u64 v) { SET(name, v); }
REGISTERS(DECLARE)

static const struct {
    const char *name;
    void (*set)(u64);
    u64 value;
} registers[] = {
#define ROW(name, value) { #name, set_##name, value },
    REGISTERS(ROW)
};

#define AT_ALL(X) X(s1e2r) X(s1e2w) X(s12e1r) X(s12e1w) X(s12e0r) X(s12e0w) X(s1e3r) X(s1e3w)
#define AT_EL1(X) X(s1e1r) X(s1e1w) X(s1e0r) X(s1e0w)
#define DECLARE_EL3(name) u64 el3_##name(u64 va);
#define DECLARE_EL1(name) extern char el1_##name[];
AT_ALL(DECLARE_EL3)
AT_EL1(DECLARE_EL3)
AT_EL1(DECLARE_EL1)

static const struct {
    const char *name;
    u64 (*at_el3)(u64);
    char *at_el1;
} operations[] = {
#define ROW_EL1(name) { #name, el3_##name, el1_##name },
#define ROW_ALL(name) { #name, el3_##name, 0 },
    AT_EL1(ROW_EL1) AT_ALL(ROW_ALL)
};

static void put(char c)
{
    *(volatile u32 *)0x09000000 = (u32)c;
}

static void text(const char *s)
{
    while (*s) {
        put(*s++);
    }
}

static void hex(u64 value)
{
    int shift = 60;
    text("0x");
    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        put("0123456789abcdef"[value >> shift & 15]);
    }
}

static int same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static u64 number(const char *s)
{
    u64 value = 0;
    for (s += 2; *s; s++) {
        value = value << 4 | (u64)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
    }
    return value;
}

static void unknown(const char *word)
{
    text(" ! unknown: ");
    text(word);
}

static void write_memory(u64 address, u64 value)
{
    *(volatile u64 *)address = value;
    if (write_count < MOST_WRITES) {
        writes[write_count++] = address;
    } else {
        text(" ! too many writes");
    }
}

static void set_register(const char *name, u64 value)
{
    for (u64 i = 0; i < COUNT(registers); i++) {
        if (same(registers[i].name, name)) {
            registers[i].set(value);
            return;
        }
    }
    unknown(name);
}

static void begin_case(void)
{
    for (u64 i = 0; i < COUNT(registers); i++) { // first: EL3 may be using the tables
        registers[i].set(registers[i].value);
    }
    __asm__ volatile("isb" : : : "memory");
    while (write_count > 0) {
        *(volatile u64 *)writes[--write_count] = 0;
    }
    SET(ttbr1_el1, harness_table);
    SET(vbar_el1, EL1_VIEW + (u64)el1_vectors);
}

static void settle(void)
{
    __asm__ volatile("dsb sy\n\ttlbi alle1\n\ttlbi alle2\n\ttlbi alle3\n\tdsb sy\n\tisb" : : : "memory");
}

// SMC #1 comes from EL1's vectors, #2 from EL2's.
static void report(u64 esr, const char *good, u64 value)
{
    if (EC(esr) == EC_SMC && (esr & 0xffff) == 2) {
        text(" = el2 esr ");
        hex(GET(esr_el2));
        text(" far ");
        hex(GET(far_el2));
        text(" hpfar ");
        hex(GET(hpfar_el2));
    } else if (EC(esr) == EC_SMC && (esr & 0xffff) == 1 && EC(GET(esr_el1)) != EC_SVC) {
        text(" = el1 esr ");
        hex(GET(esr_el1));
        text(" far ");
        hex(GET(far_el1));
    } else if (EC(esr) == EC_SMC) {
        text(good);
        if (value) {
            hex(value);
        }
    } else {
        text(" = el3 esr ");
        hex(esr);
    }
}

static void translate(const char *name, u64 address, int at_el1)
{
    for (u64 i = 0; i < COUNT(operations); i++) {
        if (!same(operations[i].name, name)) {
            continue;
        }
        settle();
        if (at_el1) {
            u64 par;
            report(enter(SPSR_EL1, EL1_VIEW + (u64)operations[i].at_el1, address, &par), " = par ", par);
            return;
        }
        own_syndrome = 0;
        u64 par = operations[i].at_el3(address);
        text(own_syndrome ? " = abort " : " = par ");
        hex(own_syndrome ? own_syndrome : par);
        return;
    }
    unknown(name);
}

static void access(const char *kind, const char *level, u64 address)
{
    int el0 = same(level, "el0");
    u64 pc = address;
    u64 ignored;
    if (same(kind, "load")) {
        pc = el0 ? EL0_VIEW + (u64)el0_load : EL1_VIEW + (u64)el1_load;
    } else if (same(kind, "store")) {
        pc = el0 ? EL0_VIEW + (u64)el0_store : EL1_VIEW + (u64)el1_store;
    }
    settle();
    report(enter(el0 ? SPSR_EL0 : SPSR_EL1, pc, address, &ignored), " = ok", 0);
}

// A line is at most three words; what follows " = " is an old answer.
static void run_line(char words[3][64], int count)
{
    if (count == 2 && same(words[0], "case")) {
        begin_case();
    } else if (count == 3 && same(words[0], "reg")) {
        set_register(words[1], number(words[2]));
    } else if (count == 3 && same(words[0], "mem")) {
        write_memory(number(words[1]), number(words[2]));
    } else if (count == 3 && same(words[0], "at")) {
        translate(words[1], number(words[2]), 0);
    } else if (count == 3 && same(words[0], "at-from-el1")) {
        translate(words[1], number(words[2]), 1);
    } else if (count == 3) {
        access(words[0], words[1], number(words[2]));
    } else if (count != 0) {
        unknown(words[0]);
    }
}

void run_cases(void)
{
    const char *at = CASES;
    harness_table[0] = 0;
    harness_table[1] = 0x40000000 | 1 << 10 | 2 << 6 | 1;          // EL1 reads and executes
    harness_table[2] = 0x40000000 | 1 << 10 | 3 << 6 | 1;          // EL0 too
    while (*at) {
        char words[3][64];
        int count = 0;
        int length = 0;
        int comment = *at == '#';
        int answer = 0;
        for (; *at && *at != '\n'; at++) {
            answer |= *at == '=' && !comment;
            if (!answer && !(*at == ' ' && at[1] == '=' && !comment)) {
                put(*at);
            }
            if (comment || answer) {
                continue;
            }
            if (*at == ' ') {
                count += length > 0;
                length = 0;
            } else if (count < 3 && length < 63) {
                words[count][length++] = *at;
                words[count][length] = 0;
            }
        }
        count += length > 0;
        run_line(words, comment ? 0 : count);
        put('\n');
        at += *at == '\n';
    }
}
