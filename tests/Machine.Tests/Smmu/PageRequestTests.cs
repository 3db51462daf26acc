using System;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// The PRI queue. Witness: IHI 0070, chapter 8 (Page request queue), sections 4.5.2 (CMD_PRI_RESP), 6.3.36 (SMMU_PRIQ_IRQ_CFG2), 6.3.97 and 6.3.98
/// (SMMU_PRIQ_PROD and SMMU_PRIQ_CONS); Linux, arm-smmu-v3.h, for the layout of an entry and of the command.
/// </summary>
public sealed class PageRequestTests : IDisposable
{
    private const ulong Queue = 0x4038_0000;
    private const ulong Input = 0x12_3456_7000;
    private const int QueueId = 107;
    private const uint Last = 1u << 11;
    private const uint Write = 1u << 10;
    private const uint Read = 1u << 9;
    private const uint Enabled = 0xf;

    private readonly SmmuFixture _smmu = SmmuFixture.WithExerciser();
    private readonly ExerciserDriver _device;

    public PageRequestTests()
    {
        _device = _smmu.Plain;
        _device.EnableAts();
        _device.EnablePasid();
        _device.EnablePageRequests();
        _smmu.Pci.Write(0x0800_0c18, 0xaaaa_aaaa);
        _smmu.Write64(0xc0, Queue | 2);
        _smmu.Write32(0x50, 7);
        _smmu.Write32(0x20, Enabled);
    }

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void A_request_is_written_with_its_PASID_and_the_permissions_it_wants()
    {
        Request(0x1a5 | Read | Write | Last, ExerciserDriver.Pasid(0x1234, execute: true, privileged: true));
        Assert.Equal((1u, 0ul | _device.Stream | (0x1234ul << 32) | (0x3ful << 58), Input | 0x1a5), (_smmu.Read32(0xc8), _smmu.Memory(Queue), _smmu.Memory(Queue + 8)));
        Request(Read);
        Assert.Equal((2u, _device.Stream | (1ul << 60)), (_smmu.Read32(0xc8), _smmu.Memory(Queue + 16)));
    }

    [Theory]
    [InlineData(0u, 0xfu)]
    [InlineData(1u, 1u)]
    [InlineData(2u, 0u)]
    public void CMD_PRI_RESP_tells_the_endpoint(uint response, uint code)
    {
        Request(7 | Read | Last, ExerciserDriver.Pasid(5));
        _smmu.Command(0x41 | (1ul << 11) | (5ul << 12) | ((ulong)_device.Stream << 32), 7 | ((ulong)response << 12));
        Assert.Equal(((1u << 31) | (code << 12) | 7, ExerciserDriver.Pasid(5)), (_device.Register(0x5c), _device.Register(0x60)));
        Assert.Equal(response == 0 ? 1u : 0u, _device.Config(_device.Find(0x13) + 4) >> 16 & 3);
    }

    [Fact]
    public void A_reserved_response_is_illegal_and_one_for_no_request_is_unexpected()
    {
        _smmu.Command(0x41 | ((ulong)_device.Stream << 32), 9 | (2ul << 12));
        Assert.Equal(2u, _device.Config(_device.Find(0x13) + 4) >> 16 & 3);
        _smmu.Command(0x41 | ((ulong)_device.Stream << 32), 3ul << 12);
        Assert.Equal(1u, _smmu.Read32(0x9c) >> 24);
    }

    [Fact]
    public void The_wire_tells_of_the_first_request_or_with_LO_of_each_last()
    {
        Request(1 | Read);
        Assert.True(_smmu.Pci.IsPending(QueueId));
        _smmu.Pci.ClearPending(QueueId);
        Request(1 | Read | Last);
        Assert.False(_smmu.Pci.IsPending(QueueId));
        _smmu.Write32(0x50, 5);
        _smmu.Write32(0xdc, 1u << 31);
        _smmu.Write32(0x50, 7);
        Request(2 | Read);
        Assert.False(_smmu.Pci.IsPending(QueueId));
        Request(2 | Read | Last);
        Assert.True(_smmu.Pci.IsPending(QueueId));
    }

    [Fact]
    public void A_message_tells_in_the_wires_place_and_one_that_is_refused_is_a_global_error()
    {
        _smmu.Write32(0x50, 5);
        _smmu.Write64(0xd0, SmmuFixture.Data);
        _smmu.Write32(0xd8, 0x5151);
        _smmu.Write32(0x50, 7);
        Request(1 | Read);
        Assert.Equal((0x5151ul, false), (_smmu.Memory(SmmuFixture.Data), _smmu.Pci.IsPending(QueueId)));
        _smmu.Write32(0xcc, _smmu.Read32(0xc8));
        _smmu.Write32(0x50, 5);
        _smmu.Write64(0xd0, SmmuFixture.Registers);
        _smmu.Write32(0x50, 7);
        Request(1 | Read);
        Assert.Equal(1u << 6, _smmu.Read32(0x60));
    }

