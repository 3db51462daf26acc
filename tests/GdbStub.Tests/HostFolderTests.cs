using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.HostFiles;
using GdbHost.Machine.Semihosting;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// A guest's names never leave the folder that the user gave. Witness: the file system itself, beside the folder; error
/// numbers are those of Linux's errno.h.
/// </summary>
public sealed class HostFolderTests : IDisposable
{
    private static readonly HostFileMode Read = new(1);
    private static readonly HostFileMode Write = new(5);

    private readonly DirectoryInfo _all = Directory.CreateTempSubdirectory("gdbhost-test");
    private readonly string _root;
    private readonly string _secret;
    private readonly StringWriter _logged = new();
    private readonly HostFolder _folder;

    public HostFolderTests()
    {
        _root = _all.CreateSubdirectory("root").FullName;
        _secret = Path.Combine(_all.FullName, "secret");
        File.WriteAllText(_secret, "secret");
        _all.CreateSubdirectory("root-beside");
        File.WriteAllText(Path.Combine(_all.FullName, "root-beside", "file"), "beside");
        Directory.CreateDirectory(Path.Combine(_root, "inner"));
        File.WriteAllText(Path.Combine(_root, "inner", "file"), "inside");
        File.CreateSymbolicLink(Path.Combine(_root, "inner", "up"), "../inner/file");
        File.CreateSymbolicLink(Path.Combine(_root, "absolute-inside"), Path.Combine(_root, "inner", "file"));
        File.CreateSymbolicLink(Path.Combine(_root, "out"), "../secret");
        File.CreateSymbolicLink(Path.Combine(_root, "absolute-out"), _secret);
        File.CreateSymbolicLink(Path.Combine(_root, "nowhere"), "../made-by-the-guest");
        Directory.CreateSymbolicLink(Path.Combine(_root, "parent"), "..");
        File.CreateSymbolicLink(Path.Combine(_root, "loop"), "loop");
        _folder = HostFolder.Open("--semihosting-root", _root, new Log(_logged, LogLevel.Info));
    }

    public void Dispose()
    {
        _all.Delete(recursive: true);
        _logged.Dispose();
    }

    [Theory]
    [InlineData("inner/file")]
    [InlineData("./inner//file")]
    [InlineData("inner/../inner/file")]
    [InlineData("inner/up")]
    [InlineData("absolute-inside")]
    public void Names_inside_are_opened(string name) => Assert.Equal("inside", Contents(name));

    [Fact]
    public void An_absolute_name_inside_is_opened() => Assert.Equal("inside", Contents(Path.Combine(_root, "inner/file")));

    [Theory]
    [InlineData("../secret")]
    [InlineData("inner/../../secret")]
    [InlineData("../root/inner/file")]
    [InlineData("out")]
    [InlineData("absolute-out")]
    [InlineData("nowhere")]
    [InlineData("parent/secret")]
    [InlineData("inner/../parent/secret")]
    [InlineData("/etc/passwd")]
    public void Names_that_leave_the_folder_are_refused_for_reading_and_writing(string name)
    {
        foreach (HostFileMode mode in new[] { Read, Write, new HostFileMode(9), new HostFileMode(2) })
        {
            Assert.Null(_folder.Open(name, mode, out HostError reason));
            Assert.Equal(HostError.AccessDenied, reason);
        }

        Assert.Equal("secret", File.ReadAllText(_secret));
        Assert.False(File.Exists(Path.Combine(_all.FullName, "made-by-the-guest")));
    }

    [Fact]
    public void A_folder_whose_name_only_begins_the_same_is_outside()
    {
        Assert.Null(_folder.Open(_root + "-beside/file", Read, out HostError reason));
        Assert.Equal(HostError.AccessDenied, reason);
    }

    [Fact]
    public void Removing_and_renaming_act_on_a_link_itself_and_not_outside()
    {
        Assert.Equal(HostError.None, _folder.Remove("out"));
        Assert.True(File.Exists(_secret));
        Assert.Equal(HostError.AccessDenied, _folder.Remove("../secret"));
        Assert.Equal(HostError.AccessDenied, _folder.Rename("parent/secret", "mine"));
        Assert.Equal(HostError.AccessDenied, _folder.Rename("inner/file", "../taken"));
        Assert.Equal(HostError.None, _folder.Rename("inner/file", "moved"));
        Assert.Equal("inside", Contents("moved"));
    }

    [Theory]
    [InlineData("", HostError.NoSuchFile)]
    [InlineData("none", HostError.NoSuchFile)]
    [InlineData("inner", HostError.IsFolder)]
    [InlineData(".", HostError.IsFolder)]
    [InlineData("loop", HostError.TooManyLinks)]
    public void What_cannot_be_opened_has_its_reason(string name, HostError expected)
    {
        Assert.Null(_folder.Open(name, Read, out HostError reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    public void A_pipe_does_not_block(int mode)
    {
        string pipe = Path.Combine(_root, "pipe");
        using (Process make = Process.Start("mkfifo", pipe)!)
        {
            make.WaitForExit();
        }

        Assert.Null(_folder.Open("pipe", new HostFileMode(mode), out HostError reason));
        Assert.NotEqual(HostError.None, reason);
    }

    [Fact]
    public void A_root_that_is_itself_a_link_is_a_root()
    {
        string link = Path.Combine(_all.FullName, "link");
        Directory.CreateSymbolicLink(link, _root);
        HostFolder folder = HostFolder.Open("--semihosting-root", link + "/", new Log(_logged, LogLevel.Info));
        using IHostFile? file = folder.Open(Path.Combine(link, "inner/file"), Read, out _);
        Assert.NotNull(file);
        Assert.Null(folder.Open("../secret", Read, out _));
    }

    [Fact]
    public void A_name_with_a_long_part_is_the_hosts_error() =>
        Assert.Null(_folder.Open(new string('x', 3000), Write, out _));

    [Fact]
    public void A_root_that_is_no_folder_is_the_users_error()
    {
        UserErrorException e = Assert.Throws<UserErrorException>(
            () => HostFolder.Open("--semihosting-root", _secret, new Log(_logged, LogLevel.Info)));
        Assert.StartsWith("--semihosting-root: there is no folder", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_are_reported_once_and_printable()
    {
        _folder.CommandRefused("rm -rf \u001b[2J /");
        _folder.CommandRefused("again");
        Assert.Single(_logged.ToString().TrimEnd().Split('\n'));
        Assert.DoesNotContain('\u001b', _logged.ToString());
    }

    private string Contents(string name)
    {
        using IHostFile? file = _folder.Open(name, Read, out HostError reason);
        Assert.Equal(HostError.None, reason);
        byte[] bytes = new byte[100];
        Assert.Equal(HostError.None, file!.Read(0, bytes, out int done));
        Assert.Equal(HostError.None, file.Measure(out ulong length));
        Assert.Equal(length, (ulong)done);
        return Encoding.ASCII.GetString(bytes, 0, done);
    }
}
