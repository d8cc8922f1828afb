import SQL

// GRDB has a type named SQL that hides the module's name, and names like ours: this file, which does not import it, tells them apart.
typealias Seam = SQL.Database
typealias SeamRow = SQL.Row
