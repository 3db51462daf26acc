using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>Stock Chromium without a display, on a file: what it makes of it, and how that looks.</summary>
internal sealed class Browser : IDisposable
{
    public const string Program = "chromium";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-browser");

    /// <summary>The document as it is once loaded, and what the browser had to say about it.</summary>
    public async Task<Ended> LoadAsync(string html) => await RunAsync("--dump-dom", "--enable-logging=stderr", $"file://{html}");

    /// <summary>
    /// What a page around the document reads of it at a width: <paramref name="expression"/> is JavaScript about <c>page</c>, the
    /// document, and gives a text.
    /// </summary>
    public async Task<string> AskAsync(string html, int width, string expression)
    {
        string outer = Path.Combine(_folder.FullName, "outer.html");
        await File.WriteAllTextAsync(outer, $$"""
            <!DOCTYPE html><body><iframe id="f" src="file://{{html}}" style="width:{{width}}px;height:800px;border:0"></iframe><p id="answer"></p><script>
            onload = () => { const page = document.getElementById("f").contentDocument; document.getElementById("answer").textContent = "[[" + ({{expression}}) + "]]"; }
            </script></body>
            """);
        Ended ended = await RunAsync("--dump-dom", "--allow-file-access-from-files", $"file://{outer}");
        int begin = ended.Output.LastIndexOf("<p id=\"answer\">[[", StringComparison.Ordinal);
        int end = ended.Output.LastIndexOf("]]</p>", StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, ended.Output + ended.Errors);
        return ended.Output[(begin + "<p id=\"answer\">[[".Length)..end];
    }

    /// <summary>Its picture at a width.</summary>
    public async Task<Pixels> LookAsync(string html, int width, int height, bool dark)
    {
        string png = Path.Combine(_folder.FullName, "picture.png");
        IEnumerable<string> scheme = dark ? ["--blink-settings=preferredColorScheme=0"] : [];
        Ended ended = await RunAsync([.. scheme, string.Create(CultureInfo.InvariantCulture, $"--window-size={width},{height}"), $"--screenshot={png}", $"file://{html}"]);
        Assert.True(File.Exists(png), ended.Errors);
        return Pixels.OfPng(await File.ReadAllBytesAsync(png));
    }

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process that the browser has left behind still writes there: no matter of the test's.
        }
    }

    // Everything it keeps goes into a folder of its own; root needs --no-sandbox.
    private async Task<Ended> RunAsync(params string[] arguments) => await ChildProcess.RunAsync(
        Program, [.. (string[])["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--hide-scrollbars", $"--user-data-dir={_folder.FullName}/profile"], .. arguments]);
}
