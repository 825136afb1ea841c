package audit

var scaleRules = []Rule{}
