using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Events;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>Puts the steps of requests together, and tells of each request once its way is at an end. While nobody listens, neither PCI nor the SMMU knows of it.</summary>
[NotState("the debugger's")]
internal sealed class DmaTransactions(Boards.Machine machine)
{
    // A write into a function's registers may make it send requests before the write is at its end. The host bridge lets that go one deep.
    private const int MostOpen = 8;

    private readonly List<(DmaRequest Request, List<MachineDmaStep> Way)> _open = [];
    private Action<MachineDma>? _listeners;
    private string? _event;

    /// <summary>Tells a listener, or tells it no longer.</summary>
    public void Set(Action<MachineDma> listener, bool wanted)
    {
        bool before = _listeners is not null;
        _listeners -= listener;
        _listeners += wanted ? listener : null;
        if (machine.Pcie is RootComplex root && before != _listeners is not null)
        {
            Connect(root, _listeners is not null);
        }
    }

    /// <summary>What is under way will have no end.</summary>
    public void Forget()
    {
        _open.Clear();
        _event = null;
    }

    private void Connect(RootComplex root, bool on)
    {
        Forget();
        root.DmaObserver -= Passed;
        root.DmaObserver += on ? Passed : null;
        if (machine.Smmu is { } smmu)
        {
            smmu.Recorder.Observer -= Recorded;
            smmu.Recorder.Observer += on ? Recorded : null;
        }
    }

    private void Recorded(EventRecord record) => _event = SmmuQueues.Short(record);

    private void Passed(DmaStep step)
    {
        if (step.Stage == DmaStage.Function)
        {
            if (_open.Count == MostOpen)
            {
                _open.Clear();
            }

            _open.Add((step.Request, []));
        }

        if (_open.Count == 0)
        {
            return;
        }

        (DmaRequest request, List<MachineDmaStep> way) = _open[^1];
        way.Add(new MachineDmaStep(step.Stage.ToString(), step.Place, step.Verdict.ToString(), step.Address, step.Stage == DmaStage.Iommu ? _event : null));
        _event = null;
        if (step.Verdict == DmaResult.Ok && step.Stage is not (DmaStage.Target or DmaStage.Peer))
        {
            return;
        }

        _open.RemoveAt(_open.Count - 1);
        _listeners?.Invoke(new MachineDma(
            machine.Clock.Now, machine.Cluster.Current?.Configuration.Index, request.Requester.ToString(), way[0].Place, request.Kind.ToString(), request.Address,
            request.Length, request.Kind == DmaKind.Message ? request.Message : null, way, PlaceOf(step))
        {
            Pasid = request.Prefix.IsPresent ? request.Prefix.Pasid : null,
            AddressType = request.AddressType.ToString(),
            Vmid = machine.Smmu is SmmuV3 smmu ? SmmuState.VmidOf(smmu, request.Requester.Value) : null,
        });
    }

    private DmaPlaceKind PlaceOf(in DmaStep last) => last.Stage switch
    {
        DmaStage.Target => DmaPlaces.KindAt(machine, last.Address, (ulong)last.Request.Length),
        DmaStage.Peer => DmaPlaceKind.PciWindow,
        _ => DmaPlaceKind.None,
    };
}
