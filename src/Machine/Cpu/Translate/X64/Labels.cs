using System.Collections.Generic;

namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>Where labels are, and the jumps to those that are not written yet.</summary>
/// <param name="count">How many labels there may be.</param>
internal sealed unsafe class Labels(int count)
{
    private readonly byte*[] _places = new byte*[count];
    private readonly List<(nint JumpEnd, int Label)> _open = [];

    public void Begin()
    {
        System.Array.Clear(_places);
        _open.Clear();
    }

    public void Bind(int label, byte* place)
    {
        _places[label] = place;
        for (int k = _open.Count - 1; k >= 0; k--)
        {
            if (_open[k].Label == label)
            {
                Assembler.Land((byte*)_open[k].JumpEnd, place);
                _open.RemoveAt(k);
            }
        }
    }

    /// <summary>A jump leads to a label.</summary>
    public void Jump(byte* jumpEnd, int label)
    {
        if (_places[label] is not null)
        {
            Assembler.Land(jumpEnd, _places[label]);
        }
        else
        {
            _open.Add(((nint)jumpEnd, label));
        }
    }
}
