"""GdbHost in stock gdb: commands, convenience functions and pretty printers. Needs nothing but gdb with Python.

    (gdb) source scripts/gdb/gdbhost.py

hv COMMAND ...      asks the machine as "monitor COMMAND ..." does, with completion, and with gdb's expressions as addresses:
                    hv walk &init_task el1 r
$ipa(va), $pa(va)   where a virtual address leads at the current Exception level; an error says why it leads nowhere
$reach(pa)          what answers at a physical address, as a string
$ecam(pa)           bus, device, function and register of an address in the configuration space, as a string
$hv_status          "ok" or "failed": how the last hv command went, for scripts

Descriptors of translation tables (Linux pte_t to pgd_t, Xen lpae_t), and Linux's StreamTableEntry and ContextDescriptor
(struct arm_smmu_ste, struct arm_smmu_cd), are printed with their fields: Arm ARM DDI 0487, VMSAv8-64; SMMUv3 IHI 0070.
"""

import json

import gdb
import gdb.printing


def ask(line):
    """What the machine answers to a monitor command: the facts of each line, and whether it did what was asked."""
    answer = gdb.execute("monitor %s --json" % line, to_string=True)
    facts = []
    for text in answer.splitlines():
        try:
            facts.append(json.loads(text))
        except ValueError as wrong:
            raise gdb.GdbError("This target does not answer as GdbHost does: %s" % text) from wrong
    if not facts:
        raise gdb.GdbError("This target does not answer; gdb is connected to GdbHost by \"target remote\".")
    return facts[:-1], facts[-1]["status"]


def address_of(value):
    """A value of gdb's as an address: a function and an array are where they begin."""
    if value.type.strip_typedefs().code in (gdb.TYPE_CODE_FUNC, gdb.TYPE_CODE_ARRAY):
        value = value.address
    return int(value) & 0xFFFF_FFFF_FFFF_FFFF


class Hv(gdb.Command):
    """Ask the machine: hv COMMAND. The commands are those of "monitor help"."""

    def __init__(self):
        super().__init__("hv", gdb.COMMAND_STATUS, prefix=True)

    def invoke(self, argument, from_tty):
        run(argument or "help")


class HvCommand(gdb.Command):
    """One command of the machine's."""

    def __init__(self, name, takes_address):
        self.__doc__ = "Ask the machine as \"monitor %s\" does; \"hv help %s\" explains it." % (name, name)
        self._name = name
        self._takes_address = takes_address
        super().__init__("hv " + name, gdb.COMMAND_STATUS, *([gdb.COMPLETE_EXPRESSION] if takes_address else []))
        if not takes_address:
            self.complete = self._complete

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if self._takes_address and words:
            words[0] = "0x%x" % address_of(gdb.parse_and_eval(words[0]))
        run(" ".join([self._name] + words))

    def _complete(self, text, word):
        facts, _ = ask("help " + self._name)
        offered = facts[0].get("arguments", "") if facts else ""
        for mark in "[]|.":
            offered = offered.replace(mark, " ")
        return sorted({w for w in offered.split() if w.islower() and w.startswith(word or "")})


def run(line):
    facts, status = ask(line)
    gdb.set_convenience_variable("hv_status", status)
    for fact in facts:
        gdb.write(fact["text"] + "\n")


class Translated(gdb.Function):
    """An address that a virtual address leads to."""

    def __init__(self, name, member):
        self.__doc__ = "$%s(VA): the %s that VA leads to for a read, at the current Exception level." % (name, name.upper())
        self._member = member
        super().__init__(name)

    def invoke(self, address):
        facts, _ = ask("translate 0x%x" % address_of(address))
        found = {k: v for fact in facts for k, v in fact.items()}

        # Without a second stage, what stage 1 gives is both.
        value = found.get(self._member, found.get("pa"))
        if value is None:
            raise gdb.GdbError(next((f["text"] for f in facts if "fault" in f), facts[-1]["text"]))
        return int(value, 16)


class Reach(gdb.Function):
    """$reach(PA): what answers at a physical address."""

    def __init__(self):
        super().__init__("reach")

    def invoke(self, address):
        facts, _ = ask("reach 0x%x" % address_of(address))
        return facts[0]["text"].split(": ", 1)[1]


class Ecam(gdb.Function):
    """$ecam(PA): bus, device, function and register that a physical address means in the configuration space."""

    def __init__(self):
        super().__init__("ecam")

    def invoke(self, address):
        facts, _ = ask("reach 0x%x" % address_of(address))
        place = facts[0]
        if "function" not in place:
            raise gdb.GdbError("0x%x is not in the configuration space: %s" % (address_of(address), place["text"]))
        return "%s register 0x%x (%s)" % (place["function"], place["config-register"], place.get("device", "no function there"))


