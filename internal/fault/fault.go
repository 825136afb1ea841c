// Package fault names what can go wrong, in eight kinds.
//
// A [Kind] is itself an error, so `fmt.Errorf("…: %w", fault.NotFound)` and `errors.Is(err, fault.NotFound)` suffice;
// there is no error hierarchy to learn. [Because] makes an error whose sentence may be shown to people: it names the
// thing and the remedy, and holds no secret. Faces turn a kind into a status, an exit code or a dialect's body, each
// in one table; nothing else looks at error texts.
//
// Everything here is immutable and safe for concurrent use.
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Kind is a kind of failure. It is an error, to be wrapped with %w.
type Kind string

// The eight kinds. A fault that fits none of them is [Internal].
const (
	Invalid  Kind = "invalid"   // what was asked or given cannot be right; asking again will not help
	NotFound Kind = "not found" // the thing named does not exist, or not for this asker
	Gone     Kind = "gone"      // the thing named was there and was taken back for good
	Denied   Kind = "denied"    // the asker may not do this
	Conflict Kind = "conflict"  // somebody else changed the thing meanwhile
	Busy     Kind = "busy"      // too much work at the moment; asking again later helps
	Upstream Kind = "upstream"  // somebody else's service failed or said nonsense
	Internal Kind = "internal"  // our own mistake, or a broken disk
)

// Error makes a Kind usable as an error.
func (k Kind) Error() string { return string(k) }

// reason is an error of a kind with a sentence that may be shown to people.
type reason struct {
	kind     Kind
	sentence string
	cause    error // kept for logs and errors.Is, never shown
}

func (r *reason) Error() string { return r.sentence }

func (r *reason) Unwrap() []error {
	if r.cause == nil {
		return []error{r.kind}
	}
	return []error{r.kind, r.cause}
}

// Because returns an error of the kind with a sentence for people, formatted as by [fmt.Errorf]: an error among the
// args behind %w is kept as the cause. The sentence should name the thing and the remedy.
func Because(kind Kind, format string, args ...any) error {
	text := fmt.Errorf(format, args...)
	return &reason{kind: kind, sentence: text.Error(), cause: errors.Unwrap(text)}
}

// KindOf says of which kind an error is: the outermost kind in its chain, Busy for an expired deadline, Internal
// where nothing is known. It panics on nil, which is no fault.
func KindOf(err error) Kind {
	if err == nil {
		panic("fault: KindOf(nil)")
	}
	if kind, ok := errors.AsType[Kind](err); ok {
		return kind
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return Busy
	}
	return Internal
}

// Sentence returns the text of an error that may be shown to people: the outermost sentence made by [Because], or,
// where there is none, a general one of its kind, so that no driver's message or file name reaches a reader.
func Sentence(err error) string {
	if r, ok := errors.AsType[*reason](err); ok {
		return r.sentence
	}
	switch KindOf(err) {
	case Invalid:
		return "That request cannot be understood."
	case NotFound:
		return "There is nothing at this address."
	case Gone:
		return "What stood at this address was withdrawn."
	case Denied:
		return "This is not yours to see or change."
	case Conflict:
		return "Somebody changed this meanwhile; load it again."
	case Busy:
		return "Too much is going on at the moment; try again shortly."
	case Upstream:
		return "A service that Courant depends on failed."
	}
	return "Something went wrong on our side; it has been logged."
}
