/// The words the company is made of. All made up; mail addresses end in the reserved `.example`.
enum Vocabulary {
  static let nameHeads = [
    "Alder", "Amber", "Anchor", "Ash", "Aspen", "Beacon", "Birch", "Blue", "Bramble", "Bright", "Brook", "Cedar", "Clear", "Cliff",
    "Clover", "Copper", "Coral", "Crest", "Dawn", "Delta", "Drift", "East", "Elm", "Ember", "Fair", "Falcon", "Fern", "Field",
    "Flint", "Fox", "Glass", "Granite", "Green", "Harbor", "Hazel", "Heron", "High", "Hollow", "Iron", "Juniper", "Kite", "Lake",
    "Lark", "Linden", "Long", "Maple", "Marsh", "Meadow", "Mill", "Moss", "North", "Oak", "Otter", "Pebble", "Pine", "Quarry",
    "Raven", "River", "Sage", "Silver", "Stone", "Summit", "Swift", "Thistle", "Tide", "Timber", "Vale", "West", "Willow", "Winter",
  ]
  static let nameTails = [
    "bank", "bay", "bell", "bridge", "brook", "crest", "dale", "fall", "field", "ford", "forge", "gate", "grove", "haven", "hill",
    "hurst", "lane", "light", "mark", "mere", "mont", "path", "point", "port", "ridge", "rock", "shore", "side", "spring", "stead",
    "ton", "view", "ward", "water", "way", "well", "wick", "wood", "works", "worth",
  ]
  static let nameKinds = [
    "", " Labs", " Group", " Systems", " Logistics", " Health", " Analytics", " & Co", " Studio", " Retail", " Foods",
  ]

  static let firstNames = [
    "Ada", "Aisha", "Alejandro", "Amara", "Anders", "Anna", "Arjun", "Beatriz", "Ben", "Camille", "Carlos", "Chidi", "Chloe",
    "Daniel", "Diego", "Elena", "Elif", "Emma", "Erik", "Fatima", "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jack", "James",
    "Jonas", "Julia", "Kai", "Karin", "Kenji", "Lars", "Laura", "Leila", "Liam", "Lucia", "Maria", "Mateo", "Mei", "Mia", "Nadia",
    "Nina", "Noah", "Olga", "Oliver", "Omar", "Paula", "Petra", "Priya", "Rafael", "Rosa", "Ruth", "Samuel", "Sara", "Sofia",
    "Tomas", "Vera", "Yuki",
  ]
  static let lastNames = [
    "Adler", "Almeida", "Andersen", "Bauer", "Becker", "Bennett", "Bianchi", "Brandt", "Carter", "Castro", "Chen", "Clarke",
    "Costa", "Dahl", "Diaz", "Dubois", "Ekwueme", "Evans", "Fischer", "Fontaine", "Garcia", "Gupta", "Hansen", "Hayes", "Hoffmann",
    "Ito", "Jansen", "Johansson", "Kaya", "Keller", "Khan", "Kim", "Kowalski", "Lang", "Larsen", "Lopez", "Martin", "Mehta",
    "Meyer", "Moreau", "Nakamura", "Novak", "Okafor", "Olsen", "Park", "Pereira", "Petrov", "Quinn", "Rao", "Reyes", "Rossi",
    "Santos", "Schmidt", "Silva", "Singh", "Tanaka", "Turner", "Vargas", "Walker", "Weber",
  ]
  static let titles = [
    "Operations Manager", "Data Analyst", "Head of Operations", "Product Manager", "Finance Lead", "IT Administrator",
    "Marketing Manager", "Team Lead", "Controller", "Chief Operating Officer", "Analyst", "Project Manager",
  ]
  static let successManagers = ["Hannah Vogel", "Marcus Reid", "Priya Nair", "Tom Becker", "Sofia Marin", "Yuki Mori"]
  static let industries = [
    "software", "retail", "logistics", "healthcare", "finance", "education", "manufacturing", "media", "travel", "energy",
    "real estate", "professional services",
  ]

  static let countries: [Country] = [
    Country("US", "America/New_York", -300, 26), Country("US", "America/Los_Angeles", -480, 12), Country("GB", "Europe/London", 0, 12),
    Country("DE", "Europe/Berlin", 60, 12), Country("FR", "Europe/Paris", 60, 7), Country("NL", "Europe/Amsterdam", 60, 5),
    Country("SE", "Europe/Stockholm", 60, 4), Country("CA", "America/Toronto", -300, 6), Country("BR", "America/Sao_Paulo", -180, 4),
    Country("IN", "Asia/Kolkata", 330, 5), Country("AU", "Australia/Sydney", 600, 4), Country("JP", "Asia/Tokyo", 540, 3),
  ]

  static let ticketSubjects = [
    "Export is missing rows", "Dashboard loads slowly", "Cannot connect our data source", "Question about user roles",
    "Alert was not sent", "Single sign-on fails for one user", "Numbers differ from last month", "Invoice question",
    "API answers with an error", "Scheduled report did not arrive", "How do we share a dashboard with a partner?",
    "Automation stopped running",
  ]
  static let praise = ["Saves us hours every week.", "Reports are finally easy.", "The team likes it.", "Great support."]
  static let indifference = ["Does what it should.", "Good, but exports could be faster.", "Fine so far."]
  static let complaints = [
    "Support takes too long to answer.", "Too expensive for what we use.", "Dashboards are slow.", "Setting it up was confusing.",
    "Missing the integrations we need.",
  ]
  static let exitReasons = [
    "The price went past our budget.", "We never got it set up properly.", "Too many open issues.", "We moved to another tool.",
    "Our project ended.",
  ]
}

/// A country with one of its time zones; `offset` is minutes ahead of UTC in winter, `share` the weight among customers.
struct Country: Sendable {
  var code: String
  var timeZone: String
  var offset: Int
  var share: Double

  init(_ code: String, _ timeZone: String, _ offset: Int, _ share: Double) {
    self.code = code
    self.timeZone = timeZone
    self.offset = offset
    self.share = share
  }
}
