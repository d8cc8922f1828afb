extension Look {
  /// Charts. The plot's margins are the padding around its picture: the labels of the axes stand in them.
  static let charts = #"""
    .plot{container-type:inline-size;padding:.75rem .75rem 1.75rem 2.75rem}
    .plot>svg{display:block;width:100%;height:13rem;overflow:visible}
    .plot svg svg{overflow:visible}
    .average .plot>svg,.shares .plot>svg{height:11rem}
    .bars .plot>svg{height:15rem}
    .history .plot,.average .plot{padding-right:4rem}
    .shares .plot{padding-left:3.25rem}
    .flow .plot{padding:.75rem 4.25rem}
    .flow .plot>svg{height:18rem}
    .chart text{font-size:12px;fill:var(--muted);stroke:none}
    .left,.end{text-anchor:end}
    .middle{text-anchor:middle}
    .grid,.tick{stroke:var(--line);stroke-width:1;fill:none;shape-rendering:crispEdges}
    .tick{stroke:var(--edge)}
    .bars .grid{stroke:var(--line)}
    .shares .grid{stroke:var(--surface);stroke-opacity:.5}
    @container (max-width:26rem){.minor{display:none}.history .plot,.average .plot{padding-right:.75rem}}
    .bar{fill:var(--mark);shape-rendering:crispEdges}
    .bars .bar:hover{fill-opacity:.8}
    .area{fill:var(--mark);stroke:var(--surface);stroke-width:1;vector-effect:non-scaling-stroke}
    .zone{fill:var(--ground)}
    .chart .zone-name{fill:var(--text,var(--muted));font-size:11px}
    .line{fill:none;stroke:var(--ink);stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}
    .mark{fill:var(--mark,var(--ink));stroke:var(--surface);stroke-width:1.5;overflow:visible}
    .mark .ring{fill:var(--surface);stroke:var(--mark,var(--ink));stroke-width:2}
    .mark:hover{stroke:var(--ink)}
    .last{fill:var(--ink);stroke:var(--surface);stroke-width:2}
    .strip{fill:transparent}
    .strip:hover{fill:var(--ink);fill-opacity:.12}
    .stream{fill:var(--mark,var(--edge));fill-opacity:.5}
    .stays{fill-opacity:.22}
    .stream:hover{fill-opacity:.85}
    .node{fill:var(--mark,var(--edge))}
    .chart .name{fill:var(--ink);font-weight:550}
    .legend{display:flex;flex-wrap:wrap;gap:var(--s1) var(--s4);color:var(--muted);font-size:var(--t1)}
    .legend li{display:inline-flex;align-items:center;gap:.4em}
    .legend .key{width:12px;height:12px}
    .swatch{display:inline-flex}
    .chart details{margin-top:var(--s2);font-size:var(--t1)}
    .chart summary{cursor:pointer;color:var(--muted);width:fit-content;padding:.25rem 0}
    .chart .scroll{max-height:20rem;overflow:auto;padding-top:var(--s2)}
    .spark{display:inline-block;width:5.5rem;height:1.5rem;vertical-align:middle;overflow:visible}
    .spark .line{stroke-width:1.5;stroke:var(--muted)}
    .spark svg{overflow:visible}
    .stacked{display:block;min-width:7rem}
    .stacked>svg{display:block;width:100%;height:.75rem;border-radius:2px}
    .stacked .bar{stroke:var(--surface);stroke-width:1}
    .keys{display:inline-flex;flex-wrap:wrap;gap:0 var(--s3);font-size:var(--t1);color:var(--muted)}
    .stacked .key{display:inline-flex;align-items:center;gap:.3em}
    """#

  /// Why a score is what it is.
  static let explanation = #"""
    .hatch-line{fill:var(--edge)}
    .hatch-ground{fill:var(--surface)}
    .cut-line{fill:var(--critical)}
    .hundred{padding:1.75rem 0 .75rem}
    .hundred>svg{display:block;width:100%;height:2.25rem;overflow:visible}
    .hundred svg svg{overflow:visible}
    .hundred text{font-size:12px;fill:var(--muted)}
    .hundred .given{fill:var(--mark)}
    .hundred .has{font-size:var(--t3);font-weight:650;fill:var(--on)}
    .hundred .withheld,.hundred .cut,.give .withheld,.give .cut{stroke:var(--edge);stroke-width:1}
    .hundred .cut,.give .cut{stroke:var(--critical)}
    .hundred .lost{text-anchor:middle;pointer-events:none;
    fill:var(--ink);font-weight:600;stroke:var(--surface);stroke-width:5px;paint-order:stroke;
    stroke-linejoin:round}
    .threshold{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:3 2}
    .measures{width:100%}
    .measures th{font-weight:400;text-align:left}
    .measures th,.measures td{padding:.3125rem var(--s3) .3125rem 0;vertical-align:middle}
    .measures .pillar>*{padding-top:var(--s3);font-weight:600;border-bottom:1px solid var(--line)}
    .measures tbody th[scope=row]{width:26%}
    .measures .signal{width:20%;color:var(--muted)}
    .measures .points{width:5.5rem;padding-right:0;text-align:right;white-space:nowrap;color:var(--muted)}
    .measures .points b{color:var(--ink)}
    .measures .cap .points b{color:var(--critical-ink)}
    .measures tfoot>tr>*{border-top:1px solid var(--edge);font-weight:600}
    .gap{display:block;font-size:var(--t0);color:var(--at-risk-ink)}
    .give{display:block;width:100%;height:.875rem;overflow:visible}
    .give .given{fill:var(--muted)}
    @container (max-width:34rem){.measures,.measures tbody,.measures tfoot{display:block}
    .measures tr{display:grid;grid-template-columns:1fr auto;align-items:baseline;gap:0 var(--s3);padding:var(--s1) 0}
    .measures th,.measures td,.measures tbody th[scope=row],.measures .signal{width:auto;padding:0}
    .measures .points{grid-column:2;grid-row:1;width:auto}
    .measures .signal{grid-column:1/-1;font-size:var(--t1)}
    .measures .gives{grid-column:1/-1;padding:var(--s1) 0}
    .measures .pillar{border-bottom:1px solid var(--line)}.measures .pillar>*{border:0}
    .measures tfoot tr{border-top:1px solid var(--edge)}.measures tfoot>tr>*{border:0}}
    """#
}
