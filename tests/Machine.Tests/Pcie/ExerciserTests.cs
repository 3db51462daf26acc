using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie.Dma;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// The exerciser does what its README says. Witness: that text for the registers, PCI Local Bus Specification 3.0, sections
/// 6.8.1 and 6.8.2, for what messages and masks do.
/// </summary>
public sealed class ExerciserTests : IDisposable
{
    private const ulong Registers = PciMachine.Window;
    private const ulong Buffer = Registers + 0x8000;
    private const ulong Table = PciMachine.Window + 0x10_0000;
    private const ulong Pending = Table + 0x800;
    private const int Read = 1;
    private const int WriteMemory = 2;
    private const int Message = 3;
    private const int Msi = 7;
    private const int MsixVector = 8;

    private readonly PciMachine _machine = new("dma-exerciser,id=x,addr=1");

    public ExerciserTests()
    {
        SetRegister(0x10, (uint)Registers);
        SetRegister(0x18, (uint)Table);
        SetRegister(0x04, 6, 2);
    }

    [Fact]
    public void A_write_and_a_read_move_bytes_between_buffer_and_memory()
    {
        _machine.Write(Buffer + 8, 0x1122_3344_5566_7788, 8);
        Assert.Equal(0u, Do(WriteMemory, PciMachine.Ram + 0x1003, length: 8, buffer: 8));
        Assert.Equal(0x1122_3344_5566_7788u, _machine.Read(PciMachine.Ram + 0x1003 & ~7ul, 8) >> 24 | _machine.Read(PciMachine.Ram + 0x1008, 8) << 40);
        Assert.Equal(0u, Do(Read, PciMachine.Ram + 0x1003, length: 8, buffer: 0x100));
        Assert.Equal(0x1122_3344_5566_7788u, _machine.Read(Buffer + 0x100, 8));
        Assert.Equal(2u, _machine.Read(Registers + 0x50));
    }

    [Fact]
    public void Nothing_leaves_without_bus_mastering_unless_the_device_is_broken()
    {
        SetRegister(0x04, 2, 2);
        Assert.Equal(1u, Do(WriteMemory, PciMachine.Ram, length: 8));
        _machine.Write(Registers + 0x1c, 0x10);
        Assert.Equal(0u, Do(WriteMemory, PciMachine.Ram, length: 8));
    }

    [Theory]
    [InlineData(0x9000_0000_0000ul, 0u, 6u)]
    [InlineData(ulong.MaxValue - 3, 0u, 6u)]
    [InlineData(PciMachine.Ram, 8u, 8u)]
    public void A_bad_write_has_its_result(ulong address, uint attributes, uint result)
    {
        _machine.Write(Registers + 0x1c, attributes);
        Assert.Equal(result, Do(WriteMemory, address, length: 8));
    }

    [Fact]
    public void Requests_carry_the_number_of_the_bus_or_a_forged_requester()
    {
        RequesterId seen = default;
        _machine.Machine.Pcie!.DmaObserver = step => seen = step.Request.Requester;
        Do(Message, PciMachine.Doorbell);
        Assert.Equal(0x0008, seen.Value);
        _machine.Write(Registers + 0x18, 0x8000_abcd);
        Do(Message, PciMachine.Doorbell);
        Assert.Equal(0xabcd, seen.Value);
    }

    [Theory]
    [InlineData(4, 5u, 0u, 12u)]
    [InlineData(5, 5u, 0u, 5u)]
    [InlineData(6, 5u, 7u, 5u)]
    [InlineData(6, 5u, 8u, 7u)]
    public void An_atomic_operation_has_the_old_value_and_leaves_the_new_one(int operation, uint data, uint compare, uint left)
    {
        _machine.Write(PciMachine.Ram + 8, 7);
        _machine.Write(Registers + 0x20, data);
        _machine.Write(Registers + 0x28, compare);
        Assert.Equal(0u, Do(operation, PciMachine.Ram + 8, length: 4));
        Assert.Equal(7u, _machine.Read(Registers + 0x48, 8));
        Assert.Equal(left, _machine.Read(PciMachine.Ram + 8));
    }

    [Fact]
    public void A_masked_vector_of_MSI_waits_as_pending()
    {
        const int Capability = 0x48;
        EnableMsi(Capability, vectors: 8);
        SetRegister(Capability + 0x10, 1 << 5);
        _machine.Write(Registers + 0x20, 5);
        Do(Msi, 0);
        Assert.False(_machine.IsPending(PciMachine.FirstMessage + 5));
        Assert.Equal(1ul << 5, Register(Capability + 0x14));
        SetRegister(Capability + 0x10, 0);
        Assert.True(_machine.IsPending(PciMachine.FirstMessage + 5));
        Assert.Equal(0ul, Register(Capability + 0x14));
    }

    [Theory]
    [InlineData(0xc000u, 0u)]
    [InlineData(0x8000u, 1u)]
    public void A_masked_vector_of_MSI_X_waits_as_pending(uint control, uint vectorControl)
    {
        int capability = Find(0x11);
        _machine.Write(Table + 0x30, PciMachine.Doorbell, 8);
        _machine.Write(Table + 0x38, PciMachine.FirstMessage + 9);
        _machine.Write(Table + 0x3c, vectorControl);
        SetRegister(capability + 2, control, 2);
        _machine.Write(Registers + 0x20, 3);
        Do(MsixVector, 0);
        Assert.False(_machine.IsPending(PciMachine.FirstMessage + 9));
        _machine.Write(Pending, 0, 8);
        Assert.Equal(8u, _machine.Read(Pending, 8));
        _machine.Write(Table + 0x3c, 0);
        SetRegister(capability + 2, 0x8000, 2);
        Assert.True(_machine.IsPending(PciMachine.FirstMessage + 9));
        Assert.Equal(0u, _machine.Read(Pending, 8));
    }

