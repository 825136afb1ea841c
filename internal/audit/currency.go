package audit

var currencyRules = []Rule{}
