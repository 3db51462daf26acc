using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Report;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Reports;

/// <summary>
/// The report for a browser. Who is right: Chromium for what is a document and how wide it is; for what must be said of the guest of
/// tests/Guests/situation1, the words of its hypervisor and of Linux that QEMU prints (printed-by-qemu-7.2.txt).
/// </summary>
public sealed class ReportTests : IDisposable
{
    private const int Phone = 380;
    private const int Desktop = 1280;
    private const string Reason = "stage 2 translation fault at level 0: IPA 0x4010000000 needs 39 bits, VTCR_EL2.T0SZ=32 gives 32";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-report");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests, Need.Browser)]
    public async Task Report_of_a_guest_that_dies_is_a_page_that_says_why()
    {
        string html = await SituationAsync("too-small", "a.html");
        string text = await File.ReadAllTextAsync(html);
        Assert.Equal(text, (await File.ReadAllTextAsync(await SituationAsync("too-small", "b.html"))).Replace("b.html", "a.html", StringComparison.Ordinal));
        Assert.DoesNotMatch(@"(?i)(src|href|action|data)\s*=\s*[""']?(https?:|//)|url\(|@import|<script|<link", text);
        Assert.InRange(text.Length, 20_000, 400_000);

        using Browser browser = new();
        Ended loaded = await browser.LoadAsync(html);
        Assert.DoesNotContain("CONSOLE", loaded.Errors, StringComparison.Ordinal);
        string dom = loaded.Output;
        Assert.Contains($"<h1>{Reason}</h1>", dom.Replace("<wbr>", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (string expected in (string[])["data-abort", "x0 changed to the value of ESR_EL2 (0x93810004)", "Kernel panic - not syncing", "pcie-ecam", "situation1/too-small.elf",
            "Address space", "PCI", "Interrupts", "State hash"])
        {
            Assert.Contains(expected, dom.Replace("<wbr>", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        await AccessibleAsync(browser, html);
        await LooksAsync(browser, html);
    }

    /// <summary>The machine of situation 5 at its end, with the guest's page moved once more. Who is right: IHI 0070 for names, the script for the rest.</summary>
    [RequiresFact(Need.Gdb, Need.Browser)]
    public async Task Report_tells_the_SMMU_with_streams_events_and_what_is_stale()
    {
        string html = Path.Combine(_folder.FullName, "s.html");
        Conversation gdb = await HostRun.UnderGdbAsync(
            StoringGuest.Arguments("dma-exerciser,id=x,addr=1"), "", $"""
            cd {Repository.InTree(".")}
            source scripts/scenarios/situation5.gdb
            set *(unsigned long *)0x40502008 = 0x43002c43
            monitor report {html}
            """);
        Assert.True(File.Exists(html), gdb.ToString());
        Assert.DoesNotContain("<script", await File.ReadAllTextAsync(html), StringComparison.OrdinalIgnoreCase);
        using Browser browser = new();
        const string Open = "page.querySelectorAll('details').forEach(d => d.open = true)";
        string shown = System.Net.WebUtility.HtmlDecode(await browser.AskAsync(html, Phone, $"({Open}, page.querySelector('#smmu').textContent)"));
        foreach (string expected in (string[])["on (CR0.SMMUEN=1)", "StreamID", "0x8", "00:01.0 pcie.x", "stage 1 and 2, context descriptors at IPA 0x40400000, VMID 3, stage 2 tables at 0x40600000", "S2T0SZ=25", "ASID 1",
            "F_TRANSLATION SID=0x8 (00:01.0) InputAddr=0x2040 write stage 2", "memory now says 0x43002000: CMD_TLBI_NH_VA is missing", "no ATOS", "CMD_TLBI_NH_VA VMID=3"])
        {
            Assert.Contains(expected, shown, StringComparison.Ordinal);
        }

        Assert.Equal("1", await browser.AskAsync(html, Phone, "page.querySelectorAll('#smmu .wrong').length"));
        Assert.Equal("1", await browser.AskAsync(html, Phone, "page.querySelectorAll('nav a[href=\"#smmu\"]').length"));
        foreach (int width in (int[])[Phone, Desktop])
        {
            Assert.Equal($"{width}", await browser.AskAsync(html, width, $"({Open}, page.documentElement.scrollWidth)"));
            Assert.Equal("", await browser.AskAsync(html, width, $"({Open}, [...page.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > {width}).map(e => e.outerHTML.slice(0, 80)).join('|'))"));
        }

        // The section's colors are those of the rest: what is written on the card can be told from it, light and dark.
        await LooksAsync(browser, html);
    }

    [Fact]
    public void Report_of_a_board_without_an_SMMU_says_so_in_one_line()
    {
        using MachineTarget target = MachineTarget.Create(new MachineConfiguration { MemoryBytes = 16 << 20 }, static _ => { });
        string text = Encoding.UTF8.GetString(HtmlReport.Make(new Answers(target, 0, end: null)));
        string section = text[text.IndexOf("<section id=\"smmu\"", StringComparison.Ordinal)..];
        Assert.Equal(["<section id=\"smmu\" aria-labelledby=\"smmu-title\">", "<h2 id=\"smmu-title\">SMMU</h2>",
            "<p class=\"note\">this machine has no SMMU; start it with --machine virt,iommu=smmuv3.</p>", "</section>"], section.Split('\n')[..4]);
    }

    private static async Task AccessibleAsync(Browser browser, string html)
    {
        foreach (int width in (int[])[Phone, Desktop])
        {
            Assert.Equal($"{width} {width}", await browser.AskAsync(html, width, "page.documentElement.clientWidth + ' ' + page.documentElement.scrollWidth"));
            Assert.Equal("", await browser.AskAsync(html, width, $"[...page.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > {width}).map(e => e.outerHTML.slice(0, 80)).join('|')"));
        }

        // Every table has header cells for columns and rows, every picture a text, every heading is under one above it.
        Assert.Equal("true", await browser.AskAsync(html, Phone, "[...page.querySelectorAll('table')].every(t => t.caption && t.querySelector('th[scope=col]') && [...t.tBodies[0].rows].every(r => r.cells[0].scope == 'row'))"));
        Assert.Equal("true", await browser.AskAsync(html, Phone, "page.querySelectorAll('svg').length >= 2 && [...page.querySelectorAll('svg')].every(s => s.getAttribute('aria-labelledby').split(' ').every(i => page.getElementById(i).textContent.length > 10))"));
        Assert.Equal("1 1 1 1 en", await browser.AskAsync(html, Phone, "['h1','main','header','nav'].map(t => page.querySelectorAll(t).length).join(' ') + ' ' + page.documentElement.lang"));
        Assert.Equal("true", await browser.AskAsync(html, Phone, "[...page.querySelectorAll('section')].every(s => page.getElementById(s.getAttribute('aria-labelledby')).tagName == 'H2')"));

        // The hole is in the picture and in its words.
        Assert.Equal("true", await browser.AskAsync(html, Phone, "page.querySelectorAll('svg .fault rect').length >= 1 && [...page.querySelectorAll('svg desc')].some(d => d.textContent.includes('not mapped: pcie-ecam at 0x4010000000'))"));
    }

    private static async Task LooksAsync(Browser browser, string html)
    {
        foreach (int width in (int[])[Phone, Desktop])
        {
            Pixels light = await browser.LookAsync(html, width, 1600, dark: false);
            Pixels dark = await browser.LookAsync(html, width, 1600, dark: true);
            Assert.Equal((width, width), (light.Width, dark.Width));
            Assert.True(light[1, 1].Red > 200 && dark[1, 1].Red < 60, $"{light[1, 1]} {dark[1, 1]}");
            Assert.InRange(light.Colors(0, 400), 20, int.MaxValue);
            Assert.InRange(dark.Colors(0, 400), 20, int.MaxValue);
        }
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task Report_of_a_guest_that_is_stopped_by_the_clock_says_so()
    {
        string html = Path.Combine(_folder.FullName, "t.html");
        Ended ended = await HostRun.CommandAsync("run", "--machine", "virt", "--kernel", Repository.Guest("debian/vmlinuz"), "--append", "console=ttyAMA0 initcall_debug", "--gdb", "none", "--serial",
            $"file:{_folder.FullName}/serial", "--timeout", "1", "--report", html);
        Assert.Equal(3, ended.Status);
        Assert.Contains("the guest still ran after the 1 s of --timeout", await File.ReadAllTextAsync(html), StringComparison.Ordinal);
    }

    [RequiresFact(Need.DebianGuests)]
    public async Task Report_of_a_QEMU_command_line_says_that_the_guest_ended_well()
    {
        string html = Path.Combine(_folder.FullName, "q.html");
        Ended ended = await HostRun.CommandAsync("qemu", "-machine", "virt", "-cpu", "cortex-a53", "-m", "256M", "-nographic", "-kernel", Repository.Guest("cloud/vmlinuz"),
            "-initrd", Repository.Guest("cloud/initramfs.cpio.gz"), "-append", "console=ttyAMA0 panic=-1", "-report", html);
        Assert.Equal(0, ended.Status);
        string text = (await File.ReadAllTextAsync(html)).Replace("<wbr>", "", StringComparison.Ordinal);
        Assert.Contains("<h1>the guest powered off</h1>", text, StringComparison.Ordinal);
        Assert.Contains("gdbhost qemu -machine virt", text, StringComparison.Ordinal);
    }

    /// <summary>A guest whose console is an attack on who reads the report: 16 KiB of it, in front of a wait for ever.</summary>
    [RequiresFact(Need.Browser)]
    public async Task What_a_guest_prints_stays_text()
    {
        const string Hostile = "</pre><script>document.title='owned'</script><img src=x onerror=document.title='owned'>&lt;b&gt;\u001b[2J\u0007\u0000'\"><svg onload=alert(1)>";
        byte[] line = Encoding.Latin1.GetBytes(Hostile + "\u00e2\u0080\u00ae\r\n");
        using MachineTarget target = MachineTarget.Create(Printer(line), static _ => { }, 2_000_000);
        TargetRun.Run(target);
        TargetState before = target.State;
        byte[] report = HtmlReport.Make(new Answers(target, 0, end: null));
        Assert.Equal(before, target.State);
        Assert.Equal(report, HtmlReport.Make(new Answers(target, 0, end: null)));
        Assert.InRange(report.Length, 10_000, 400_000);
        string text = Encoding.UTF8.GetString(report);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
        string html = Path.Combine(_folder.FullName, "h.html");
        await File.WriteAllBytesAsync(html, report);

        using Browser browser = new();
        Ended loaded = await browser.LoadAsync(html);
        Assert.DoesNotContain("CONSOLE", loaded.Errors, StringComparison.Ordinal);
        string shown = System.Net.WebUtility.HtmlDecode(await browser.AskAsync(html, Phone, "page.querySelector('#console pre').textContent.slice(0, 300)"));
        Assert.Contains("<script>document.title='owned'</script>", shown, StringComparison.Ordinal);
        Assert.Equal("0 0 0", await browser.AskAsync(html, Phone, "['script','img','[onload]'].map(t => page.querySelectorAll(t).length).join(' ')"));
        Assert.StartsWith("GdbHost: ", await browser.AskAsync(html, Phone, "page.title"), StringComparison.Ordinal);
        Assert.Equal($"{Phone}", await browser.AskAsync(html, Phone, "page.documentElement.scrollWidth"));
    }

    [Theory]
    [InlineData("\u202e\u0000\u001b\u0085", "\\x202e\\x00\\x1b\\x85")]
    [InlineData("<a href='x'>&\"", "&lt;a href=&#39;x&#39;&gt;&amp;&quot;")]
    [InlineData("Müller\n", "Müller\n")]
    public void Text_that_is_not_ours_is_escaped(string text, string escaped) => Assert.Equal(escaped, HtmlText.Escaped(text));

    [Fact]
    public void A_file_that_is_there_is_not_replaced()
    {
        using MachineTarget target = MachineTarget.Create(DemoGuest.Configuration, static _ => { });
        string path = Path.Combine(_folder.FullName, "mine.html");
        Assert.Matches(@"^report: \d+ bytes written to ", TargetRun.Ask(target, $"report {path}"));
        Assert.Contains("it is there already", TargetRun.Ask(target, $"report {path}"), StringComparison.Ordinal);
        Assert.Contains("/no/such/folder/x.html: ", TargetRun.Ask(target, "report /no/such/folder/x.html"), StringComparison.Ordinal);
    }

    private async Task<string> SituationAsync(string form, string name)
    {
        string html = Path.Combine(_folder.FullName, name);
        await HostRun.CommandAsync(["run", .. Situation1.Arguments(form), "--gdb", "none", "--serial", $"file:{_folder.FullName}/serial", "--max-instructions", HostRun.DefaultLimit, "--report", html]);
        return html;
    }

    // MOV of the UART's address and of the text's, a loop of LDRB, STRB, CBNZ until the end, then the text again.
    private static MachineConfiguration Printer(byte[] text)
    {
        uint[] code = [0xd2a12001, 0x100000e2, 0x38401443, 0xb5000043, 0x17fffffd, 0xb9000023, 0x17fffffc, 0xd503201f];
        byte[] program = [.. code.SelectMany(BitConverter.GetBytes), .. text.Select(static b => b == 0 ? (byte)1 : b), 0];
        return new MachineConfiguration { Kernel = new BootFile("printer.bin", program), MemoryBytes = 128 << 20 };
    }
}
