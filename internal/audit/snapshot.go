package audit

var tableRules = []Rule{}
