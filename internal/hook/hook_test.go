package hook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
)

// The example with which the reference libraries of Standard Webhooks test themselves.
func TestAMessageIsSignedAsTheStandardSigns(t *testing.T) {
	secret, err := hook.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := secret.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
}

func TestASecretIsNotPrinted(t *testing.T) {
	h, err := hook.New("https://receiver.example/", hook.Subject{Source: "ecb"}, nil, wednesday)
	if err != nil {
		t.Fatal(err)
	}
	secret := h.Secret.Reveal()
	if again, err := hook.ParseSecret(secret); err != nil || again.Reveal() != secret || len(secret) != len("whsec_")+44 {
		t.Errorf("%s is read as %s, %v", secret, again.Reveal(), err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", h, &h, h.Secret)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("hook", "hook", h, "secret", h.Secret)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("hook", "hook", h, "secret", h.Secret)
	if err := json.NewEncoder(&out).Encode(h); err != nil {
		t.Error(err)
	}
	raw := fmt.Sprintf("%x", secret)
	for _, part := range []string{secret[6:14], secret[len(secret)-8:], raw[12:24]} {
		if strings.Contains(out.String(), part) {
			t.Errorf("%q is printed:\n%s", part, out.String())
		}
	}
	if strings.Count(out.String(), "whsec_…") < 20 {
		t.Errorf("it is not printed as whsec_…:\n%s", out.String())
	}
}

func TestAnAddressThatMayNotBeToldIsRefused(t *testing.T) {
	for address, want := range map[string]string{
		"https://receiver.example":                       "",
		"https://receiver.example:8443/in?key=7&x=%20":   "",
		"http://10.0.0.7:8080/in":                        "",
		"http://10.0.0.7:8081/in":                        "10.0.0.7:8081 would be told in the open",
		"http://receiver.example/":                       "receiver.example:80 would be told in the open",
		"https://user:word@receiver.example/":            "a user or a password",
		"https://receiver.example/#top":                  "a fragment",
		"ftp://receiver.example/":                        "is no web address",
		"receiver.example":                               "is no web address",
		"//receiver.example/":                            "is no web address",
		"https:///in":                                    "is no web address",
		"https://receiver.example/a b":                   "is no web address",
		"https://receiver.example/\n":                    "is no web address",
		"https://empfänger.example/":                     "is no web address",
		"":                                               "is no web address",
		"https://receiver.example/%zz":                   "is no web address",
		"https://r.example/" + strings.Repeat("a", 1982): "",
		"https://r.example/" + strings.Repeat("a", 1983): "2000 are the most",
	} {
		_, err := hook.New(address, hook.Subject{Source: "ecb"}, []string{"10.0.0.7:8080"}, wednesday)
		if want == "" && err != nil || want != "" && (fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "word@")) {
			t.Errorf("%.60q: %v, want %q", address, err, want)
		}
	}
}

func TestASubjectThatCannotBeIsRefused(t *testing.T) {
	for _, c := range []struct{ pair, above, source, want string }{
		{"EUR/USD", "0.25", "", ""},
		{"eur/usd", "", "", ""},
		{"", "", "ecb", ""},
		{"", "", "", "say what to tell of"},
		{"EUR/USD", "", "ecb", "not of both"},
		{"", "1", "ecb", "leave it out"},
		{"", "", "E C B", "no name of a source"},
		{"", "", strings.Repeat("a", 65), "no name of a source"},
		{"EURUSD", "", "", "EURUSD"},
		{"EUR/EUR", "", "", "always 1"},
		{"XNAS:AAPL", "", "", "XNAS"},
		{"EUR/USD", "0", "", "above zero and at most 1000"},
		{"EUR/USD", "1,5", "", "write it as 1 or 0.25"},
		{"EUR/USD", "1e9", "", "write it as 1 or 0.25"},
	} {
		s, err := hook.ParseSubject(c.pair, c.above, c.source)
		if c.want == "" && err != nil || c.want != "" && (fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %+v, %v", c, s, err)
		}
	}
}

// Whatever is asked for is a subject that reads as itself, or is refused in a sentence.
func FuzzHook(f *testing.F) {
	f.Add("EUR/USD", "0.25", "", "https://receiver.example/in?key=7")
	f.Add("", "", "ecb", "http://10.0.0.7:8080/")
	f.Add("eur/xau", "1000", "", "https://user@receiver.example/#")
	f.Add("XNAS:AAPL", ".", "-", "https://[::1%25eth0]:0/\x00")
	f.Fuzz(func(t *testing.T, pair, above, source, address string) {
		s, err := hook.ParseSubject(pair, above, source)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.Sentence(err) == "" {
				t.Errorf("%q %q %q: %v", pair, above, source, err)
			}
			return
		}
		percent := ""
		if s.Kind() == hook.Moved {
			percent = s.Above.String()
		}
		again, err := hook.ParseSubject(string(s.Pair), percent, string(s.Source))
		if err != nil || again.Pair != s.Pair || again.Source != s.Source || !again.Above.Equal(s.Above) {
			t.Errorf("%+v reads as %+v, %v", s, again, err)
		}
		h, err := hook.New(address, s, []string{"10.0.0.7:8080"}, wednesday)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: %v", address, err)
			}
			return
		}
		if h.Host() == "" || len(h.URL) > 2000 || !strings.HasPrefix(strings.ToLower(h.URL), "https://") && h.Host() != "10.0.0.7:8080" {
			t.Errorf("%q may be told", address)
		}
	})
}
