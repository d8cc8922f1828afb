extension Look {
  /// What is printed: black on white, without what only a screen can do. Bands keep their shapes and words.
  static let paper = #"""
    @media print{
    :root{--page:#fff;--surface:#fff;--line:#bbb;--edge:#666;--ink:#000;--muted:#333;--accent:#000}
    body{display:block;font-size:10pt}
    main{max-width:none;padding:0}
    .rooms,.search,.me,.skip,
    .bottom span,.heading .actions,header .actions,.entries .actions,.fold,.choices,.pager,.chart summary,form{display:none!important}
    .top{border:0;padding:0 0 .5rem}
    a{color:inherit;text-decoration:none}
    .card,.tiles{border-color:#bbb}
    .card,.tile,figure,tr,li{break-inside:avoid}
    .card>header,h1,h2,h3{break-after:avoid}
    .badge,.notice{background:none;border:1px solid #666}
    svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    .sides{display:block}.sides>*+*{margin-top:1rem}}
    @media (forced-colors:active){.badge,.card,.choices a{border:1px solid}.shape{fill:currentColor}
    .plot svg,.hundred svg,.give,.stacked svg,.spark{forced-color-adjust:none}}
    """#
}
