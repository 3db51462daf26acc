namespace GdbHost.GdbStub.Report;

/// <summary>The look of a report (W3C, CSS): one column on a telephone, two on a wide screen, dark where the reader's system is.</summary>
internal static class Style
{
    public const string Sheet = """
        :root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--accent:#0a58ca;
        --bad:#b42318;--badbg:#fdecea;--good:#116329;--goodbg:#e6f4ea;--plainbg:#e8eef7;
        --ram:#cfe2ff;--ramline:#3b6fb6;--device:#ffe3c2;--deviceline:#b5651d;--rom:#e4e6ea;--romline:#6b7280;--bar:#3b6fb6}
        @media(prefers-color-scheme:dark){:root{--bg:#0f1318;--card:#181d24;--fg:#e6e9ee;--dim:#9aa4b1;--line:#333c47;--accent:#7fb2ff;
        --bad:#ff8f85;--badbg:#3a1a18;--good:#7ee29a;--goodbg:#13301d;--plainbg:#1b2634;
        --ram:#1f3a5f;--ramline:#7fb2ff;--device:#4a3216;--deviceline:#f0b36a;--rom:#2b313a;--romline:#9aa4b1;--bar:#7fb2ff}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        header,main,footer,nav{max-width:80rem;margin:0 auto;padding:0 16px}
        header{padding-top:16px}
        .brand{margin:0 0 6px;color:var(--dim);font-size:.85rem;letter-spacing:.02em}
        .verdict{border-left:6px solid var(--accent);background:var(--plainbg);border-radius:8px;padding:12px 16px}
        .verdict.bad{border-color:var(--bad);background:var(--badbg)}
        .verdict.good{border-color:var(--good);background:var(--goodbg)}
        .verdict .tag{margin:0;font-weight:700;font-size:.8rem;color:var(--accent)}
        .verdict.bad .tag{color:var(--bad)}.verdict.good .tag{color:var(--good)}
        h1{font-size:1.25rem;line-height:1.3;margin:2px 0 8px;overflow-wrap:anywhere}
        h2{font-size:1.05rem;margin:0 0 10px}h3{font-size:.95rem;margin:14px 0 6px}
        dl{margin:0;display:grid;grid-template-columns:minmax(5.5rem,max-content) 1fr;gap:4px 12px;font-size:.9rem}
        dt{color:var(--dim);max-width:9rem}dd{margin:0;overflow-wrap:anywhere}
        nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 14px;margin:12px 0;padding:0;font-size:.9rem}
        a{color:var(--accent)}nav a{display:inline-block;padding:4px 0}
        main{padding-bottom:1px}
        section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;margin:0 0 16px}
        @media(max-width:40rem){.verdict dl{grid-template-columns:minmax(0,1fr);gap:0}header,main,footer,nav{padding-left:10px;padding-right:10px}section{padding:12px 10px}}
        @media(min-width:64rem){main{columns:2;column-gap:16px}section{break-inside:avoid}.wide{column-span:all;margin-top:16px}}
        pre,code,dd.code,td,tbody th,.lines{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        code,dd.code,.lines{font-size:.82rem}
        pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem;line-height:1.4;max-height:28rem;overflow-y:auto}
        .lines{list-style:none;margin:0;padding:0}.lines li{padding:3px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
        .lines li:first-child{border-top:0}.lines b{font-weight:700}.lines .wrong b{color:var(--bad)}.lines .right b{color:var(--good)}
        table{width:100%;border-collapse:collapse;font-size:.8rem;margin:4px 0}
        caption{text-align:left;color:var(--dim);font-size:.85rem;padding-bottom:4px}
        th,td{text-align:left;vertical-align:top;padding:3px 8px 3px 0;border-top:1px solid var(--line);overflow-wrap:anywhere;font-weight:400}
        tbody th{overflow-wrap:break-word}
        thead th{border-top:0;color:var(--dim);font-weight:600;overflow-wrap:normal}
        .tree,.tree ul{list-style:none;margin:0;padding:0}.tree ul{padding-left:14px;border-left:2px solid var(--line)}
        .tree li{margin:0 0 8px}.tree p{margin:0;overflow-wrap:anywhere}.tree .sub{color:var(--dim);font-size:.82rem}
        details{margin-top:10px}summary{cursor:pointer;color:var(--accent);font-size:.9rem;padding:4px 0}
        .more,.note{color:var(--dim);font-size:.85rem;margin:6px 0 0}
        .pictures{display:flex;flex-wrap:wrap;gap:0 32px}.pictures>div{flex:1 1 18rem;min-width:0;max-width:32rem}
        .picture{display:block;width:100%;height:auto;max-width:32rem}
        .picture text{fill:var(--fg);font-family:system-ui,"DejaVu Sans",sans-serif;font-size:10.5px}
        .picture .head{font-weight:700;font-size:11px}
        .picture .name{font-weight:700;font-size:10.5px}
        .picture .address{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:10.5px}
        .picture .size,.picture .axis{fill:var(--dim);font-size:10.5px}
        .picture .flag{fill:var(--bad)}
        .picture rect{fill:var(--rom);stroke:var(--romline)}
        .picture .ram rect{fill:var(--ram);stroke:var(--ramline)}
        .picture .device rect{fill:var(--device);stroke:var(--deviceline)}
        .picture .fault rect{fill:var(--badbg);stroke:var(--bad);stroke-dasharray:4 3;stroke-width:1.5}
        .picture .fault .name{fill:var(--bad)}
        .picture .hole rect{fill:none;stroke:var(--dim);stroke-dasharray:4 3}
        .picture .unreached rect{fill:none;stroke-dasharray:2 3}
        .picture .band{fill:none;stroke:var(--romline);stroke-width:1.6;opacity:.75}
        .picture .band.ram{stroke:var(--ramline)}.picture .band.device{stroke:var(--deviceline)}
        .picture .band.fault{stroke:var(--bad);stroke-dasharray:4 3;opacity:1}.picture .band.hole{stroke-dasharray:4 3}
        .picture .gap{stroke:var(--dim);stroke-dasharray:1 2}
        .picture .base{stroke:var(--line)}
        .picture rect.bar{fill:var(--bar);stroke:none}.picture rect.bar.flag{fill:var(--bad)}
        .key{display:flex;flex-wrap:wrap;gap:2px 14px;margin:8px 0 0;padding:0;list-style:none;font-size:.82rem;color:var(--dim)}
        footer{color:var(--dim);font-size:.85rem;padding-bottom:24px}
        """;
}
