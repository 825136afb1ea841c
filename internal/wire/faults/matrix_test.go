package faults

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/courant-news/courant/internal/fault"
)

// seeds is how often each fault is committed against each provider, each time otherwise. With another text in the
// environment variable COURANT_SEED it is done otherwise again.
const seeds = 5

// verdict is what became of a fault.
type verdict string

const (
	refused verdict = "refused" // none of the reply was used
	held    verdict = "held"    // some of it waits for a person
	flagged verdict = "flagged" // it is shown, and said to be in doubt
	stood   verdict = "stood"   // what is shown is true all the same
	unfit   verdict = "unfit"   // the fault cannot be committed in any text of this provider
)

// kinds are the faults, and how each is committed and checked. That the paper is honest afterwards is checked of all.
var kinds = []struct {
	name   string
	commit func(*paper) verdict
	fits   func(*sample) bool // the samples in which it can be committed; nil: all
}{
	{name: "01 nobody answers", commit: unanswered},
	{name: "02 not the one it says it is", commit: unproven},
	{name: "03 asked too often", commit: tooOften},
	{name: "04 an error or a page for people", commit: erroneous},
	{name: "05 cut off", commit: cutOff},
	{name: "06 too slow or too much", commit: tooMuch},
	{name: "07 sent elsewhere", commit: sentElsewhere},
	{name: "08 said to be unchanged", commit: saidUnchanged},
	{name: "09 half of it missing", commit: halfMissing},
	{name: "10 a past value revised", commit: revisedLater},
	{name: "11 a number of another size", commit: otherSize, fits: dense},
	{name: "12 turned round or exchanged", commit: turnedRound, fits: dense},
	{name: "13 written otherwise", commit: writtenOtherwise, fits: dense},
	{name: "14 said twice", commit: saidTwice},
	{name: "15 of another shape", commit: otherShape},
	{name: "16 of another day", commit: otherDay},
	{name: "17 frozen", commit: frozen, fits: dense},
	{name: "18 an old reply again", commit: replayed},
	{name: "19 the own clock wrong", commit: clockWrong},
	{name: "20 not allowed", commit: notAllowed},
}

// unfits are the cells in which a fault cannot be committed, with the reason.
var unfits = map[string]string{}

func TestNoFaultOfAProviderPublishesAWrongNumber(t *testing.T) {
	w, all := newWorld(t), subjects(t)
	for n, kind := range kinds {
		counts, mu := map[verdict]int{}, sync.Mutex{}
		t.Run(kind.name, func(t *testing.T) {
			for _, s := range all {
				t.Run(string(s.Source.ID), func(t *testing.T) {
					t.Parallel()
					samples := slices.DeleteFunc(slices.Clone(s.samples), func(s *sample) bool { return kind.fits != nil && !kind.fits(s) })
					if len(samples) == 0 {
						t.Fatal("its testdata has no reply in which this can be tried: write one of a single day")
					}
					for seed := range seeds {
						rng := rand.New(rand.NewPCG(uint64(n*seeds+seed), uint64(crc32.ChecksumIEEE([]byte(os.Getenv("COURANT_SEED")+string(s.Source.ID))))))
						p := newPaper(t, w, samples[(seed+n)%len(samples)], rng, seed)
						v := kind.commit(p)
						p.honest()
						p.close()
						mu.Lock()
						counts[v]++
						mu.Unlock()
						if cell := fmt.Sprintf("%s %s/%s", kind.name[:2], s.Source.ID, p.sample.name); (v == unfit) != (unfits[cell] != "") {
							t.Errorf("%q can be committed: %t, and the list says %q", cell, v != unfit, unfits[cell])
						}
					}
				})
			}
		})
		var said []string
		for _, v := range []verdict{refused, held, flagged, stood, unfit} {
			said = append(said, fmt.Sprintf("%d %s", counts[v], v))
		}
		t.Logf("%s: %s", kind.name, strings.Join(said, ", "))
	}
}

// spoilt is the sample with one number a little wrong: a reply that a reader would believe, were it read.
func (p *paper) spoilt() []byte {
	figures := p.sample.figures()
	f := figures[p.rng.IntN(len(figures))]
	return p.sample.pack(put(p.sample.text, nudged(f.text, "1.007"), f.at...))
}

// fails makes a turn, which must fail, change nothing and be told. The next one, when the fault is over, must bring the
// truth.
func (p *paper) fails() verdict {
	p.t.Helper()
	before := p.status().Failures
	switch err := p.turn(); {
	case err == nil:
		p.errorf("the turn went well")
	case fault.KindOf(err) != fault.Upstream && fault.KindOf(err) != fault.Invalid:
		p.errorf("the turn failed as %s: %v", fault.KindOf(err), err)
	}
	if s := p.status(); s.Failures != before+1 || s.Problem == "" || !s.Next.After(p.now()) {
		p.errorf("nothing tells of the failure: %+v", s)
	}
	p.honest()
	return refused
}

// recovers makes the turn after a fault: what is true now must be shown.
func (p *paper) recovers() {
	p.t.Helper()
	p.tells(p.sample)
	p.set(p.status().Next)
	if err := p.turn(); err != nil || p.status().Failures > 0 {
		p.errorf("after the fault: %v", err)
	}
	p.shows(p.sample)
}
