package hook

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

// pauses are those between the attempts, as Standard Webhooks has them for an example: ten attempts in 75 hours and a half.
var pauses = [...]time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Attempts is how often a delivery is tried at the most.
const Attempts = len(pauses) + 1

// breath is how long a hook that took something not is left alone, whatever else waits for it.
const breath = 5 * time.Second

// send posts a signed message once, or a hub its form.
func (r *Runner) send(ctx context.Context, h Hook, id string, body []byte, at time.Time) (web.Answer, error) {
	if err := CheckURL(h.URL, r.o.Trusted); err != nil {
		return web.Answer{}, err // the host was trusted once
	}
	if h.Kind() == Changed {
		return r.fetch.Fetch(ctx, web.Query{
			Method: http.MethodPost, URL: h.URL, Body: string(body), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		})
	}
	return r.fetch.Fetch(ctx, web.Query{
		Method: http.MethodPost, URL: h.URL, Body: string(body),
		Header: http.Header{
			"Content-Type": {"application/json"}, "Webhook-Id": {id}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)},
			"Webhook-Signature": {h.Secret.Sign(id, at, body)},
		},
	})
}

// Refusal says in a sentence why an answer is no success; nil where it is one.
func Refusal(h Hook, a web.Answer) error {
	switch word := fmt.Sprintf("%s answered %d %s", h.Host(), a.Status, http.StatusText(a.Status)); {
	case a.Status >= 200 && a.Status < 300:
		return nil
	case a.Status >= 300 && a.Status < 400:
		return fault.Because(fault.Upstream, "%s, and a redirection is not followed: add the hook with the address that it leads to", word)
	default:
		return fault.Because(fault.Upstream, "%s", word)
	}
}

// judge says what follows from the answer to an attempt, or from there being none.
func (r *Runner) judge(h Hook, d Delivery, answer web.Answer, err error, at time.Time) Attempt {
	now := r.o.Now().UTC().Truncate(time.Microsecond)
	a := Attempt{Delivery: d}
	a.Attempts, a.Tried, a.Status, a.Next = d.Attempts+1, at.UTC().Truncate(time.Microsecond), answer.Status, time.Time{}
	if err == nil {
		err = Refusal(h, answer)
	}
	if err == nil {
		a.State, a.Problem = Taken, ""
		return a
	}
	a.State, a.Problem = GivenUp, fault.Sentence(err)
	a.Wait = now.Add(max(breath, answer.RetryAfter))
	switch {
	case answer.Status == http.StatusGone:
		a.Off = h.Host() + " answered 410 Gone: it wants to be told nothing more"
	case a.Attempts < Attempts:
		wait := pauses[a.Attempts-1]
		wait += r.o.Jitter(wait)
		a.State, a.Next = Waiting, now.Add(max(wait, answer.RetryAfter))
	case h.Taken.Before(d.Added):
		a.Off = fmt.Sprintf("it took nothing in %d attempts since %s, the last of which failed since %s", Attempts, d.Added.Format("2 January 2006, 15:04 UTC"), a.Problem)
	}
	return a
}
