using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>The tables of fields against the registers that the machine has. Who is right: DDI 0487 and IHI 0069 for names and widths.</summary>
public sealed class DecodedRegisterTests
{
    [Fact]
    public void Every_table_is_of_a_register_that_the_machine_has()
    {
        HashSet<string> names = [.. Registers().Select(r => r.Name)];
        Assert.Empty(FieldTables.ByRegister.Keys.Where(n => !names.Contains(n)));
    }

    [Fact]
    public void Fields_of_a_register_lie_in_it_and_do_not_overlap()
    {
        foreach (FieldTable table in FieldTables.ByRegister.Values)
        {
            ulong taken = 0;
            foreach (Field field in table.Fields)
            {
                ulong bits = (ulong.MaxValue >> (63 - (field.High - field.Low))) << field.Low;
                Assert.True(field.Low <= field.High && field.High < 64 && (taken & bits) == 0, $"{table.Register}.{field.Name}");
                Assert.True(field.Words.Length <= 1L << (field.High - field.Low + 1), $"{table.Register}.{field.Name} has more words than values");
                taken |= bits;
            }
        }
    }

    [Fact]
    public void Decoded_register_comes_right_behind_its_number()
    {
        RegisterDescription[] registers = Registers();
        foreach (RegisterDescription twin in registers.Where(r => r.Fields is not null))
        {
            RegisterDescription number = registers[twin.Number - 1];
            Assert.Equal((number.Name.ToLowerInvariant(), number.Set, number.Bits), (twin.Name, twin.Set, twin.Bits));
        }

        Assert.Equal(Enumerable.Range(0, registers.Length), registers.Select(r => r.Number));
    }

    private static RegisterDescription[] Registers()
    {
        using var target = MachineTarget.Create(
            new MachineConfiguration { GicVersion = 3, El2 = true, El3 = true, MemoryBytes = 1UL << 26 }, static _ => { });
        return [.. target.Registers];
    }
}
