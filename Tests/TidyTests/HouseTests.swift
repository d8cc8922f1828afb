import Testing

/// The style of the house, held by the machine. What each check takes for a fault is shown in `ChecksCanFailTests`.
@Suite("The house is tidy")
struct HouseTests {
  @Test("The repository is found and has sources to judge")
  func repositoryIsFound() {
    #expect(Repository.exists("Package.swift"))
    #expect(Repository.sources.contains { $0.path.hasPrefix("Sources/Domain/") })
    #expect(Repository.documents.contains { $0.path == "README.md" })
  }

  @Test("Rule 8: no clock, sleep, randomness, printing, forcing or crashing outside the files named for it", arguments: BannedCall.all)
  func bannedCalls(_ call: BannedCall) {
    let findings = Repository.sources.flatMap { call.check($0) }
    expectNone(findings)
  }

  @Test("Every file on the list of exceptions still needs its exception", arguments: BannedCall.all)
  func allowances(_ call: BannedCall) {
    let findings = call.idleAllowances(in: Repository.sources)
    expectNone(findings)
  }

  @Test("Rule 8: random draws name their generator")
  func randomDraws() {
    expectNone(Repository.sources.flatMap { checkRandomDraws($0) })
  }

  @Test("What switches off the concurrency check says why")
  func unsafeHasReason() {
    let findings = Repository.swift.flatMap { checkUnsafeHasReason($0) }
    expectNone(findings)
  }

  @Test("Files and functions are short, lines fit the page, there are no tabs")
  func shape() {
    let findings = Repository.swift.flatMap {
      Shape.checkFileLength($0) + Shape.checkLineWidth($0) + Shape.checkTabs($0) + Shape.checkFunctionLength($0)
    }
    expectNone(findings)
  }

  @Test("A room imports nothing from a higher floor")
  func floors() {
    let findings = Floors.checkOrder() + Repository.sources.flatMap { Floors.checkImports($0) }
    expectNone(findings)
  }

  @Test("Package.swift and the table of floors agree")
  func manifest() {
    let findings = Manifest(Repository.manifest).compare(with: Floors.rooms)
    expectNone(findings)
  }

  @Test("Public types, protocols and functions have a doc comment")
  func docComments() {
    let requirements = Set(Repository.sources.flatMap(requiredFunctions))
    let findings = Repository.sources.flatMap { checkDocComments($0, requirements: requirements) }
    expectNone(findings)
  }

  @Test("No work is left lying")
  func unfinished() {
    var findings = Repository.swift.flatMap { checkUnfinished(path: $0.path, lines: $0.lines.map(\.text)) }
    findings += Repository.documents.flatMap { checkUnfinished(path: $0.path, lines: $0.lines.map(\.text)) }
    let python = Repository.paths(under: "Tests").filter { $0.hasSuffix(".py") }
    for path in ["Makefile", ".ci/run"] + Repository.paths(under: "scripts") + python {
      let lines = Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      findings += checkUnfinished(path: path, lines: lines)
    }
    expectNone(findings)
  }
}

/// The papers of the house.
@Suite("The documents are true")
struct DocumentTests {
  @Test("Links between documents lead somewhere")
  func links() {
    let findings = Repository.documents.flatMap { document in
      document.checkLinks(exists: Repository.exists) { path in Repository.documents.first { $0.path == path } }
    }
    expectNone(findings)
  }

  @Test("Every make target that a document mentions exists")
  func mentionedTargets() {
    let targets = Set(makeTargets(Repository.text("Makefile")))
    let findings = Repository.documents.flatMap { $0.checkMakeTargets(targets) }
    expectNone(findings)
  }

  @Test("The Makefile has the whole vocabulary and no more")
  func vocabulary() {
    let vocabulary = ["help", "demo", "test", "test-survival", "test-sanitize", "fuzz", "bench", "screenshots", "lint", "format"]
    #expect(Set(makeTargets(Repository.text("Makefile"))) == Set(vocabulary))
  }

  @Test("Continuous integration runs make lint and make test, nothing else")
  func continuousIntegration() {
    let commands = Repository.text(".ci/run").split(separator: "\n").filter { $0.hasPrefix("make ") }
    #expect(commands == ["make lint", "make test"])
  }

  @Test("Decisions are numbered without gaps, complete, and in the index")
  func decisions() {
    let files = Repository.paths(under: "docs/decisions").filter { $0.hasSuffix(".md") }.map { (path: $0, text: Repository.text($0)) }
    #expect(files.count > 1)
    let findings = checkDecisions(files: files, index: Repository.text("docs/decisions/README.md"))
    expectNone(findings)
  }

  @Test("The decision on one set of queries counts rightly where the databases' words differ")
  func twins() {
    let lines = Repository.sources.filter { $0.path.hasPrefix("Sources/") }.flatMap { $0.numbered.map(\.line.code) }
    let twins = lines.count { $0.contains("twin(") && !$0.contains("func twin(") }
    let asked = lines.count { $0.contains("dialect == .") || $0.contains("dialect != .") }
    let text = Repository.text("docs/decisions/0013-one-set-of-queries.md")
    let sentence = "There are \(twins) lines with `twin(` and \(asked) that compare the dialect"
    #expect(text.contains(sentence), "it should say: \(sentence)")
  }

  @Test("The changelog begins with what is not released yet")
  func changelog() {
    let findings = checkChangelog(Document(path: "CHANGELOG.md", text: Repository.text("CHANGELOG.md")))
    expectNone(findings)
  }
}
