extension Look {
  /// Buttons, fields, and what is said about them.
  static let controls = #"""
    .button{display:inline-flex;align-items:center;justify-content:center;min-height:2rem;padding:.25rem .75rem;
    border:1px solid var(--edge);border-radius:var(--r1);background:var(--surface);color:var(--ink);font:inherit;
    font-size:var(--t1);font-weight:550;
    text-align:center;text-decoration:none;cursor:pointer;flex:none;max-width:100%}
    .button:hover{background:var(--sunk)}
    .primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
    .primary:hover{background:var(--accent);filter:brightness(1.1)}
    .danger{border-color:var(--critical);color:var(--critical-ink)}
    .danger:hover{background:var(--critical-ground)}
    .quiet{min-height:1.75rem;padding:.125rem var(--s2);border-color:var(--edge);background:none;color:var(--muted)}
    .me .quiet{border-color:transparent}
    .quiet:hover{color:var(--ink)}
    input,select,textarea{font:inherit;color:var(--ink);background:var(--surface);border:1px solid var(--edge);border-radius:var(--r1);
    padding:.25rem .5rem;min-height:2rem;max-width:100%}
    textarea{display:block;width:100%;resize:vertical}
    select{padding-right:var(--s1)}
    ::placeholder{color:var(--muted);opacity:1}
    input[type=checkbox],input[type=radio]{min-height:0;width:1.125rem;height:1.125rem;margin:0;accent-color:var(--accent);flex:none}
    .check{display:inline-flex;align-items:center;gap:var(--s2);min-height:2rem}
    [aria-invalid=true]{border-color:var(--critical);box-shadow:0 0 0 1px var(--critical)}
    .field{display:flex;flex-direction:column;gap:var(--s1);min-width:0}
    .field>label{font-size:var(--t1);font-weight:550}
    .required{color:var(--muted);font-weight:400}
    .error{color:var(--critical-ink);font-size:var(--t1)}
    .error::before{content:"▲ ";font-size:.8em}
    form>*+*{margin-top:var(--s3)}
    .top form>*,td form>*,.actions form>*,form>.actions,.query>.row{margin-top:0}
    .actions form{display:flex;flex-wrap:wrap;align-items:center;gap:var(--s2)}
    .field>input,.field>select,.completed>input{width:100%}
    .row{display:flex;flex-wrap:wrap;align-items:flex-start;gap:var(--s3)}
    .row:has(>.field,>.wide)>:is(.button,.check){margin-top:calc(var(--t1)*1.5 + var(--s1))}
    .row>.field{flex:1 1 10rem}
    .row>.wide{flex:4 1 20rem;padding:0;border:0;background:none;overflow:visible}
    .checks{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:0 var(--s3);margin:0;padding:0;border:0}
    .carets{font-size:var(--t1);white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.35}
    mark{background:var(--critical-ground);color:var(--critical-ink);border-radius:2px}
    .narrow{max-width:26rem;margin-inline:auto;padding-top:var(--s6)}
    .narrow>*+*{margin-top:var(--s4)}
    .narrow .button{min-height:2.25rem}
    @media (pointer:coarse){.button,input,select,.check{min-height:2.5rem}.quiet,.choices a{min-height:2.5rem}
    .rooms a,.fold>summary{padding-block:.625rem}.hotkeys{display:none}}
    .fold>summary{cursor:pointer;color:var(--accent);font-size:var(--t1);font-weight:550;padding:.25rem 0;width:fit-content}
    .fold>div{padding-top:var(--s3)}
    .completed{position:relative}
    .suggestions{position:absolute;z-index:5;left:0;right:0;top:100%;margin-top:2px;max-height:18rem;overflow:auto;
    background:var(--surface);border:1px solid var(--edge);border-radius:var(--r1);box-shadow:0 8px 24px #0003}
    .suggestions li{display:flex;flex-wrap:wrap;gap:0 var(--s3);padding:var(--s1) var(--s3);min-height:1.75rem;cursor:pointer}
    .suggestions span{color:var(--muted);font-size:var(--t1)}
    .suggestions [aria-selected=true]{background:var(--chosen)}
    .help{max-width:26rem;width:calc(100% - 2rem);padding:var(--s5);border:1px solid var(--edge);border-radius:var(--r2);
    background:var(--surface);color:var(--ink)}
    .help::backdrop{background:#0006}
    .help dl{display:grid;grid-template-columns:auto 1fr;gap:var(--s2) var(--s4);margin:var(--s4) 0}
    """#
}
