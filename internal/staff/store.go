package staff

import (
	"context"
	"time"
)

// Store is what is asked of whoever keeps the accounts. Every method is one transaction and safe for concurrent use; times
// are kept to the microsecond. An entry that comes with a change is kept if and only if the change is.
type Store interface {
	// AddAccount adds a person. The error is fault.Conflict where the address is somebody's. Where setup is not empty, it is
	// the hash of the ticket of the first start, and ends; the error is fault.NotFound where it is no more, or anybody was
	// added since. Once there is somebody, no ticket of that purpose is left.
	AddAccount(ctx context.Context, a Account, setup string, e Entry) error
	// ChangeAccount reads an account, lets change change it, and keeps what became of it, and the entry if its action is not
	// empty. Nobody else changes the account meanwhile, nor the number of active owners, which change is told too. Where it
	// returns an error, that is returned and nothing is kept. It may be called more than once. The ID and Since do not
	// change. The error is fault.NotFound where there is no such person.
	ChangeAccount(ctx context.Context, id ID, change func(a *Account, owners int) (Entry, error)) error
	// Account returns an account. The error is fault.NotFound where there is no such person.
	Account(ctx context.Context, id ID) (Account, error)
	// Credentials returns who has an e-mail address, and what they prove with to be who they are, in one query. The error is
	// fault.NotFound where it is nobody's.
	Credentials(ctx context.Context, email string) (Person, Credentials, error)
	// People returns everybody, by name.
	People(ctx context.Context) ([]Person, error)
	// Session returns a session by its ID, with its person as they are now. The error is fault.NotFound where there is none.
	Session(ctx context.Context, id string) (Session, error)
	// Touch notes when and from where a session was used; it does nothing where the session has ended or was used later.
	Touch(ctx context.Context, id string, seen time.Time, network string) error

	// AddTicket adds a ticket that is nobody's, and removes those that are too old. One of the purpose [ForSetup] ends those
	// before it; the error is fault.Conflict where anybody works here. Of the others the newest [MostOpen] are kept.
	AddTicket(ctx context.Context, t Ticket, now time.Time) error
	// Ticket returns a ticket by its hash. The error is fault.NotFound where there is none.
	Ticket(ctx context.Context, hash string) (Ticket, error)
	// TakeTicket returns a ticket that is nobody's, and ends it: of two who take it one gets it, and fault.NotFound the other.
	TakeTicket(ctx context.Context, hash string) (Ticket, error)

	// TakeGuess notes a guess under each key, unless under one of them there are as many as may be since a time. Then it notes
	// nothing, and free is when the first of those is older; else free is zero. What is older than since is forgotten.
	TakeGuess(ctx context.Context, at, since time.Time, limits []Limit) (free time.Time, err error)
	// DropGuess forgets the guess of a moment under each key: it was right.
	DropGuess(ctx context.Context, at time.Time, limits []Limit) error

	// AddEntry adds a line to the audit trail. None is ever changed or removed.
	AddEntry(ctx context.Context, e Entry) error
	// Entries returns lines of the audit trail, the newest first, of those whose N is below before; 0: from the end.
	Entries(ctx context.Context, before int64, most int) ([]Entry, error)
}

// MostOpen is how many attempts to sign in by passkey may be under way at once. More would only be somebody who fills the
// store; the oldest of them end.
const MostOpen = 10_000

// Limit is how many guesses there may be under a key at once.
type Limit struct {
	Key  string
	Most int
}
