extension Look {
  /// Cards, figures, badges, notices.
  static let blocks = #"""
    .card{container-type:inline-size;background:var(--surface);border:1px solid var(--line);border-radius:var(--r2);padding:var(--s4)}
    .card>header{display:flex;flex-wrap:wrap;align-items:center;gap:var(--s2);margin-bottom:var(--s3)}
    .card>*+*:not(header){margin-top:var(--s3)}
    .card>header+*{margin-top:0!important}
    .card>h3+*:not(header){margin-top:var(--s1)}
    .tiles{display:grid;gap:1px;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));background:var(--surface);
    border:1px solid var(--line);    border-radius:var(--r2);overflow:hidden}
    .tile{padding:var(--s3) var(--s4);box-shadow:0 0 0 1px var(--line)}
    .tile dt{color:var(--muted);font-size:var(--t1)}
    .tile .value{font-size:clamp(var(--t4),6cqi,var(--t5));overflow-wrap:normal;line-height:1.2;font-weight:600;letter-spacing:-.02em}
    .tile .value a:not(:hover){text-decoration:none}
    .tile .detail{color:var(--muted);font-size:var(--t1)}
    .badge{display:inline-flex;align-items:center;gap:.35em;padding:.0625rem .5rem .0625rem .4rem;border-radius:1em;
    background:var(--ground);color:var(--text);font-size:var(--t1);font-weight:550;line-height:1.5;white-space:nowrap}
    .badge b{min-width:1.1em;text-align:right}
    .shape{width:.75em;height:.75em;flex:none;fill:var(--mark,currentColor)}
    .swatch .shape{width:.875rem;height:.875rem}
    .tag{display:inline-block;padding:0 .5em;border:1px solid var(--edge);border-radius:var(--r1);font-size:var(--t1);color:var(--muted);
    white-space:nowrap}
    .tag.good{border-color:var(--healthy);color:var(--healthy-ink)}
    .tag.bad{border-color:var(--critical);color:var(--critical-ink);font-weight:600}
    .tag.waiting{border-color:var(--at-risk);color:var(--at-risk-ink)}
    .change{white-space:nowrap;font-weight:600}
    .down{color:var(--critical-ink)}
    .up{color:var(--healthy-ink)}
    .score p{display:flex;flex-wrap:wrap;align-items:baseline;gap:var(--s1) var(--s2)}
    .score p>b{font-size:var(--t6);line-height:1;letter-spacing:-.03em;color:var(--text)}
    .score .of{color:var(--muted)}
    .score .badge{font-size:var(--t2)}
    .since{color:var(--muted);font-size:var(--t1)}
    .notice{padding:var(--s3) var(--s4);border:1px solid var(--edge);border-left-width:4px;border-radius:var(--r1);
    background:var(--surface)}
    .notice.good{border-color:var(--healthy);background:var(--healthy-ground)}
    .notice.bad{border-color:var(--critical);background:var(--critical-ground)}
    .empty{padding:var(--s5) var(--s4);text-align:center;color:var(--muted);border:1px dashed var(--edge);border-radius:var(--r2)}
    .card .empty{border:0;padding-block:var(--s4)}
    .facts{display:grid;gap:var(--s2) var(--s4);grid-template-columns:repeat(auto-fit,minmax(min(100%,13rem),1fr))}
    .facts dt{color:var(--muted);font-size:var(--t1)}
    .late{color:var(--critical-ink);font-weight:600}
    .prose{white-space:pre-wrap}
    .secret{display:block;padding:var(--s2) var(--s3);background:var(--surface);border:1px solid var(--edge);border-radius:var(--r1);
    user-select:all}
    .head{display:grid;grid-template-columns:auto minmax(0,1fr);gap:var(--s4) var(--s7);align-items:center;padding:var(--s4) var(--s5);
    background:var(--surface);border:1px solid var(--line);border-radius:var(--r2)}
    .head .actions{margin-top:var(--s2)}
    .head .facts{grid-template-columns:repeat(auto-fit,minmax(min(100%,8rem),1fr))}
    @media (max-width:48rem){.head{grid-template-columns:minmax(0,1fr);padding:var(--s4)}}
    .choices ul{display:flex;flex-wrap:wrap;gap:var(--s1)}
    .choices a{display:block;padding:.1875rem .75rem;border:1px solid var(--line);border-radius:1em;background:var(--surface);
    color:var(--muted);font-size:var(--t1);text-decoration:none}
    .choices a:hover{color:var(--ink);border-color:var(--edge)}
    .choices [aria-current]{background:var(--chosen);color:var(--ink);border-color:var(--accent);font-weight:600}
    @media (prefers-reduced-motion:no-preference){.moved{animation:moved 2s ease-out}}
    @keyframes moved{from{box-shadow:0 0 0 3px var(--accent)}to{box-shadow:0 0 0 3px transparent}}
    """#

  /// Worklists and timelines.
  static let lists = #"""
    .entries>li{display:grid;grid-template-columns:7rem minmax(0,1fr) auto auto;align-items:center;gap:var(--s1) var(--s3);
    padding:var(--s2) 0;border-top:1px solid var(--line)}
    .entries>li:first-child{border-top:0;padding-top:0}
    .entries>li:last-child{padding-bottom:0}
    .entries .who{font-weight:600}
    .who a:not(:hover),.table td:first-child a:not(:hover){text-decoration:none}
    .entries .who a,.table td:first-child a{color:var(--ink);font-weight:600}
    .entries .why{color:var(--muted);font-size:var(--t1)}
    .entries .when{grid-column:3;color:var(--muted);font-size:var(--t1);text-align:right}
    .entries .actions{grid-column:4}
    .entries .overdue .when{color:var(--critical-ink);font-weight:600}
    .actions:has(>.fold[open]){grid-column:1/-1}
    .actions>.fold[open]{flex:1 1 100%}
    main>.entries{padding:var(--s4);background:var(--surface);border:1px solid var(--line);border-radius:var(--r2)}
    .plain>li{padding:.125rem 0}
    .notes>li,.alert{padding:var(--s2) 0;border-top:1px solid var(--line)}
    .notes>li:first-child,header+.alert{border-top:0;padding-top:0}
    .alert .hint+*{margin-top:var(--s1)}
    [data-list]>:has(a:focus-visible){outline:2px solid var(--accent);outline-offset:-1px;border-radius:var(--r1)}
    .day{margin-top:var(--s4)}
    .day:first-child{margin-top:0}
    .timeline>li{display:grid;grid-template-columns:3.25rem 5.5rem minmax(0,1fr);gap:0 var(--s3);padding:var(--s1) 0}
    .timeline time,.timeline .kind,.timeline .detail{color:var(--muted);font-size:var(--t1);line-height:1.75}
    @container (max-width:34rem){.entries>li{grid-template-columns:minmax(0,1fr) auto;padding:var(--s3) 0}
    .entries .lead{grid-column:1}.entries .what{grid-row:2;grid-column:1/-1}.entries .when{grid-row:1;grid-column:2}
    .entries .actions{grid-row:3;grid-column:1/-1}
    .timeline>li{grid-template-columns:3.25rem minmax(0,1fr)}.timeline .what{grid-column:2}}
    """#
}
