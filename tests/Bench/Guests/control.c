// Kernels that are made of branches: an interpreter of bytecode, and calls through pointers.
#include "bench.h"

enum operation { PUSH, ADD, MULTIPLY, SHIFT_RIGHT, AND, DUPLICATE, SWAP, LOAD, STORE, JUMP_IF, HALT };

// Collatz: counts the steps from variable 0 to 1 in variable 1. Operands stand behind their operation.
static const u8 collatz[] = {
    LOAD, 0, PUSH, 1, AND, JUMP_IF, 14,             //  0: odd?
    LOAD, 0, SHIFT_RIGHT, STORE, 0,                 //  7: n = n / 2
    JUMP_IF, 24,                                    // 12: the stack's bottom is 1
    LOAD, 0, PUSH, 3, MULTIPLY, PUSH, 1, ADD, STORE, 0, // 14: n = 3 n + 1
    LOAD, 1, PUSH, 1, ADD, STORE, 1,                // 24: steps = steps + 1
    LOAD, 0, PUSH, 1, SWAP, SHIFT_RIGHT, SWAP, DUPLICATE, AND, STORE, 2, // 31: n / 2, and 1 to variable 2
    JUMP_IF, 0,                                     // 42: n > 1
    HALT,                                           // 44
};

static u64 interpret(const u8 *code, u64 *variables)
{
    static const void *const targets[] = {
        &&push, &&add, &&multiply, &&shift_right, &&and_, &&duplicate, &&swap, &&load, &&store, &&jump_if, &&halt,
    };
    u64 stack[16] = { 1 };
    u64 *top = stack;
    const u8 *pc = code;
    u64 t;
#define NEXT goto *targets[*pc++]
    NEXT;
push:
    *++top = *pc++;
    NEXT;
add:
    top--;
    top[0] += top[1];
    NEXT;
multiply:
    top--;
    top[0] *= top[1];
    NEXT;
shift_right:
    top[0] >>= 1;
    NEXT;
and_:
    top--;
    top[0] &= top[1];
    NEXT;
duplicate:
    top[1] = top[0];
    top++;
    NEXT;
swap:
    t = top[0];
    top[0] = top[-1];
    top[-1] = t;
    NEXT;
load:
    *++top = variables[*pc++];
    NEXT;
store:
    variables[*pc++] = *top--;
    NEXT;
jump_if:
    t = top > stack ? *top-- : *top;
    pc = t ? code + *pc : pc + 1;
    NEXT;
halt:
    return variables[1];
#undef NEXT
}

// One unit: one number brought to 1.
u64 bytecode(u64 units)
{
    u64 sum = 0;
    for (u64 unit = 0; unit < units; unit++) {
        u64 variables[4] = { unit % 1000 + 2 };
        sum = mix(sum, interpret(collatz, variables));
    }
    return sum;
}

typedef u64 (*step)(u64 value);

static __attribute__((noinline)) u64 plus(u64 v) { return v + 0x9e3779b97f4a7c15; }
static __attribute__((noinline)) u64 turned(u64 v) { return v << 13 | v >> 51; }
static __attribute__((noinline)) u64 folded(u64 v) { return v ^ v >> 29; }
static __attribute__((noinline)) u64 negated(u64 v) { return ~v; }
static step volatile inner = folded;
static __attribute__((noinline)) u64 nested(u64 v) { return inner(v) + 1; }
static __attribute__((noinline)) u64 deeper(u64 v) { return inner(v + 3) ^ 5; }

static const step steps[8] = { plus, turned, folded, nested, negated, deeper, plus, nested };

// One unit: one call through a pointer that changes; half of the functions call on.
u64 indirect_calls(u64 units)
{
    u64 value = 1;
    for (u64 unit = 0; unit < units; unit++) {
        value = steps[value + unit & 7](value);
    }
    return value;
}
