/// A colour of the screen, with what the eye makes of it.
struct Colour {
  /// Red, green, blue: linear light, 0…1.
  var light: [Double]

  private init(light: [Double]) { self.light = light }

  /// From `#rrggbb`. Formula: sRGB, IEC 61966-2-1.
  init?(_ text: String) {
    guard text.hasPrefix("#"), text.utf8.count == 7, let number = Int(text.dropFirst(), radix: 16) else { return nil }
    light = [number >> 16, number >> 8 & 255, number & 255].map { channel in
      let share = Double(channel) / 255
      return share <= 0.040_45 ? share / 12.92 : Self.power((share + 0.055) / 1.055, 2.4)
    }
  }

  /// Relative luminance, 0…1, as WCAG 2.2 defines it.
  var luminance: Double { 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] }

  /// Source: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.
  func seen(by blindness: ColourBlindness) -> Colour {
    Colour(light: blindness.matrix.map { row in min(1, max(0, zip(row, light).reduce(0) { $0 + $1.0 * $1.1 })) })
  }

  /// The distance in CIELAB (ΔE*ab 1976, white D65).
  func difference(to other: Colour) -> Double {
    let squares = zip(lab, other.lab).map { ($0 - $1) * ($0 - $1) }
    return squares.reduce(0, +).squareRoot()
  }

  private var lab: [Double] {
    let x = (0.4124 * light[0] + 0.3576 * light[1] + 0.1805 * light[2]) / 0.950_47
    let z = (0.0193 * light[0] + 0.1192 * light[1] + 0.9505 * light[2]) / 1.088_83
    let (fx, fy, fz) = (Self.lightness(x), Self.lightness(luminance), Self.lightness(z))
    return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]
  }

  private static func lightness(_ share: Double) -> Double {
    share > 0.008_856 ? power(share, 1.0 / 3) : 7.787 * share + 16.0 / 116
  }

  /// A positive number to a power, by bisection of exponents: good to more digits than a colour has.
  private static func power(_ base: Double, _ exponent: Double) -> Double {
    var (result, root, rest, step) = (1.0, base, exponent, 1.0)
    while rest >= 1 {
      result *= base
      rest -= 1
    }
    for _ in 0..<40 {
      root = root.squareRoot()
      step /= 2
      if rest >= step {
        result *= root
        rest -= step
      }
    }
    return result
  }
}

enum ColourBlindness: String, CaseIterable {
  case protanopia, deuteranopia, tritanopia

  fileprivate var matrix: [[Double]] {
    switch self {
    case .protanopia:
      [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]]
    case .deuteranopia:
      [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]]
    case .tritanopia:
      [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]]
    }
  }
}
