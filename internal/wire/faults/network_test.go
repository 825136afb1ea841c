package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pick is one of some by the seed, so that five seeds commit five variants before one comes again.
func pick[T any](p *paper, all ...T) T { return all[p.seed%len(all)] }

// from lets the paper's provider be asked at another address, or by another fetcher, for one turn that must fail.
func (p *paper) from(address string, f fetcher) verdict {
	p.t.Helper()
	base, plain := p.bank.Base, p.plain
	p.bank.Base = address
	p.plain = p.runner(f)
	v := p.fails()
	p.bank.Base, p.plain = base, plain
	p.recovers()
	return v
}

func unanswered(p *paper) verdict {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-p.w.released:
		case <-r.Context().Done():
		}
	}
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	switch pick(p, "refused", "no such name", "nothing comes", "hung up", "refused") {
	case "no such name":
		return p.from("http://no..name.invalid/", p.w.fetch) // a name that cannot be: nobody need be asked
	case "nothing comes":
		p.answers(hang)
		return p.from(p.bank.Base, p.w.hasty)
	case "hung up":
		p.answers(hangUp)
		return p.from(p.bank.Base, p.w.fetch)
	}
	return p.from(p.w.closed+"/", p.w.fetch)
}

func unproven(p *paper) verdict {
	p.says(p.spoilt())
	server := pick(p, p.w.unsigned, p.w.expired, p.w.elsewhere, p.w.old, p.w.expired)
	return p.from(server.URL+p.path(), p.w.fetch)
}

// tooOften is told to come back later, and looks every few minutes whether it is time, as the runner does.
func tooOften(p *paper) verdict {
	begin := p.now()
	patience := time.Duration(1+p.rng.IntN(600)) * time.Minute
	after := pick(p, strconv.Itoa(int(patience.Seconds())), time.Now().Add(patience+time.Minute).UTC().Format(http.TimeFormat), "", "soon", "7200")
	status := pick(p, http.StatusTooManyRequests, http.StatusTooManyRequests, http.StatusTooManyRequests, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	p.answers(func(rw http.ResponseWriter, _ *http.Request) {
		if after != "" {
			rw.Header().Set("Retry-After", after)
		}
		rw.WriteHeader(status)
		_, _ = rw.Write(p.sample.body)
	})
	p.fails()
	if asked := len(p.hits); asked != 1 && p.sample.of.index == nil {
		p.errorf("after the first answer it was asked %d times more at once", asked-1)
	}
	if p.sample.of.index != nil {
		p.hits = p.hits[:1] // the index was given: only the figures were not
	}
	switch after {
	case "", "soon":
		patience = time.Second
	case "7200":
		patience = 2 * time.Hour
	}
	end := begin.Add(12 * time.Hour)
	for p.now().Before(end) {
		wait, _ := p.plain.Turn(p.t.Context(), p.bank)
		p.set(p.now().Add(max(wait, time.Second)))
	}
	hits := slices.CompactFunc(p.hits, func(a, b time.Time) bool { return p.sample.of.index != nil && a.Equal(b) })
	for i, hit := range hits[1:] {
		if apart := hit.Sub(hits[i]); apart < patience {
			p.errorf("asked after %s, though %q was said", apart, after)
		}
	}
	if len(hits) > 4+24 {
		p.errorf("asked %d times in twelve hours", len(hits))
	}
	p.recovers()
	return refused
}

func erroneous(p *paper) verdict {
	status, kind := pick(p, 500, 200, 200, 503, 200), "text/html"
	body := pick(p, p.spoilt(), []byte("<!DOCTYPE html>\n<html><body><h1>1 EUR = 1.5 USD</h1></body></html>"), []byte{}, p.spoilt(),
		fmt.Appendf(nil, `{"error":{"code":%d,"message":"EUR 1.5 USD"}}`, p.rng.IntN(1000)))
	p.answers(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", kind)
		rw.WriteHeader(status)
		_, _ = rw.Write(body)
	})
	p.fails()
	if problem := p.status().Problem; bytes.HasPrefix(body, []byte("<!DOCTYPE")) && !strings.Contains(problem, "page for people") {
		p.errorf("of a page for people it is said: %s", problem)
	}
	if status != 200 { // the others of its kind
		status = 400 + p.rng.IntN(200)
		p.set(p.status().Next)
		p.fails()
	}
	p.recovers()
	return refused
}

