using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.Protocol.Framing;

namespace GdbHost.GdbStub.Tests.Fakes;

/// <summary>What no debugger would send: packets of the table with the arguments of others, broken, cut, and with noise. All of a visit by its seed.</summary>
internal static class FuzzCases
{
    // What would end the program or the visit, as asked, and is no failure.
    private static readonly string[] Ends = ["k", "vKill", "D"];

    private static readonly string[] Arguments =
    [
        "", "0", "1", "-1", "p1.1", "ffffffffffffffff", "40080000", "40080000,4", "40080000,4:00000000", "40080000,10000", "7fffffff", ",", ";", ":", "=", "*", "4,40080000,4", "0,40080000,4;X3,220027",
        "0,40080000,4;X7fffffff,22", "c", "s:1", "r40080000,40080008:1", "s:p1.1;c", "5=0000000000000000", "target.xml:0,fff", "threads:read::0,ffff", "48454c50",
        "666c61672073", "40000000;1000;abc", "0;zz", "open:6e6f7465,0,0", "pread:0,ffff,0", "close:7fffffff", "\u0000\u0001", "é",
        "1:40080000:E:5:0-", "1:40080004:E:ffffffffffffffff:0:X3,220127", "-1:40080000:R3M-1,40080000,ffX6,22402204c27-", "-1:40080000:M0,0,ffffffffffffffff", "-1:40080004:SRffM1,0,4X4,2e000127",
        "-1:40080000:X5,2c00010d7f27", "2:70000000000000:E:0:0:S", "-2:70000000000000:L", "pc:40080000", "tdp:1", "range:0:ffffffff", "3:7:0:6d", "c;t:1", "t", "0,ffff",
    ];

    /// <summary>The cases of one visit.</summary>
    /// <param name="runs">Also those that let the guest run on, so that it stops whenever it does.</param>
    public static IReadOnlyList<byte[]> OfVisit(int seed, int visit, int cases, bool runs)
    {
        // The visits of a seed share nothing, so that one can be repeated alone, and a visit cut short does not change the next.
        Random random = new(unchecked((seed * 1_000_003) + visit));
        return [.. Enumerable.Range(0, cases).Select(_ => Case(random, runs))];
    }

    public static byte[] Packet(byte[] body) => [(byte)'$', .. body, .. Encoding.ASCII.GetBytes($"#{Checksum.Of(body):x2}")];

    private static byte[] Case(Random random, bool runs)
    {
        byte[] body = Body(random);
        body = runs || !LetsRun(body) ? body : [(byte)'g'];
        switch (random.Next(12))
        {
            case 0:
                return [3];
            case 1:
                return body;
            case 2:
                return Packet(body)[..^random.Next(1, 4)];
            case 3:
                return [.. "+-+$"u8, .. body];
            case 4:
                byte[] broken = Packet(body);
                broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
                return broken;
            default:
                return Packet(body);
        }
    }

    private static byte[] Body(Random random)
    {
        IReadOnlyList<string> prefixes = [.. Commands.All.Table.Rows.Select(static r => r.Prefix).Where(static p => !Ends.Contains(p))];
        string text = prefixes[random.Next(prefixes.Count)] + Arguments[random.Next(Arguments.Length)];
        if (random.Next(4) == 0)
        {
            text += Arguments[random.Next(Arguments.Length)];
        }

        byte[] bytes = Encoding.Latin1.GetBytes(text);
        if (random.Next(6) == 0)
        {
            byte[] noise = new byte[random.Next(1, 200)];
            random.NextBytes(noise);
            bytes = [.. bytes, .. noise];
        }

        // A mutation must not make a packet of one that ends the program.
        return bytes.Length > 0 && (bytes[0] is (byte)'k' or (byte)'D' || bytes.AsSpan().IndexOf("vKill"u8) >= 0) ? [(byte)'g'] : bytes;
    }

    // A range that is stepped through is left by nobody here.
    private static bool LetsRun(byte[] body) => body is [(byte)'c' or (byte)'C', ..]
        || (body.AsSpan().StartsWith("vCont;"u8) && body.AsSpan(6).IndexOfAny("cCr"u8) >= 0);
}
