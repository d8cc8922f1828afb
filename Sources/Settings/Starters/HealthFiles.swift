extension Starter {
  static let sopHealthFile = """
    # How signals become the health score: the sum of three pillars, 0 to 100.

    health:
      bands:
        healthy_from: 70
        at_risk_from: 40      # below this a customer is critical

      pillars:
        engagement:
          max: 40
          measures:
            last_login:
              age_of: login
              steps:          # the first that fits counts; after the last: 0
                - {within: 1d, points: 40}
                - {within: 7d, points: 30}
                - {within: 30d, points: 20}

        support:
          max: 30
          measures:
            open_tickets:     # 30 points, less 10 for each open ticket
              tickets: open
              penalty: 10

        value:
          max: 30
          measures:
            features_adopted: # 5 points for each distinct feature used
              features: all
              points_each: 5

    """

  static let fullHealthFile = """
    # How signals become the health score: the sum of three pillars, 0 to 100, from six signals.

    # Named conditions over a customer, for variants, caps and filters.
    segments:
      enterprise: plan == "enterprise" or seats >= 200
      new_customers:
        title: New customers
        when: journey in ["onboarding", "activation"]

    health:
      bands:
        healthy_from: 70
        at_risk_from: 40      # below this a customer is critical

      pillars:
        engagement:
          max: 40
          measures:
            last_login:
              max: 20
              age_of: login
              steps:          # the first that fits counts; after the last: 0
                - {within: 1d, points: 20}
                - {within: 7d, points: 15}
                - {within: 30d, points: 10}
            feature_use:      # how often features were used in 30 days
              max: 20
              signal: count(usage, 30d)
              points:
                at_least:
                  - {limit: 40, points: 20}
                  - {limit: 15, points: 15}
                  - {limit: 5, points: 10}
                  - {limit: 1, points: 5}

        support:
          max: 30
          measures:
            open_tickets:
              max: 15
              tickets: open
              penalty: 5
            unresolved_issues:  # open for a week or longer
              max: 15
              tickets: unresolved
              older_than: 7d
              penalty: 5

        value:
          max: 30
          measures:
            core_features:    # 10 points for the first core feature used, and 3 for each
              max: 20
              features: core
              points_each: 3
              core_bonus: 10
            goals_achieved:
              max: 10
              signal: goals
              points: {each: 4}

      # An enterprise account need not log in daily.
      variants:
        - segment: enterprise
          measures:
            last_login:
              age_of: login
              steps:
                - {within: 7d, points: 20}
                - {within: 14d, points: 15}
                - {within: 45d, points: 10}

      caps:
        failed_payment:
          limit: 50
          when: payment_failed
          reason: A payment failed

    """
}
