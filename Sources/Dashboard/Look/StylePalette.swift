extension Look {
  /// Sizes and colours. All others are named from these; a test computes their contrast in both themes.
  static let palette = #"""
    :root{color-scheme:light dark;
    --t0:.75rem;--t1:.8125rem;--t2:.9375rem;--t3:1.0625rem;--t4:1.375rem;--t5:2rem;--t6:3.5rem;
    --s1:.25rem;--s2:.5rem;--s3:.75rem;--s4:1rem;--s5:1.5rem;--s6:2rem;--s7:3rem;
    --r1:4px;--r2:8px;
    --page:#f6f7f9;--surface:#ffffff;--sunk:#eef0f4;--line:#dfe3ea;--edge:#868e9c;
    --ink:#171b23;--muted:#566072;--accent:#3348b8;--on-accent:#ffffff;--chosen:#e8ebfa;
    --healthy:#0a726c;--healthy-ink:#075c56;--healthy-ground:#e3f4f1;
    --at-risk:#c67500;--at-risk-ink:#7a4300;--at-risk-ground:#fef2dd;
    --critical:#861031;--critical-ink:#861031;--critical-ground:#fbe5e9;
    --on-healthy:#ffffff;--on-at-risk:#171b23;--on-critical:#ffffff}
    @media screen and (prefers-color-scheme:dark){:root{
    --page:#0f1216;--surface:#171b21;--sunk:#0b0d10;--line:#2a303a;--edge:#727d8f;
    --ink:#e8ebf0;--muted:#9aa5b5;--accent:#9db0ff;--on-accent:#0f1430;--chosen:#232b4a;
    --healthy:#4bb4a8;--healthy-ink:#7fd6cb;--healthy-ground:#0f302d;
    --at-risk:#fdd06a;--at-risk-ink:#f8d07a;--at-risk-ground:#35270b;
    --critical:#de4160;--critical-ink:#ff98a8;--critical-ground:#340f1b;
    --on-healthy:#0b0d10;--on-at-risk:#0b0d10;--on-critical:#0b0d10}}
    .healthy{--mark:var(--healthy);--text:var(--healthy-ink);--ground:var(--healthy-ground);--on:var(--on-healthy)}
    .at-risk{--mark:var(--at-risk);--text:var(--at-risk-ink);--ground:var(--at-risk-ground);--on:var(--on-at-risk)}
    .critical{--mark:var(--critical);--text:var(--critical-ink);--ground:var(--critical-ground);--on:var(--on-critical)}
    """#
}
