import Domain

/// Colours and letters of mails, those of the pages: for light beside each element, for dark in a sheet that a mail program may not heed.
/// Each pair of text and ground has a contrast of 4.5 or more; a band is never told by colour alone.
enum MailStyle {
  static let font: MailMarkup = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
  static let page: MailMarkup = "background-color:#f6f7f9;"
  static let card: MailMarkup = "background-color:#ffffff;border:1px solid #dfe3ea;border-radius:8px;"
  static let ink: MailMarkup = "color:#171b23;"
  static let soft: MailMarkup = "color:#566072;"
  static let rule: MailMarkup = "border-top:1px solid #dfe3ea;"
  static let link: MailMarkup = "color:#3348b8;text-decoration:underline;"
  static let button: MailMarkup = "background-color:#3348b8;color:#ffffff;border-radius:6px;"

  /// A band's name as a class; the ink's where there is no band.
  static func name(_ band: Band?) -> MailMarkup {
    switch band {
    case nil: "ink"
    case .healthy: "healthy"
    case .atRisk: "at-risk"
    case .critical: "critical"
    }
  }

  static func text(_ band: Band?) -> MailMarkup {
    switch band {
    case nil: ink
    case .healthy: "color:#075c56;"
    case .atRisk: "color:#7a4300;"
    case .critical: "color:#861031;"
    }
  }

  static func ground(_ band: Band) -> MailMarkup {
    switch band {
    case .healthy: "background-color:#e3f4f1;"
    case .atRisk: "background-color:#fef2dd;"
    case .critical: "background-color:#fbe5e9;"
    }
  }

  static let sheet: MailMarkup = """
    :root{color-scheme:light dark;supported-color-schemes:light dark}
    @media (prefers-color-scheme:dark){
    .page{background-color:#0f1216!important}
    .card{background-color:#171b21!important;border-color:#2a303a!important}
    .ink{color:#e8ebf0!important}
    .soft{color:#9aa5b5!important}
    .rule{border-color:#2a303a!important}
    .link{color:#9db0ff!important}
    .button{background-color:#9db0ff!important;color:#0f1430!important}
    .healthy{color:#7fd6cb!important}
    .at-risk{color:#f8d07a!important}
    .critical{color:#ff98a8!important}
    .on-healthy{background-color:#0f302d!important}
    .on-at-risk{background-color:#35270b!important}
    .on-critical{background-color:#340f1b!important}
    }
    @media (max-width:480px){.card{padding:20px!important}.figure{display:inline-block!important;width:44%!important}}
    """
}
