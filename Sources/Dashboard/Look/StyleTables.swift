extension Look {
  /// Tables; on a phone a row becomes a block whose cells say their column.
  static let tables = #"""
    table{border-collapse:collapse}
    caption{text-align:left;color:var(--muted);font-size:var(--t1);padding-bottom:var(--s2)}
    .table{width:100%}
    .wide{container-type:inline-size;overflow-x:auto;
    padding:var(--s2) var(--s4);background:var(--surface);border:1px solid var(--line);border-radius:var(--r2)}
    .card .wide{padding:0;border:0}
    .table th{padding:var(--s2) var(--s3);text-align:left;font-size:var(--t1);font-weight:550;color:var(--muted);
    border-bottom:1px solid var(--edge);vertical-align:bottom}
    .table th a{color:inherit;text-decoration:none;white-space:nowrap;padding:.25rem 0}
    .table th a:hover{text-decoration:underline}
    .table th[aria-sort]{color:var(--ink)}
    .table td{padding:var(--s2) var(--s3);border-bottom:1px solid var(--line);vertical-align:baseline}
    .table tr:last-child td{border-bottom:0}
    .table tbody tr:hover{background:var(--sunk)}
    .table .number{text-align:right}
    .table th{white-space:nowrap}
    .table td{min-width:4.5rem}
    .table td:first-child{min-width:8.5rem}
    .table td:first-child,.table th:first-child{padding-left:0}
    .table td:last-child,.table th:last-child{padding-right:0}
    .table tbody tr:hover td:first-child{box-shadow:-6px 0 0 var(--sunk)}
    .table tbody tr:hover td:last-child{box-shadow:6px 0 0 var(--sunk)}
    .table .word{white-space:nowrap}
    .pager{display:flex;gap:var(--s2);justify-content:flex-end}
    .figures{font-size:var(--t1);min-width:16rem}
    .figures th,.figures td{padding:.125rem var(--s4) .125rem 0;text-align:right;font-weight:400;border-bottom:1px solid var(--line);
    white-space:nowrap}
    .figures th:first-child{text-align:left}
    .figures thead th{color:var(--muted)}
    @container (max-width:34rem){
    .table thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    .table,.table tbody,.table caption{display:block}
    .table tr{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:var(--s1) var(--s3);padding:var(--s3) 0;
    border-bottom:1px solid var(--line)}
    .table tr:last-child{border-bottom:0}
    .table td,.table td:first-child,.table .number{display:block;min-width:0;padding:0;border:0;text-align:left;box-shadow:none!important}
    .table td:first-child,.table td.long{grid-column:1/-1}
    .table td:first-child{font-weight:600}
    .table td:not(:first-child)::before{content:attr(data-label);display:block;color:var(--muted);font-size:var(--t0);font-weight:400}
    .table td:empty{display:none}}
    """#
}
