package audit

var pegRules = []Rule{}
