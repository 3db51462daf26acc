using GdbHost.InstructionWords;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Tests.Isa.Fp;
using Xunit;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>
/// Which words are UNDEFINED, as qemu-aarch64 has it on its Cortex-A53: tests/Vectors/a64/allocated.txt, whose first
/// line names the version. What the oracle cannot judge is in <see cref="AllocationSampler"/>.
/// </summary>
public sealed class AllocationTests
{
    private readonly Decoder _decoder = new();

    [Fact]
    public void Word_of_the_instruction_space_is_undefined_where_it_is_for_the_oracle() =>
        VectorFiles.AssertAll(VectorFiles.Read("allocated.txt", atLeast: 10_000), Difference);

    private string? Difference(string line)
    {
        uint word = (uint)VectorFiles.Hex(line[..8]);
        Instruction i = default;
        bool decodes = _decoder.Decode(word, ref i, out bool _) is not null;
        return decodes == line.EndsWith('a') ? null : $"{line}   row: {_decoder.Find(word)?.Name ?? "none"}";
    }
}
