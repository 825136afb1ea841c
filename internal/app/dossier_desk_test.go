package app_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/news"
)

// A dossier from the first sentence of a story to a correction, with scripts on a wide screen and without on a narrow one.
func TestADossierIsBuiltBesideAStoryPublishedAndCorrected(t *testing.T) {
	for _, c := range []struct {
		width int64
		plain bool
	}{{1280, false}, {390, true}} {
		address, a := house(t)
		address = strings.Replace(address, "127.0.0.1", "localhost", 1)
		ctx := browser(t)
		do(t, ctx, chromedp.Navigate("about:blank"))
		screen(t, ctx, c.width, "light")
		do(t, ctx, chromedp.Navigate(a.SetupLink()))
		fill(t, ctx, "name", "Olga Owner", "email", "olga@paper.example", "password", deskPassword, "again", deskPassword)
		press(t, ctx, "main button")
		if c.plain {
			if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
				t.Fatal(err)
			}
		}
		at := address + "/desk/dossiers/the-strait"
		part := func(kind string, fields ...string) {
			t.Helper()
			do(t, ctx, chromedp.Navigate(at+"/parts/"+kind))
			sendPart(t, ctx, ".said[role=status]", fields...)
		}

		// A story's sentence begins a dossier, and becomes an event of it.
		do(t, ctx, chromedp.Navigate(address+"/desk/stories/new"))
		fill(t, ctx, "headline", "A ferry is lost", "section", "markets", "body", "On Monday a ferry sank off Norrvik. A rock did it, the pilots say.")
		pressPlain(t, ctx, "button[value=save]", ".said[role=status]")
		pressPlain(t, ctx, "a[href$='/dossier']", "ul.sentences")
		pressPlain(t, ctx, "a[href^='/desk/new-dossier']", "form.part")
		sendPart(t, ctx, "ul.sentences a[href*='/parts/events']", "headline", "The strait", "standfirst", "Two harbours quarrel.")
		pressPlain(t, ctx, "ul.sentences a[href*='/parts/events']", "form.part")
		if says := ask[string](t, ctx, "document.querySelector('[name=says]').value"); says != "On Monday a ferry sank off Norrvik." {
			t.Errorf("the event begins with %q", says)
		}
		sendPart(t, ctx, "ul.sentences", "what", "A ferry sinks", "when", "2026-09-28",
			"new-documents.0.title", "The harbour’s log", "new-documents.0.publisher", "Norrvik", "new-documents.0.link", "https://harbour.example/log")
		pressPlain(t, ctx, "ul.sentences li:nth-child(2) a[href*='/parts/accounts']", "form.part")
		sendPart(t, ctx, ".said.problem", "event", "a-ferry-sinks", "new-actor.0.name", "Anna Berg", "new-actor.0.kind", "person")
		if text := ask[string](t, ctx, "document.querySelector('.said.problem').textContent"); !strings.Contains(text, "rests on nothing") {
			t.Errorf("an account on nothing is told %q", text)
		}
		if name := ask[string](t, ctx, "document.querySelector('[name=\"new-actor.0.name\"]').value"); name != "Anna Berg" {
			t.Errorf("the new actor is %q then", name)
		}
		sendPart(t, ctx, "ul.sentences", "cites.0.document", "the-harbours-log", "cites.0.place", "page 2")

		// The rest of it part by part.
		part("series", "series.0.symbol", "EUR/USD")
		part("actors", "name", "Berg, Anna", "kind", "person")
		part("standing", "standing.0.text", "Two harbours quarrel over a lost ferry.", "standing.0.cites.0.document", "the-harbours-log")
		pressPlain(t, ctx, ".twins button", "#actors:not(:has(.twins))")
		if text := ask[string](t, ctx, "document.querySelector('#actors table').textContent"); !strings.Contains(text, "merged into Anna Berg") {
			t.Errorf("after the merge the actors are %q", text)
		}
		if wide := ask[int64](t, ctx, "document.documentElement.scrollWidth"); wide > c.width {
			t.Errorf("the dossier is %d px wide at %d", wide, c.width)
		}
		if _, err := news.NewPaper(a.Store).Dossier(t.Context(), "the-strait"); err == nil {
			t.Error("readers see a draft")
		}
		pressPlain(t, ctx, "form[action$='/publish'] button", "form[action$='/withdraw']")
		do(t, ctx, chromedp.Navigate(at+"/parts/events?id=a-ferry-sinks"))
		sendPart(t, ctx, "form[action$='/publish']", "when", "2026-09-27")
		do(t, ctx, chromedp.SetValue("[name=notice]", "fact"), chromedp.SetValue("[name=notice-text]", "The ferry sank on 27 September, not on the 28th."))
		pressPlain(t, ctx, "form[action$='/publish'] button", ".timeline li:nth-child(2)")
		d, err := news.NewPaper(a.Store).Dossier(t.Context(), "the-strait")
		if err != nil {
			t.Fatal(err)
		}
		s := d.Subject
		if len(d.Notices) != 1 || s.Events[0].When.String() != "2026-09-27" || s.Events[0].Cites[0].Document != "the-harbours-log" || s.Accounts[0].By != "anna-berg" ||
			len(s.Series) != 1 || len(s.Stories) != 1 || s.Actors[1].Into != "anna-berg" || len(s.Standing) != 1 {
			t.Errorf("readers see %+v", d)
		}
		do(t, ctx, chromedp.Navigate(address+"/dossiers/the-strait"))
		if text := ask[string](t, ctx, "document.querySelector('main').textContent"); !strings.Contains(text, "A ferry sinks") || !strings.Contains(text, "not on the 28th") {
			t.Errorf("readers see %.300q", text)
		}
	}
}

// sendPart fills in the form of a part and saves it.
func sendPart(t *testing.T, ctx context.Context, then string, fields ...string) {
	t.Helper()
	ask[int](t, ctx, "[...document.querySelectorAll('details')].map(d => d.open = true).length") // as a finger would
	fill(t, ctx, fields...)
	pressPlain(t, ctx, "form.part button[value=save]", then)
}