    // Section 8.1: Last is answered with Success, others are dropped, and nothing more is written until it is acknowledged.
    [Fact]
    public void An_overflow_answers_by_itself_until_it_is_acknowledged()
    {
        for (uint group = 0; group < 4; group++)
        {
            Request(group | Read);
        }

        Request(4 | Read);
        Assert.Equal((0x8000_0004u, 0u), (_smmu.Read32(0xc8), _device.Register(0x5c)));
        Request(5 | Read | Last);
        Assert.Equal((0x8000_0004u, 0x8000_0005u), (_smmu.Read32(0xc8), _device.Register(0x5c)));
        _smmu.Write32(0xcc, 4);
        Request(6 | Read | Last);
        Assert.Equal((0x8000_0004u, 0x8000_0006u), (_smmu.Read32(0xc8), _device.Register(0x5c)));
        _smmu.Write32(0xcc, 0x8000_0004);
        Request(7 | Read | Last);
        Assert.Equal(0x8000_0005u, _smmu.Read32(0xc8));
    }

    // Section 8.1: with a PASID, STE.PPAR decides, and without a valid STE the answer is Failure.
    [Theory]
    [InlineData(SmmuFixture.Bypass, 1ul << 18, 0u, true)]
    [InlineData(SmmuFixture.Bypass, 0ul, 0u, false)]
    [InlineData(0ul, 0ul, 0xfu, false)]
    public void An_overflow_answers_with_the_PASID_where_STE_PPAR_says_so(ulong d0, ulong d1, uint code, bool pasid)
    {
        _smmu.Ste(_device.Stream, d0, d1, 0, 0);
        for (uint group = 0; group < 4; group++)
        {
            Request(group | Read);
        }

        Request(5 | Read | Last, ExerciserDriver.Pasid(9));
        Assert.Equal(((1u << 31) | (code << 12) | 5, pasid ? ExerciserDriver.Pasid(9) : 0), (_device.Register(0x5c), _device.Register(0x60)));
    }

    // A Stop Marker is L = 1, W = R = 0 with a PASID; it is never answered.
    [Fact]
    public void A_stop_marker_is_written_and_never_answered()
    {
        Request(Last, ExerciserDriver.Pasid(9));
        Assert.Equal((1u, 0b100ul), (_smmu.Read32(0xc8), _smmu.Memory(Queue) >> 60 & 7));
        _smmu.Write32(0x20, 0xd);
        Request(Last, ExerciserDriver.Pasid(9));
        Assert.Equal(0u, _device.Register(0x5c));
    }

    // Section 8.2: the effective PRIQEN is 0 also where SMMUEN is.
    [Theory]
    [InlineData(0xdu)]
    [InlineData(0xeu)]
    public void While_the_queue_is_off_every_request_fails(uint control)
    {
        _smmu.Write32(0x20, control);
        Request(3 | Read, ExerciserDriver.Pasid(9));
        Assert.Equal((0u, 0x8000_f003u, 0u), (_smmu.Read32(0xc8), _device.Register(0x5c), _device.Register(0x60)));
    }

    [Fact]
    public void A_queue_that_is_no_memory_is_PRIQ_ABT_ERR_and_requests_fail_until_it_is_acknowledged()
    {
        _smmu.Write32(0x20, 0xd);
        _smmu.Write64(0xc0, 0x0900_0002);
        _smmu.Write32(0x20, Enabled);
        Request(3 | Read);
        Assert.Equal((1u << 3, 0x8000_f003u), (_smmu.Read32(0x60), _device.Register(0x5c)));
        _smmu.Write32(0x20, 0xd);
        _smmu.Write64(0xc0, Queue | 2);
        _smmu.Write32(0x20, Enabled);
        Request(3 | Read);
        Assert.Equal(0u, _smmu.Read32(0xc8));
        _smmu.Write32(0x64, 1u << 3);
        Request(3 | Read);
        Assert.Equal(1u, _smmu.Read32(0xc8));
    }

    [Fact]
    public void A_function_sends_no_more_than_software_has_allowed()
    {
        _device.EnablePageRequests(allocation: 1);
        Request(1 | Read | Last);
        Assert.Equal(1u, _device.Do(ExerciserDriver.RequestPage, Input));
        _smmu.Command(0x41 | ((ulong)_device.Stream << 32), 1 | (2ul << 12));
        Request(2 | Read | Last);
    }

    [Fact]
    public void Registers_of_the_queue_are_guarded_by_PRIQEN()
    {
        _smmu.Write64(0xc0, 0x4321_0000);
        _smmu.Write32(0xc8, 3);
        Assert.Equal(((uint)Queue | 2, 0u), (_smmu.Read32(0xc0), _smmu.Read32(0xc8)));
        Assert.Equal(19u, _smmu.Read32(0x04) >> 11 & 31);
    }

    private void Request(uint group, uint pasid = 0)
    {
        _device.Set(0x58, group);
        Assert.Equal(0u, _device.Do(ExerciserDriver.RequestPage, Input, pasid: pasid));
    }
}