// cutOff ends a reply at a random byte: noticed by its length, or, where that is right, by what is read of it.
func cutOff(p *paper) verdict {
	body := p.sample.body
	cut := 1 + p.rng.IntN(len(bytes.TrimSpace(body))-1)
	if figures := p.sample.figures(); p.seed%2 == 1 && bytes.Equal(body, p.sample.text) { // within a number
		f := figures[p.rng.IntN(len(figures))]
		cut = f.at[0].begin + 1 + p.rng.IntN(max(1, len(f.text)-1))
	}
	declared := p.seed < 2
	p.answers(func(rw http.ResponseWriter, _ *http.Request) {
		if declared {
			rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		_, _ = rw.Write(body[:cut])
	})
	p.truthOf(p.sample) // whole rows before the cut may be read
	v := stood
	if declared {
		v = p.fails()
	} else if p.turn() != nil {
		v = refused
	}
	p.honest()
	p.recovers()
	return v
}

func tooMuch(p *paper) verdict {
	body := p.spoilt()
	f := p.w.sparing
	variant := pick(p, "a bomb", "without end", "drop by drop", "longer than it may", "a bomb within")
	if shape(p.sample.text) == "lines" && bytes.IndexByte(body, '\n') < 0 {
		variant = "drop by drop"
	}
	blanks := bytes.Repeat([]byte("\n"), 1<<20)
	p.answers(func(rw http.ResponseWriter, r *http.Request) {
		switch variant {
		case "a bomb", "a bomb within":
			rw.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(rw)
			_, _ = z.Write(body)
			for range 4 {
				_, _ = z.Write(blanks)
			}
			_ = z.Close()
		case "longer than it may":
			rw.Header().Set("Content-Length", strconv.Itoa(len(body)+len(blanks)))
			_, _ = rw.Write(append(body, blanks...))
		case "without end":
			_, err := rw.Write(body)
			for err == nil && r.Context().Err() == nil {
				_, err = rw.Write(blanks[:4096])
			}
		case "drop by drop":
			for _, c := range body {
				if _, err := rw.Write([]byte{c}); err != nil {
					return
				}
				rw.(http.Flusher).Flush()
				select {
				case <-p.w.released:
					return
				case <-r.Context().Done():
					return
				case <-time.After(10 * time.Millisecond):
				}
			}
		}
	})
	if variant == "drop by drop" {
		f = p.w.hasty
	}
	return p.from(p.bank.Base, f)
}

func sentElsewhere(p *paper) verdict {
	variant := pick(p, "another host", "a private address", "signing on", "round and round", "a private name")
	away := p.bank.Base
	p.answers(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != p.w.plain.Listener.Addr().String():
			_, _ = rw.Write(p.spoilt())
		case variant == "another host":
			http.Redirect(rw, r, p.w.other.URL+r.URL.Path, http.StatusFound)
		case variant == "a private address":
			http.Redirect(rw, r, p.w.private.URL+r.URL.Path, http.StatusTemporaryRedirect)
		case variant == "round and round":
			http.Redirect(rw, r, r.URL.Path, http.StatusFound)
		case r.URL.Query().Has("sign-on"):
			_, _ = rw.Write([]byte("<html><form>Your name</form></html>"))
		default:
			http.Redirect(rw, r, r.URL.Path+"?sign-on", http.StatusFound)
		}
	})
	if variant == "a private name" { // the name of the service now leads into the network that the paper stands in
		away = p.w.private.URL + p.path()
	}
	if variant == "round and round" {
		v := p.from(away, p.w.hasty)
		if n := len(p.hits); n > 40 { // five for each of three requests, and those of the turn after the fault
			p.errorf("went round %d times", n)
		}
		return v
	}
	return p.from(away, p.w.fetch)
}
