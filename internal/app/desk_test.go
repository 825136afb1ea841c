package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// fill writes into the fields of a form as a script cannot tell from typing, and sends it by its first button.
func fill(t *testing.T, ctx context.Context, fields ...string) {
	t.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		do(t, ctx, chromedp.SetValue(fmt.Sprintf("[name=%q]", fields[i]), fields[i+1]))
	}
}

const deskPassword = "four cranes over Rotterdam"

// atTheDesk sets a paper up in a browser.
func atTheDesk(t *testing.T) (address string, ctx context.Context) {
	t.Helper()
	address, a := house(t)
	address = strings.Replace(address, "127.0.0.1", "localhost", 1) // whose cookies a browser trusts without TLS
	ctx = browser(t)
	do(t, ctx, chromedp.Navigate(a.SetupLink()))
	fill(t, ctx, "name", "Olga Owner", "email", "olga@paper.example", "password", deskPassword, "again", deskPassword)
	press(t, ctx, "main button")
	do(t, ctx, chromedp.WaitVisible(".cards"))
	return address, ctx
}

func TestWhatIsTypedIsKeptShownAndFoundByItsFigures(t *testing.T) {
	address, ctx := atTheDesk(t)
	screen(t, ctx, 1280, "light")
	do(t, ctx, chromedp.Navigate(address+"/desk/stories/new"), chromedp.WaitVisible("form.editor.alive"))
	do(t, ctx, chromedp.SendKeys("[name=headline]", "What a euro bought"), chromedp.SendKeys("[name=section]", "markets"))
	do(t, ctx, chromedp.SendKeys("[name=body]", "One euro bought /usd 2026-09-28"), chromedp.WaitVisible("ul.picks[aria-busy=false] li"))
	if first := ask[string](t, ctx, "document.querySelector('ul.picks li').textContent"); !strings.Contains(first, "EUR/USD") {
		t.Errorf("the first offer is %q", first)
	}
	do(t, ctx, chromedp.Click("ul.picks li"))
	if body := ask[string](t, ctx, "document.querySelector('[name=body]').value"); body != "One euro bought {{EUR/USD @2026-09-28}}" {
		t.Errorf("the text is %q", body)
	}
	until(t, ctx, "document.querySelector('.kept').textContent.startsWith('Kept at')")
	until(t, ctx, "document.querySelector('iframe.preview').contentDocument?.querySelector('.text button.figure data')?.textContent.length > 3")
	until(t, ctx, "document.querySelector('ul.marks').textContent.includes('EUR/USD @2026-09-28')")
	// What was kept comes back, in this browser or another.
	do(t, ctx, chromedp.Navigate(address+"/desk/"), chromedp.WaitVisible(".cards"))
	if text := ask[string](t, ctx, "document.querySelector('main').textContent"); !strings.Contains(text, "What a euro bought") {
		t.Error("today does not lead back to what is being written")
	}
	do(t, ctx, chromedp.Click(".briefs a[href^='/desk/stories/']"), chromedp.WaitVisible("form.editor.alive"))
	if body := ask[string](t, ctx, "document.querySelector('[name=body]').value"); body != "One euro bought {{EUR/USD @2026-09-28}}" {
		t.Errorf("coming back the text is %q", body)
	}
}

func TestAPasskeyIsAddedLetsInAndProves(t *testing.T) {
	address, ctx := atTheDesk(t)
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(address+"/desk/account"), chromedp.WaitVisible("[data-passkey=add]"))
	press(t, ctx, "[data-passkey=add]")
	if text := ask[string](t, ctx, "document.querySelector('main').textContent"); !strings.Contains(text, "This device") {
		t.Fatalf("the account does not list the passkey: %s", text)
	}
	press(t, ctx, "form[action='/desk/sign-out'] button")
	do(t, ctx, chromedp.WaitVisible("[data-passkey=sign-in]"))
	press(t, ctx, "[data-passkey=sign-in]")
	if title := ask[string](t, ctx, "document.querySelector('h1').textContent"); title != "Today" {
		t.Errorf("the passkey leads to %q", title)
	}
	do(t, ctx, chromedp.Navigate(address+"/desk/prove?next=/desk/settings"), chromedp.WaitVisible("[data-passkey=prove]"))
	press(t, ctx, "[data-passkey=prove]")
	if title := ask[string](t, ctx, "document.querySelector('h1').textContent"); title != "Settings" {
		t.Errorf("after the proof there is %q", title)
	}
}

func TestWhatTheDeskDidNotTakeIsOfferedAgain(t *testing.T) {
	address, ctx := atTheDesk(t)
	do(t, ctx, chromedp.Navigate(address+"/desk/stories/new"), chromedp.WaitVisible("form.editor.alive"))
	// What a browser keeps whose last words did not reach the desk, as after a lid was closed in a tunnel.
	ask[bool](t, ctx, `(() => {
		const left = new URLSearchParams(new FormData(document.querySelector("form.editor")));
		left.set("body", "Words in a tunnel.");
		const { writer, keep } = document.querySelector("form.editor").dataset;
		localStorage.setItem("courant " + writer + keep, left.toString());
		location.reload();
		return true;
	})()`)
	until(t, ctx, "document.querySelector('.said.row-form button')")
	do(t, ctx, chromedp.Click(".said.row-form button"))
	if body := ask[string](t, ctx, "document.querySelector('[name=body]').value"); body != "Words in a tunnel." {
		t.Errorf("the text is %q", body)
	}
	until(t, ctx, "document.querySelector('.kept').textContent.startsWith('Kept at')")
	fill(t, ctx, "headline", "A tunnel", "section", "world")
	press(t, ctx, "button[value=save]")
	if n := ask[int](t, ctx, "document.querySelectorAll('.said.row-form').length"); n != 0 {
		t.Error("what was saved is offered again")
	}
}
