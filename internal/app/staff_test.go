package app_test

import (
	"context"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

func TestEachStartMakesALinkAsLongAsNobodyWorksAtThePaper(t *testing.T) {
	config := app.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR"}
	start := func(use func(a *app.App)) {
		t.Helper()
		a, err := app.New(t.Context(), config, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		use(a)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	}
	first := ""
	start(func(a *app.App) { first = a.SetupLink() })
	start(func(a *app.App) {
		_, port, _ := strings.Cut(a.Addr(), ":")
		before, token, _ := strings.Cut(a.SetupLink(), staff.WelcomePath)
		if before != "http://localhost:"+port || token == "" || a.SetupLink() == first {
			t.Errorf("the link is %s after %s", a.SetupLink(), first)
		}
		if !a.Gate.HasPasskeys() {
			t.Error("there are no passkeys on this machine")
		}
		_, old, _ := strings.Cut(first, staff.WelcomePath)
		v := staff.Visit{From: netip.MustParseAddr("192.0.2.1")}
		if _, err := a.Gate.Found(t.Context(), old, "Mallory", "m@paper.example", "four words of mine", v); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the link of the start before: %v", err)
		}
		if _, err := a.Gate.Found(t.Context(), token, "Olga", "o@paper.example", "four words of mine", v); err != nil {
			t.Fatal(err)
		}
	})
	start(func(a *app.App) {
		if a.SetupLink() != "" {
			t.Errorf("there is a link, %s, where somebody works", a.SetupLink())
		}
	})
}

func TestLinksBearTheAddressUnderWhichPeopleReachThePaper(t *testing.T) {
	for _, c := range []struct{ url, listens, want string }{
		{"", "127.0.0.1:8080", "http://localhost:8080"},
		{"", "[::1]:8080", "http://localhost:8080"},
		{"", ":8080", "http://localhost:8080"},
		{"", "[::]:8080", "http://localhost:8080"},
		{"", "0.0.0.0:80", "http://localhost:80"},
		{"", "192.0.2.1:80", "http://192.0.2.1:80"},
		{"", "[2001:db8::1]:80", "http://[2001:db8::1]:80"},
		{"", "paper.example:80", "http://paper.example:80"},
		{"", "127.0.0.1:0", ""},
		{"https://paper.example", "127.0.0.1:0", "https://paper.example"},
	} {
		if got := (app.Config{URL: c.url}).Origin(c.listens); got != c.want {
			t.Errorf("%q, listening on %s: %q, want %q", c.url, c.listens, got, c.want)
		}
	}
	for _, url := range []string{"paper.example", "https://paper.example/", "https://paper.example/news", "ftp://paper.example", "https://", "https://a b", "https://u@paper.example", "HTTPS://paper.example?"} {
		c := app.Config{Data: "data", Listen: "127.0.0.1:0", Base: "EUR", URL: url}
		if err := c.Check(); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "the setting url") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
