package web

import (
	"cmp"
	"net/netip"
	"sync"

	"github.com/courant-news/courant/internal/fault"
)

// SeatsOptions are how many streams may be open at once; the zero value works.
type SeatsOptions struct {
	Most       int // 0: 10,000; less than 0: none, everybody polls
	PerAddress int // of one address, of IPv6 one /64; 0: 64; less than 0: no limit
}

// Seats count the open streams of all that share them: of a process's pages and programs together. All methods are safe for
// concurrent use.
type Seats struct {
	o    SeatsOptions
	mu   sync.Mutex
	open int
	from map[netip.Prefix]int // by address
}

// NewSeats returns seats of which nobody has one.
func NewSeats(o SeatsOptions) *Seats {
	o.Most, o.PerAddress = cmp.Or(o.Most, 10_000), cmp.Or(o.PerAddress, 64)
	return &Seats{o: o, from: map[netip.Prefix]int{}}
}

// take gives a seat to an address, which must leave it again. The error is fault.Busy.
func (s *Seats) take(address netip.Prefix) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.open >= s.o.Most:
		return fault.Because(fault.Busy, "too many pages are kept current at once: ask now and then instead")
	case s.o.PerAddress > 0 && s.from[address] >= s.o.PerAddress:
		return fault.Because(fault.Busy, "too many pages of your address are kept current at once: ask now and then instead")
	}
	s.open++
	s.from[address]++
	return nil
}

func (s *Seats) leave(address netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if s.from[address]--; s.from[address] == 0 {
		delete(s.from, address)
	}
}

// Open is how many streams are open.
func (s *Seats) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}
