package audit

var quoteRules = []Rule{}
