//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/keys"
	"github.com/courant-news/courant/internal/market"
)

// On a terminal the program draws, obeys its keys, and leaves the terminal as it was.
func TestTheBoardIsDrawnOnATerminalAndLeavesItAsItWas(t *testing.T) {
	data := t.TempDir()
	h, err := app.Open(t.Context(), app.Config{Data: data, Listen: "127.0.0.1:0", Base: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	bank := market.Source{ID: "bank", Name: "The Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free, Issuer: "EUR"}
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	var said []market.Observation
	for symbol, value := range map[market.Symbol]string{"EUR/USD": "1.1830", "EUR/JPY": "184.25"} {
		said = append(said, market.NewObservation(symbol, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(15 * time.Hour)}, bank.ID, ""))
	}
	if _, err := h.Ledger.Record(t.Context(), []market.Source{bank}, said, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	const altScreen, ordinary, showCursor = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"
	for name, c := range map[string]struct {
		keys string   // after the board is drawn
		wait string   // a word that must then be drawn where nothing stood: of others only what differs is
		end  string   // the last keys
		env  []string // beside the terminal's kind
	}{
		"q":                      {keys: "j\r", wait: "Learnt", end: "q"},
		"Ctrl-C":                 {keys: "?", wait: "fifth", end: "\x03"},
		"Ctrl-C, without colour": {keys: "?", wait: "fifth", end: "\x03", env: []string{"NO_COLOR=1"}},
		"Ctrl-C, in ASCII":       {keys: "?", wait: "fifth", end: "\x03", env: []string{"NO_UNICODE=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), tooLong)
			defer cancel()
			cmd := exec.CommandContext(ctx, self)
			cmd.Args = []string{"courant", "watch", "--data", data}
			cmd.Env = append(append(os.Environ(), "COURANT_DATABASE=", "TERM=xterm-256color", "NO_COLOR=", "NO_UNICODE="), c.env...)
			terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
			if err != nil {
				t.Fatal(err)
			}
			defer terminal.Close()
			screen := &transcript{from: terminal}
			screen.until(t, "EUR/JPY")
			if _, err := io.WriteString(terminal, c.keys); err != nil {
				t.Fatal(err)
			}
			screen.until(t, c.wait)
			if _, err := io.WriteString(terminal, c.end); err != nil {
				t.Fatal(err)
			}
			screen.rest()
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ends with %v", err)
			}
			text := screen.String()
			if !strings.Contains(text, altScreen) || strings.LastIndex(text, ordinary) < strings.LastIndex(text, altScreen) || !strings.Contains(text, showCursor) {
				t.Errorf("the terminal is not left as it was: %q", text)
			}
			if signs := strings.ContainsAny(text, "↑›▁▲"); signs == (len(c.env) > 0 && c.env[0] == "NO_UNICODE=1") {
				t.Errorf("with %v: other signs than ASCII %t", c.env, signs)
			}
			if coloured := strings.Contains(text, "38;5;"); coloured == (len(c.env) > 0 && c.env[0] == "NO_COLOR=1") {
				t.Errorf("with %v: coloured %t", c.env, coloured)
			}
		})
	}
}

// A paper that is served elsewhere lets in who brings its key, tells the board what changes, and what it said stays when it is gone.
func TestTheBoardFollowsAServer(t *testing.T) {
	a, err := app.New(t.Context(), app.Config{Data: t.TempDir(), Listen: "127.0.0.1:0", Base: "EUR", PerAddress: "1", Wire: "off"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	k, key, err := keys.New("terminal", 0, time.Now())
	if err == nil {
		err = a.Store.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(stop)
	bank := market.Source{ID: "bank", Name: "The Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
	opened := time.Now().UTC().Truncate(time.Second).Add(-time.Minute)
	say := func(symbol market.Symbol, field market.Field, value string, after time.Duration) {
		t.Helper()
		o := market.NewObservation(symbol, field, currency.MustDecimal(value), market.Moment{At: opened.Add(after), Seen: opened.Add(after)}, bank.ID, "")
		if _, err := a.Ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{o}, nil); err != nil {
			t.Fatal(err)
		}
	}
	say("EUR/USD", market.Rate, "1.1830", 0)
	say("XNYS:BP", market.Last, "37.37", 0)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	patience, cancel := context.WithTimeout(t.Context(), tooLong)
	defer cancel()
	watch := func(env string, more ...string) *exec.Cmd {
		cmd := exec.CommandContext(patience, self)
		cmd.Args = append([]string{"courant", "watch", "EUR/USD", "XNYS:BP", "--server", "http://" + a.Addr()}, more...)
		cmd.Env = append(os.Environ(), "COURANT_DATABASE=", "TERM=xterm-256color", "NO_COLOR=1", "NO_UNICODE=", "COURANT_KEY="+env)
		return cmd
	}
	for env, refusal := range map[string]string{"": "may ask 1 times a minute", "ck_nobody": "401", "another": "begins with ck_"} {
		out, err := watch(env, "--once").CombinedOutput()
		if err == nil || !strings.Contains(string(out), refusal) || env != "" && strings.Contains(string(out), env) {
			t.Errorf("with the key %q it says %s (%v)", env, out, err)
		}
	}
	if out, err := watch("", "--once", "--key-file", file).CombinedOutput(); err != nil || !strings.Contains(string(out), "37.37") || strings.Contains(string(out), key) {
		t.Errorf("with its key in a file it says %s (%v)", out, err)
	}
	if out, err := watch("", "--once", "--key-file", file+".none").CombinedOutput(); err == nil || !strings.Contains(string(out), "there is no file") {
		t.Errorf("without the file it says %s (%v)", out, err)
	}
	cmd := watch(key, "--every", "24h") // so that all that changes is told
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	screen := &transcript{from: terminal}
	screen.until(t, "37.37")
	waited(t, func() bool { return a.Streams() == 1 })
	say("XNYS:BP", market.Last, "48.59", time.Second)
	screen.until(t, "8.59") // of others only what differs is drawn
	say("EUR/USD", market.Rate, "1.2947", 2*time.Second)
	screen.until(t, "2947")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	screen.until(t, "last reached")
	if _, err := io.WriteString(terminal, "q"); err != nil {
		t.Fatal(err)
	}
	screen.rest()
	if err := cmd.Wait(); err != nil || strings.Contains(screen.String(), key) {
		t.Errorf("it ends with %v, and its key was shown: %t", err, strings.Contains(screen.String(), key))
	}
}

// waited waits until something is so.
func waited(t *testing.T, so func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond) // it may be so for other processes to do, which need the processor
	defer look.Stop()
	for end := time.Now().Add(tooLong); !so(); <-look.C {
		if time.Now().After(end) {
			t.Fatal("it never becomes so")
		}
	}
}

// transcript is what was written on a terminal so far.
type transcript struct {
	bytes.Buffer
	from io.Reader
}

// until reads until a text was written. A terminal that is closed without it fails the test.
func (s *transcript) until(t *testing.T, text string) {
	t.Helper()
	part := make([]byte, 4096)
	for !strings.Contains(s.String(), text) {
		n, err := s.from.Read(part)
		s.Write(part[:n])
		if err != nil {
			t.Fatalf("%q was not drawn: %v: %q", text, err, s.String())
		}
	}
}

// rest reads to the end, which on Linux is an error.
func (s *transcript) rest() { _, _ = io.Copy(&s.Buffer, s.from) }