def bits(value, high, low=None):
    low = high if low is None else low
    return (value >> low) & ((1 << (high - low + 1)) - 1)


def descriptor(value):
    """A VMSAv8-64 stage 1 descriptor, 4 KiB granule, in words (DDI 0487, VMSAv8-64 descriptor formats)."""
    if not bits(value, 0):
        return "0x%016x invalid" % value
    kind = "table or page" if bits(value, 1) else "block"
    access = ("EL1 rw", "EL0 rw", "EL1 r", "EL0 r")[bits(value, 7, 6)]
    share = ("non-shareable", "reserved", "outer shareable", "inner shareable")[bits(value, 9, 8)]
    flags = [name for bit, name in ((51, "DBM"), (52, "contiguous"), (53, "PXN"), (54, "UXN"), (10, "AF"), (11, "nG")) if bits(value, bit)]
    return "0x%016x %s -> 0x%x, AttrIndx %d, %s, %s%s" % (
        value, kind, bits(value, 47, 12) << 12, bits(value, 4, 2), access, share, "".join(", " + f for f in flags))


def stream_table_entry(words):
    """IHI 0070, Stream Table Entry."""
    if not bits(words[0], 0):
        return "STE V=0: transactions are terminated with C_BAD_STE"
    config = ("abort", "abort", "abort", "abort", "bypass", "stage 1", "stage 2", "stage 1 and 2")[bits(words[0], 3, 1)]
    text = "STE %s" % config
    if bits(words[0], 1) and bits(words[0], 3):
        text += ", S1ContextPtr 0x%x, S1Fmt %d, S1CDMax %d, S1DSS %d" % (
            bits(words[0], 51, 6) << 6, bits(words[0], 5, 4), bits(words[0], 63, 59), bits(words[1], 1, 0))
    if bits(words[0], 2) and bits(words[0], 3):
        text += ", S2VMID %d, S2T0SZ %d, S2SL0 %d, S2TG %d, S2TTB 0x%x" % (
            bits(words[2], 15, 0), bits(words[2], 37, 32), bits(words[2], 39, 38), bits(words[2], 47, 46), bits(words[3], 51, 4) << 4)
    return text


def context_descriptor(words):
    """IHI 0070, Context Descriptor."""
    if not bits(words[0], 31):
        return "CD V=0: transactions are terminated with C_BAD_CD"
    return "CD ASID %d, T0SZ %d, TG0 %d, EPD0 %d, EPD1 %d, TTB0 0x%x, TTB1 0x%x, MAIR 0x%016x" % (
        bits(words[0], 63, 48), bits(words[0], 5, 0), bits(words[0], 7, 6), bits(words[0], 14), bits(words[0], 30),
        bits(words[1], 51, 4) << 4, bits(words[2], 51, 4) << 4, words[3])


class Descriptor:
    """Prints a structure or union whose first 64 bits are a descriptor."""

    def __init__(self, value):
        self._value = value

    def to_string(self):
        value = self._value
        while value.type.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            value = value[value.type.strip_typedefs().fields()[0]]
        return descriptor(int(value) & 0xFFFF_FFFF_FFFF_FFFF)


class SmmuStructure:
    """Prints a structure of eight 64-bit words."""

    def __init__(self, value, words_to_text):
        self._value = value
        self._words_to_text = words_to_text

    def to_string(self):
        data = self._value[self._value.type.strip_typedefs().fields()[0]]
        return self._words_to_text([int(data[i]) for i in range(4)])


def printers():
    collection = gdb.printing.RegexpCollectionPrettyPrinter("gdbhost")
    for name in ("pte_t", "pmd_t", "pud_t", "p4d_t", "pgd_t", "lpae_t"):
        collection.add_printer(name, "^%s$" % name, Descriptor)
    collection.add_printer("ste", "^arm_smmu_ste$", lambda v: SmmuStructure(v, stream_table_entry))
    collection.add_printer("cd", "^arm_smmu_cd$", lambda v: SmmuStructure(v, context_descriptor))
    return collection


# Commands whose first word is an address, and the others; "hv NAME" works for every other one of "monitor help" too.
WITH_ADDRESS = ("translate", "walk", "ipa", "reach")
OTHERS = ("why", "traps", "break", "el2", "sysreg", "gic", "timer", "psci", "pci", "map", "s1", "s2", "tlb", "smmu", "dma", "serial", "dt", "space", "step", "help")

Hv()
for each in WITH_ADDRESS:
    HvCommand(each, True)
for each in OTHERS:
    HvCommand(each, False)
Translated("ipa", "ipa")
Translated("pa", "pa")
Reach()
Ecam()
gdb.printing.register_pretty_printer(None, printers(), replace=True)
