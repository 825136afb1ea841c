package staff_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

func TestNamesAndAddressesAreReadOrRefusedInASentence(t *testing.T) {
	for text, want := range map[string]string{" Ann Ink ": "Ann Ink", "Łucja O'Neill-Šimić": "Łucja O'Neill-Šimić", "王小明": "王小明"} {
		if got, err := staff.ParseName(text); err != nil || got != want {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "  ", "---", "42", "a\nb", "a\u202eb", "a\x00", "\xff\xfe", strings.Repeat("n", 101)} {
		if name, err := staff.ParseName(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %q, %v", text, name, err)
		}
	}
	for text, want := range map[string]string{" Ann.Ink+desk@Paper.Example ": "ann.ink+desk@paper.example", "a@b-c.de": "a@b-c.de"} {
		if got, err := staff.ParseEmail(text); err != nil || got != want {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "ann", "ann@", "@paper.example", "ann@paper", "a b@paper.example", "ann@paper..example", "ann@-paper.example",
		"\u212aate@paper.example", "änn@paper.example", "ann@paper.example\nBcc: x@y.example", strings.Repeat("a", 65) + "@paper.example",
		"ann@" + strings.Repeat("a.", 130) + "example",
	} {
		if address, err := staff.ParseEmail(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %q, %v", text, address, err)
		}
	}
}

func TestAPasswordNeedsLengthAndNotToBeTheFirstGuess(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	_, l, err := w.gate.Invite(t.Context(), owner, "Ann Marie Ink", "ann.marie@paper.example", staff.Reporter)
	w.fine(err)
	for _, c := range []struct{ password, says string }{
		{"", "at least 8"},
		{"seven77", "at least 8"},
		{"ÄÖÜßéèê", "at least 8"}, // seven characters of fourteen bytes
		{strings.Repeat("long ", 52), "at most 256"},
		{"password", "tried first"},
		{"PassWord", "tried first"},
		{"iloveyou", "tried first"},
		{"12345678", "tried first"},
		{"ann marie ink", "a name or an address"},
		{"ann.marie@paper.example", "a name or an address"},
		{"Ann.Marie", "a name or an address"},
		{" THE COURANT", "a name or an address"},
		{"not \xff text", "no text in UTF-8"},
	} {
		if _, err := w.gate.Accept(t.Context(), l.Token, c.password, home); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says) {
			t.Errorf("%q: %v, want %q", c.password, err, c.says)
		}
	}
	for _, password := range []string{"eightchr", strings.Repeat("w", 256), "   spaces at both ends  ", "пароль из слов", "aaaaaaab"} {
		p, l, err := w.gate.Invite(t.Context(), owner, "New", staffEmail(password), staff.Reporter)
		w.fine(err)
		if _, err := w.gate.Accept(t.Context(), l.Token, password, home); err != nil {
			t.Errorf("%q is refused: %v", password, err)
		}
		if _, err := w.signIn(p.Email, password); err != nil {
			t.Errorf("%q does not open: %v", password, err)
		}
		if _, err := w.signIn(p.Email, strings.TrimSpace(password)+"x"); err == nil {
			t.Errorf("another than %q opens", password)
		}
	}
	_, l, err = w.gate.Invite(t.Context(), owner, "Refused", "refused@paper.example", staff.Reporter)
	w.fine(err)
	if _, err := w.gate.Accept(t.Context(), l.Token, "short", home); err == nil {
		t.Error("a short password was taken")
	}
	if _, err := w.gate.Accept(t.Context(), l.Token, phrase, home); err != nil {
		t.Errorf("a refused password has used the link up: %v", err)
	}
}

// staffEmail makes an address of a text.
func staffEmail(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, text[:min(len(text), 8)]) + "x" + string(rune('a'+len(text)%26)) + "@paper.example"
}
