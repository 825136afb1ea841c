package app_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

const (
	killData = "COURANT_KILL_TEST_DATA" // the data directory: tells a child that it is one
	killDay  = "COURANT_KILL_TEST_DAY"  // the day from which it goes on
)

// victim is a page of our own with everything in it; %s makes its story another one each day.
const victim = "The Sample - Harbour news\n\nEUR -\nUSD 1.186127\nGBP 0.865748\nJPY 183.613613\nCHF 0.919966\nAZN 1.999161\nSEK 10.583212\n" +
	"NOK 11.465076\nPLN 4.218222\nCZK 24.292224\nHUF 380.977331\n  • RIO\n\n    0.8500\n\n    91.93\n\n    +0.92%%\n\n\n" +
	"Harbour news of %s\n\nShips left the harbour again.\n\nWhat happened\nThe gates were opened at six.\n"

const victimObservations = 10 + 3

// TestKillNineLosesNothingAcknowledgedAndLeavesNoHalf kills an importing program a hundred times.
func TestKillNineLosesNothingAcknowledgedAndLeavesNoHalf(t *testing.T) {
	if data := os.Getenv(killData); data != "" {
		importUntilKilled(t, data, os.Getenv(killDay))
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("there is no kill -9 on Windows")
	}
	lives := 100
	if testing.Short() {
		lives = 10
	}
	data := filepath.Join(t.TempDir(), "data")
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	acknowledged := map[string]bool{}
	for range lives {
		day = live(t, data, day, acknowledged)
	}
	checkWhole(t, data, day, acknowledged, lives)
}

// live lets a child import day after day and kills it at some moment after some acknowledgement. It returns the first
// day that the child cannot have begun.
func live(t *testing.T, data string, day time.Time, acknowledged map[string]bool) time.Time {
	t.Helper()
	bounded, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	child := exec.CommandContext(bounded, os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), killData+"="+data, killDay+"="+day.Format(time.DateOnly))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 1 + rand.IntN(6) {
		if !lines.Scan() {
			break
		}
		day = record(lines.Text(), day, acknowledged)
	}
	// Somewhere within the next import: an import takes a few milliseconds.
	for until := time.Now().Add(time.Duration(rand.IntN(5000)) * time.Microsecond); time.Now().Before(until); {
	}
	if bounded.Err() != nil {
		t.Fatalf("it acknowledges nothing after %s", day.Format(time.DateOnly))
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // what it had still said before it died
		day = record(lines.Text(), day, acknowledged)
	}
	_ = child.Wait() // "signal: killed" is what we want
	return day.AddDate(0, 0, 1)
}

// record notes an acknowledgement and returns the day after it.
func record(line string, day time.Time, acknowledged map[string]bool) time.Time {
	text, ok := strings.CutPrefix(line, "acknowledged ")
	if !ok {
		return day
	}
	acknowledged[text] = true
	if on, err := time.Parse(time.DateOnly, text); err == nil {
		return on.AddDate(0, 0, 1)
	}
	return day
}

func importUntilKilled(t *testing.T, data, from string) {
	h, err := app.Open(context.Background(), app.Config{Data: data, Listen: "127.0.0.1:0", Base: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	day, err := time.Parse(time.DateOnly, from)
	if err != nil {
		t.Fatal(err)
	}
	for ; ; day = day.AddDate(0, 0, 1) {
		page, err := archive.ReadPage(strings.NewReader(fmt.Sprintf(victim, day.Format(time.DateOnly))))
		if err != nil {
			t.Fatal(err)
		}
		edition, err := page.Edition(archive.PageOptions{On: currency.DateOf(day), Seen: time.Now(), File: "page.txt"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Newsroom.AddPage(context.Background(), edition); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("acknowledged %s\n", day.Format(time.DateOnly))
	}
}

func checkWhole(t *testing.T, data string, last time.Time, acknowledged map[string]bool, lives int) {
	t.Helper()
	h, err := app.Open(t.Context(), app.Config{Data: data, Listen: "127.0.0.1:0", Base: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	findings, err := h.Store.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if !f.OK {
			t.Errorf("%s: %s", f.What, f.Finding)
		}
	}
	e, err := h.Store.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	observations, stories := map[string]int{}, map[string]int{}
	for _, o := range e.Observations {
		observations[o.At.Format(time.DateOnly)]++
		if o.Field == market.Rate && o.Value.Sign() <= 0 {
			t.Errorf("%s is %s", o.Symbol, o.Value)
		}
	}
	for _, m := range e.Stories {
		stories[m.Published.Format(time.DateOnly)]++
	}
	silent := 0
	for day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); !day.After(last); day = day.AddDate(0, 0, 1) {
		text := day.Format(time.DateOnly)
		whole := observations[text] == victimObservations && stories[text] == 1
		nothing := observations[text] == 0 && stories[text] == 0
		switch {
		case acknowledged[text] && !whole:
			t.Errorf("%s was acknowledged and has %d observations and %d stories", text, observations[text], stories[text])
		case !whole && !nothing:
			t.Errorf("%s is half there: %d observations and %d stories", text, observations[text], stories[text])
		case whole && !acknowledged[text]:
			silent++
		}
	}
	if len(acknowledged) < lives {
		t.Errorf("only %d imports were acknowledged in %d lives", len(acknowledged), lives)
	}
	t.Logf("%d lives, %d acknowledged imports, all there; %d more were whole but not yet acknowledged", lives, len(acknowledged), silent)
}
