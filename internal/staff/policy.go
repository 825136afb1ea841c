package staff

import (
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
)

// Role is what a person is at the paper.
type Role string

// The five roles.
const (
	Owner       Role = "owner"
	Editor      Role = "editor"
	Reporter    Role = "reporter"
	Contributor Role = "contributor"
	Auditor     Role = "auditor" // sees everything and changes nothing
)

// Roles are all roles, in the order of the columns of [Policy].
func Roles() []Role { return []Role{Owner, Editor, Reporter, Contributor, Auditor} }

// ParseRole reads a role. The error is fault.Invalid and names those there are.
func ParseRole(text string) (Role, error) {
	if r := Role(strings.ToLower(strings.TrimSpace(text))); slices.Contains(Roles(), r) {
		return r, nil
	}
	return "", fault.Because(fault.Invalid, "%.40q is no role: it may be owner, editor, reporter, contributor or auditor", text)
}

// Action is something that not everybody may do. It reads well behind "may".
type Action string

// The actions. Each has one row in [Policy].
const (
	ReadDrafts  Action = "read drafts"
	Write       Action = "write stories"             // and change them, until they are published
	Review      Action = "review stories"            // approve them, or send them back
	Publish     Action = "publish stories"           // and withdraw them, and say when they appear
	Correct     Action = "correct published stories" // in public
	Embargo     Action = "set embargoes"             // and lift them
	Compile     Action = "write dossiers"            // and change them; what readers see of one is left as it is
	Release     Action = "publish dossiers"          // and withdraw them
	Media       Action = "keep images and files"     // add them, and change or remove them
	DecideHeld  Action = "decide on held values"     // release or reject what was put in quarantine
	SeeStaff    Action = "see who works here"
	Invite      Action = "invite people" // to a role that is not above one's own
	ManageStaff Action = "manage people" // roles, states, resets, and others' sessions
	Settings    Action = "change settings"
	ReadTrail   Action = "read the audit trail"
	OwnAccount  Action = "change passwords, passkeys and codes"
)

// Reach is with whose work a person may do something.
type Reach string

// The three reaches.
const (
	No  Reach = "no"
	Own Reach = "own" // only what is the person's own
	All Reach = "all" // whoever's it is, and what is nobody's
)

// Rule says which roles may do one thing.
type Rule struct {
	Action                                        Action
	Owner, Editor, Reporter, Contributor, Auditor Reach
	Fresh                                         bool // only who has proved within the last minutes to be who they are, see [FreshFor]
}

// For returns the reach of a role.
func (r Rule) For(role Role) Reach {
	switch role {
	case Owner:
		return r.Owner
	case Editor:
		return r.Editor
	case Reporter:
		return r.Reporter
	case Contributor:
		return r.Contributor
	case Auditor:
		return r.Auditor
	}
	return No
}

// policy is the one table of what may be done by whom. Whatever is not in it nobody may do.
var policy = [...]Rule{
	//           owner editor reporter contributor auditor fresh
	{ReadDrafts, All, All, All, Own, All, false},
	{Write, All, All, Own, Own, No, false},
	{Review, All, All, No, No, No, false},
	{Publish, All, All, No, No, No, false},
	{Correct, All, All, No, No, No, false},
	{Embargo, All, All, No, No, No, false},
	{Compile, All, All, Own, Own, No, false},
	{Release, All, All, No, No, No, false},
	{Media, All, All, Own, Own, No, false},
	{DecideHeld, All, All, No, No, No, false},
	{SeeStaff, All, All, All, No, All, false},
	{Invite, All, All, No, No, No, true},
	{ManageStaff, All, No, No, No, No, true},
	{Settings, All, No, No, No, No, true},
	{ReadTrail, All, No, No, No, All, false},
	{OwnAccount, Own, Own, Own, Own, Own, true},
}

// Policy returns the table of what may be done by whom.
func Policy() []Rule { return slices.Clone(policy[:]) }

// rule returns the row of an action; of one that has none, a row that allows nothing.
func rule(a Action) Rule {
	for _, r := range policy {
		if r.Action == a {
			return r
		}
	}
	return Rule{Action: a, Owner: No, Editor: No, Reporter: No, Contributor: No, Auditor: No, Fresh: true}
}

// May says whether a person may do something with what is owner's, or, where owner is empty, with what is nobody's. The
// error is fault.Denied; its sentence says who may. It does not ask when they last proved to be who they are: [Gate.MayNow].
func (g *Gate) May(p Person, a Action, owner ID) error {
	r := rule(a)
	reach := r.For(p.Role)
	switch {
	case p.State != Active:
		return fault.Because(fault.Denied, "the account of %s is %s and may do nothing: an owner can enable it", p.Name, p.State)
	case reach == All || reach == Own && owner == p.ID && owner != "":
		return nil
	case reach == Own:
		return fault.Because(fault.Denied, "%s may %s of their own only%s", one(p.Role), a, r.instead())
	}
	return fault.Because(fault.Denied, "%s may not %s%s", one(p.Role), a, r.instead())
}

// one is a role behind its article.
func one(r Role) string {
	switch {
	case r == "":
		return "somebody without a role"
	case strings.ContainsRune("aeo", rune(r[0])):
		return "an " + string(r)
	}
	return "a " + string(r)
}

// instead says who may do with everybody's work what somebody may not.
func (r Rule) instead() string {
	var who []string
	for _, role := range Roles() {
		if r.For(role) == All {
			who = append(who, one(role))
		}
	}
	if len(who) == 0 {
		return ""
	}
	return ": ask " + strings.Join(who, " or ")
}

// above says whether a role may do anything that another may not. An auditor is so above an editor, who may not read the
// audit trail: what nobody gave one cannot be handed on.
func above(r, other Role) bool {
	further := map[Reach]int{No: 0, Own: 1, All: 2}
	return slices.ContainsFunc(policy[:], func(rule Rule) bool { return further[rule.For(r)] > further[rule.For(other)] })
}
