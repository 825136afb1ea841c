package audit

var storyRules = []Rule{}
