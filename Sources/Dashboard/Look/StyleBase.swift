extension Look {
  /// Type, links, focus, and how a page is laid out.
  static let base = #"""
    *,*::before,*::after{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--page);color:var(--ink);
    font:var(--t2)/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
    font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    h1,h2,h3,p,ol,ul,dl,dd,figure{margin:0;padding:0}
    ol,ul{list-style:none}
    h1{font-size:var(--t4);line-height:1.25;font-weight:650;letter-spacing:-.01em}
    h2{font-size:var(--t2);line-height:1.4;font-weight:650}
    h3{font-size:var(--t1);line-height:1.4;font-weight:600;color:var(--muted)}
    a{color:var(--accent);text-underline-offset:.15em;text-decoration-thickness:1px}
    a:hover{text-decoration-thickness:2px}
    b,strong{font-weight:650}
    code,kbd{font:var(--t1)/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    kbd{padding:0 .35em;border:1px solid var(--edge);border-radius:var(--r1);background:var(--surface);color:var(--ink)}
    pre{margin:0;padding:var(--s3);white-space:pre-wrap;background:var(--sunk);border-radius:var(--r1)}
    time{white-space:nowrap}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:var(--r1)}
    main:focus-visible{outline:none}
    ::selection{background:var(--accent);color:var(--on-accent)}
    .unseen:not(:focus):not(:active){position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;
    clip-path:inset(50%);white-space:nowrap}
    .skip{position:absolute;left:var(--s4);top:-4rem;z-index:9;padding:var(--s2) var(--s4);background:var(--accent);color:var(--on-accent)}
    .skip:focus{top:var(--s2)}
    .patterns{position:absolute}
    main{flex:1;width:100%;container-type:inline-size;max-width:108rem;margin:0 auto;padding:var(--s5) var(--s4) var(--s7)}
    main>*+*,.stack>*+*{margin-top:var(--s4)}
    .heading{display:flex;flex-wrap:wrap;align-items:center;gap:var(--s2) var(--s4)}
    .heading .actions,.card>header .actions{margin-left:auto}
    .actions{display:flex;flex-wrap:wrap;align-items:center;gap:var(--s2)}
    .columns{display:grid;gap:var(--s4);grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));align-items:start}
    .sides{display:grid;gap:var(--s4);grid-template-columns:minmax(0,1fr)}
    .columns>*,.stack,.stack>*{min-width:0}
    .hint{color:var(--muted);font-size:var(--t1)}
    .bottom{padding:var(--s4);text-align:center;color:var(--muted);font-size:var(--t1)}
    .scroll{overflow-x:auto}
    @media (min-width:64rem){main{padding-inline:var(--s6)}.sides{grid-template-columns:minmax(0,2fr) minmax(20rem,1fr)}}
    """#

  /// The bar at the top.
  static let bar = #"""
    .top{display:flex;flex-wrap:wrap;align-items:center;gap:var(--s1) var(--s3);padding:var(--s2) var(--s4);
    background:var(--surface);border-bottom:1px solid var(--line)}
    .company{font-weight:650;max-width:12rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .company a{display:inline-block;padding:var(--s1) 0;color:inherit;text-decoration:none}
    .rooms ul{display:flex;flex-wrap:wrap;gap:2px}
    .rooms a{display:block;padding:.375rem .5rem;border-radius:var(--r1);color:var(--muted);font-size:var(--t1);font-weight:550;
    text-decoration:none}
    .rooms a:hover{background:var(--sunk);color:var(--ink)}
    .rooms [aria-current]{background:var(--chosen);color:var(--ink)}
    .search{margin-left:auto;flex:1 1 8rem;max-width:15rem}
    .search input{width:100%}
    .me{display:flex;align-items:center;gap:var(--s2)}
    .me .who{max-width:9rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--muted);font-size:var(--t1);
    text-decoration:none;padding:.25rem 0}
    .me .who:hover{text-decoration:underline}
    @media (min-width:64rem){.top{padding-inline:max(var(--s6),(100% - 108rem)/2 + var(--s6))}}
    @media (max-width:56rem){.company{flex:1}.rooms{order:3;width:100%}.search{order:4;flex-basis:100%;max-width:none}}
    @media (max-width:26rem){.me .who{max-width:7rem}}
    """#
}
