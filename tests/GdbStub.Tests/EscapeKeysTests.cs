using System.Text;
using GdbHost.GdbStub.Serial;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Who is right: QEMU 7.2's documentation, Keys in the character backend multiplexer.</summary>
public class EscapeKeysTests
{
    [Theory]
    [InlineData("plain", "plain", false)]
    [InlineData("a\u0001\u0001b", "a\u0001b", false)]
    [InlineData("a\u0001xb", "ab", true)]
    [InlineData("a\u0001hb\u0001cc\u0001?", "abc", false)]
    [InlineData("\u0003\u001a", "\u0003\u001a", false)]
    public void Keys_are_the_guests_but_for_those_after_the_escape_key(string typed, string toGuest, bool quits)
    {
        bool quit = false;
        var keys = new EscapeKeys(1, () => quit = true);
        var got = new StringBuilder();
        foreach (char key in typed)
        {
            // One by one, as a terminal gives them: the state lasts between reads.
            got.Append(Encoding.ASCII.GetString(keys.Filter([(byte)key]).ToGuest));
        }

        Assert.Equal((toGuest, quits), (got.ToString(), quit));
    }

    [Fact]
    public void Help_names_the_keys_with_the_escape_key_in_force()
    {
        Assert.Contains("C-a x", new EscapeKeys(1, () => { }).Filter([1, (byte)'h']).ToUser);
        Assert.Contains("C-t x", new EscapeKeys(20, () => { }).Filter([20, (byte)'h']).ToUser);
    }
}