    [Fact]
    public void Messages_need_bus_mastering()
    {
        EnableMsi(0x48, vectors: 1);
        SetRegister(0x04, 2, 2);
        Do(Msi, 0);
        Assert.False(_machine.IsPending(PciMachine.FirstMessage));
        SetRegister(0x04, 6, 2);
        Do(Msi, 0);
        Assert.True(_machine.IsPending(PciMachine.FirstMessage));
    }

    [Fact]
    public void The_pin_is_silent_while_messages_are_enabled_or_it_is_disabled()
    {
        const int Intx = 32 + 4;
        Do(9, 0);
        Assert.True(_machine.IsPending(Intx));
        SetRegister(0x04, 0x406, 2);
        Assert.False(_machine.IsPending(Intx));
        Assert.Equal(8u, Register(0x06, 2) & 8);
        SetRegister(0x04, 6, 2);
        EnableMsi(0x48, vectors: 1);
        Assert.False(_machine.IsPending(Intx));
        SetRegister(0x4a, 0, 2);
        Do(10, 0);
        Assert.False(_machine.IsPending(Intx));
    }

    [Fact]
    public void A_function_level_reset_ends_all_that_is_under_way()
    {
        int express = Find(0x10);
        _machine.Write(Registers + 0x34, 1000);
        _machine.Write(Registers + 0x40, WriteMemory);
        Assert.Equal(1u, _machine.Read(Registers + 0x44) & 1);
        SetRegister(express + 8, 0x8000, 2);
        Assert.Equal(0u, Register(0x04, 2));
        Assert.Equal(0u, Register(0x10) & ~0xfu);
        SetRegister(0x10, (uint)Registers);
        SetRegister(0x04, 6, 2);
        Assert.Equal(0u, _machine.Read(Registers + 0x44));
        Assert.Equal(ulong.MaxValue, _machine.Machine.Scheduler.Next);
    }

    [Fact]
    public void In_D3hot_only_configuration_space_answers_and_D0_is_a_new_beginning()
    {
        int power = Find(0x01);
        SetRegister(power + 4, 3, 2);
        Assert.Equal(uint.MaxValue, _machine.Read(Registers));
        Assert.Equal(0x0dae_1234u, Register(0));
        Assert.Equal(DmaResult.NotSent, _machine.Named("x").Dma.Write(PciMachine.Ram, [1]));
        SetRegister(power + 4, 0, 2);
        Assert.Equal(0u, Register(0x04, 2));
    }

    [Fact]
    public unsafe void A_store_to_code_and_to_a_word_under_an_exclusive_monitor_is_heard_of()
    {
        GdbHost.Machine.Cpu.CpuState* state = _machine.Machine.Cores[0].State;
        state->ExclusivePlace = (ulong)_machine.Machine.Ram.Host + 0x80_0100;
        state->ExclusiveBytes = 8;
        state->ExclusiveValid = true;
        Do(WriteMemory, PciMachine.Ram + 0xf8, length: 8);
        Assert.True(state->ExclusiveValid);
        Do(WriteMemory, PciMachine.Ram + 0x104, length: 1);
        Assert.False(state->ExclusiveValid);
    }

    [Fact]
    public void Commands_that_never_end_end_with_the_device()
    {
        _machine.Write(Registers + 0x34, 0xffff);
        _machine.Write(Registers + 0x38, 0x1000);
        Do(Read, PciMachine.Ram, length: 0xffff);
        Assert.Equal(0x1_0000u, _machine.Read(Registers + 0x50));
    }

    public void Dispose() => _machine.Dispose();

    private ulong Register(int at, int size = 4) => _machine.Read(PciMachine.Config(0, 1, at), size);

    private void SetRegister(int at, uint value, int size = 4) => _machine.Write(PciMachine.Config(0, 1, at), value, size);

    private int Find(int id)
    {
        for (int at = (int)Register(0x34, 1); at != 0; at = (int)Register(at + 1, 1))
        {
            if ((int)Register(at, 1) == id)
            {
                return at;
            }
        }

        throw new InvalidOperationException($"no capability {id:x}");
    }

    private void EnableMsi(int capability, int vectors)
    {
        Assert.Equal(5u, Register(capability, 1));
        SetRegister(capability + 4, (uint)PciMachine.Doorbell);
        SetRegister(capability + 12, PciMachine.FirstMessage, 2);
        SetRegister(capability + 2, 1u | ((uint)System.Numerics.BitOperations.Log2((uint)vectors) << 4), 2);
    }

    private ulong Do(int command, ulong address, uint length = 0, uint buffer = 0)
    {
        _machine.Write(Registers + 0x08, address, 8);
        _machine.Write(Registers + 0x10, length);
        _machine.Write(Registers + 0x14, buffer);
        _machine.Write(Registers + 0x40, (uint)command);
        _machine.RunEvents();
        ulong status = _machine.Read(Registers + 0x44);
        Assert.Equal(2u, status & 3);
        return status >> 8;
    }
}
