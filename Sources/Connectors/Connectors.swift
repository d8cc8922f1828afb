// The rooms of the outside systems, one folder each.
