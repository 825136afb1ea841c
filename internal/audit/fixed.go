package audit

var fixedRules = []Rule{}
