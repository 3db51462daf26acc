using System.Collections.Generic;

namespace GdbHost.GdbStub.Target;

/// <summary>What is known of the DMA of a debuggee's devices, in lines. Asking changes nothing.</summary>
internal interface IDmaExplanation
{
    /// <summary>About the SMMU.</summary>
    /// <param name="topic">Empty for its registers.</param>
    /// <param name="numbers">What the topic takes.</param>
    IReadOnlyList<string> AskSmmu(string topic, IReadOnlyList<ulong> numbers, bool isWrite);

    /// <summary>The way of a request.</summary>
    /// <param name="requester">Bus in [15:8], device in [7:3], function in [2:0].</param>
    IReadOnlyList<string> ExplainDma(ushort requester, ulong address, bool isWrite);
}
