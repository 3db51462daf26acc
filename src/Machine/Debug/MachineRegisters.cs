using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Isa;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug;

/// <summary>All registers of a core as one list: general, FP and SIMD, then every row of the system register table that can be read.</summary>
internal sealed unsafe class MachineRegisters
{
    private const int StackPointer = 31;
    private const int ProgramCounter = 32;
    private const int ProcessState = 33;
    private const int FirstVector = 34;
    private const int Fpsr = 66;
    private const int Fpcr = 67;
    private const int FirstSystem = 68;

    private readonly List<MachineRegister> _list = [];
    private readonly List<SysReg> _rows = [];

    public MachineRegisters()
    {
        for (int n = 0; n <= 30; n++)
        {
            Add("x" + n, 64, "general");
        }

        Add("sp", 64, "general");
        Add("pc", 64, "general");
        Add("cpsr", 32, "general");
        for (int n = 0; n < 32; n++)
        {
            Add("v" + n, 128, "float");
        }

        Add("fpsr", 32, "float");
        Add("fpcr", 32, "float");
        foreach (SysRegGroup group in SysRegTable.Groups)
        {
            foreach (SysReg row in group.Rows)
            {
                if (row.Read is not null && row.Operation is null)
                {
                    _rows.Add(row);
                    Add(row.Name, 64, group.Name);
                }
            }
        }
    }

    public IReadOnlyList<MachineRegister> List => _list;

    /// <summary>A line about what a core is doing.</summary>
    public static string Describe(Core core)
    {
        if (core.PoweredOff)
        {
            return "off (PSCI)";
        }

        string level = $"EL{(int)core.State->El}";
        return core.Waiting switch
        {
            WaitKind.Interrupt => level + ", waiting in WFI",
            WaitKind.Event => level + ", waiting in WFE",
            WaitKind.ConsoleInput => level + ", waiting for console input by semihosting",
            _ => level,
        };
    }

    /// <summary>Why a core does not move when it is to step.</summary>
    public static string WhyStill(Core core) => $"cpu{core.Configuration.Index} does not step: it is {Describe(core)}, and "
        + (core.PoweredOff ? "another vCPU has to switch it on (CPU_ON)" : "nothing wakes it while it is stepped alone");

    /// <summary>Reads a register into bytes, lowest first; false where this core does not have it.</summary>
    public bool TryRead(Core core, MachineRegister register, Span<byte> value) => TryRead(core, core.State, null, register, value);

    /// <summary>The same of a core as it was when it left a guest.</summary>
    /// <param name="state">What is in general and vector registers.</param>
    /// <param name="left">Where the registers of EL1 and EL0 are, which EL2 may have used for somebody else; null for the core itself.</param>
    public bool TryRead(Core core, CpuState* state, SysRegFile? left, MachineRegister register, Span<byte> value)
    {
        int number = register.Number;
        ulong low;
        switch (number)
        {
            case < StackPointer:
                low = state->X[number];
                break;
            case StackPointer:
                low = state->X[Slots.Sp];
                break;
            case ProgramCounter:
                low = state->Pc;
                break;
            case ProcessState:
                low = state->Spsr;
                break;
            case < Fpsr:
                low = state->V[(number - FirstVector) * 2];
                BinaryPrimitives.WriteUInt64LittleEndian(value[8..], state->V[((number - FirstVector) * 2) + 1]);
                break;
            case Fpsr:
                low = state->Fp.Fpsr;
                break;
            case Fpcr:
                low = state->Fp.Fpcr;
                break;
            default:
                SysReg row = _rows[number - FirstSystem];
                if (left is not null && row.Place is Sr place && row.OnRead is null && IsOfGuest(row))
                {
                    low = left[place];
                }
                else if (!core.System.SystemRegisters.TryRead(row, out low))
                {
                    return false;
                }

                break;
        }

        if (register.Bits == 32)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(value, (uint)low);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(value, low);
        }

        return true;
    }

    /// <summary>Writes a register with the effects that MSR would have; null, or why it does not hold the value now.</summary>
    public string? Write(Core core, MachineRegister register, ReadOnlySpan<byte> value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value[..Math.Min(16, value.Length)].CopyTo(bytes);
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        CpuState* state = core.State;
        int number = register.Number;
        switch (number)
        {
            case < StackPointer:
                state->X[number] = low;
                return null;
            case StackPointer:
                state->X[Slots.Sp] = low;
                return null;
            case ProgramCounter:
                state->Pc = low;
                return null;
            case ProcessState:
                return SetProcessState(core, (uint)low);
            case < Fpsr:
                state->V[(number - FirstVector) * 2] = low;
                state->V[((number - FirstVector) * 2) + 1] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
                return null;
            case Fpsr:
                return WriteSystem(core, SysRegTable.Find("FPSR")!, low);
            case Fpcr:
                return WriteSystem(core, SysRegTable.Find("FPCR")!, low);
            default:
                return WriteSystem(core, _rows[number - FirstSystem], low);
        }
    }

    private static bool IsOfGuest(SysReg row) => row.Name.EndsWith("_EL1", StringComparison.Ordinal) || row.Name.EndsWith("_EL0", StringComparison.Ordinal);

    private static string? WriteSystem(Core core, SysReg row, ulong value)
    {
        if (row.Write is null)
        {
            return $"{row.Name} is read-only";
        }

        if (!core.System.SystemRegisters.TryWrite(row, value))
        {
            return $"this core has no {row.Name}";
        }

        // A register with a life of its own may read otherwise although it took the value.
        bool keeps = row.Place is not null && row.OnRead is null;
        return keeps && core.System.SystemRegisters.TryRead(row, out ulong now) && now != value
            ? $"{row.Name} is 0x{now:x} now; the other bits of 0x{value:x} cannot be written"
            : null;
    }

    /// <summary>PSTATE can be set to any AArch64 level the core has; AArch32 and levels it lacks are refused.</summary>
    private static string? SetProcessState(Core core, uint value)
    {
        ExceptionLevel level = (ExceptionLevel)value.Field(3, 2);
        if (value.Bit(4))
        {
            return "PSTATE.nRW cannot be set: this core has no AArch32";
        }

        if ((level == ExceptionLevel.El2 && !core.Configuration.HasEl2) || (level == ExceptionLevel.El3 && !core.Configuration.HasEl3))
        {
            return $"PSTATE.EL cannot be {(int)level}: this core has no EL{(int)level}";
        }

        if (level == ExceptionLevel.El0 && value.Bit(0))
        {
            return "PSTATE.SP cannot be set at EL0: it has one stack pointer";
        }

        core.State->Spsr = value;
        core.System.Derived.Update();
        return null;
    }

    private void Add(string name, int bits, string group) =>
        _list.Add(new MachineRegister(name, bits, group) { Number = _list.Count });
}
