//go:build ignore

// Command guards switches off one guard after another, each by one change of the source, and requires that a test then
// fails: a guard whose removal nobody notices is not there. It changes no file: go test reads the changed one as an overlay.
//
//	go run scripts/guards.go [WORD]    only those whose name holds the word
//
// To add a guard, add a row. The old text must stand in its file exactly once.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// guard is a line that keeps wrong numbers, or the wrong people, out, and what it becomes without the guard.
type guard struct {
	name     string
	file     string
	old, new string
	tests    string // package and pattern of those that must fail
}

// The packages whose tests hold the guards, with the room for a pattern.
const (
	matrix   = "./internal/wire/faults NoFault/"
	judging  = "./internal/market "
	wire     = "./internal/wire "
	fetching = "./internal/web "
	storing  = "./internal/store "
	dialects = "./internal/api "
	feeding  = "./internal/api/feed "
	telling  = "./internal/hook "
	printing = "./internal/news "
	showing  = "./internal/site "
	writing  = "./internal/news "
	letting  = "./internal/staff "
)

var guards = []guard{
	{"certificates are checked", "internal/web/fetch.go", "MinVersion: tls.VersionTLS12}", "MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}", matrix + "02"},
	{"private addresses are refused", "internal/web/fetch.go", "err != nil || !public(to.Addr())", "err != nil || !to.IsValid()", matrix + "07"},
	{"other hosts are not followed to", "internal/web/fetch.go", "if req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {", "if first == nil {", matrix + "07"},
	{"redirections end", "internal/web/fetch.go", "len(via) > 3", "len(via) > 1<<30", matrix + "07"},
	{"replies have a longest", "internal/web/fetch.go", "case int64(len(text)) > most:", "case most == 0:", matrix + "06"},
	{"bombs are not unpacked", "internal/web/fetch.go", "body = io.LimitReader(z, most+1)", "body = z", fetching + "ABomb"},
	{"replies have a deadline", "internal/web/fetch.go", "Timeout:       o.Timeout,", "", matrix + "06"},
	{"a reply that breaks off is refused", "internal/web/fetch.go", "case err != nil:\n\t\treturn nil, fault.Because(fault.Upstream, \"it breaks off", "case text == nil:\n\t\treturn nil, fault.Because(fault.Upstream, \"it breaks off", fetching + "NoReplyIsLonger"},
	{"packings that were not asked for are refused", "internal/web/fetch.go", `case "", "identity":`, `case "", "identity", "br":`, fetching + "NoReplyIsLonger"},

	{"keys of streams are not sent in the clear", "internal/web/socket.go", `if u.Scheme == "ws" && !slices.Contains(f.o.Trusted, HostPort(u)) {`, "if slices.Contains(f.o.Trusted, u.Scheme) {", fetching + "ASocketIsOpened"},
	{"messages have a longest", "internal/web/socket.go", "conn.SetReadLimit(most)", "conn.SetReadLimit(most << 20)", fetching + "ASocketTakes"},
	{"a long round renews its lease", "internal/wire/runner.go", "if time.Since(renewed) >= leaseTerm/4 {", "if renewed.IsZero() {", wire + "Outlive"},
	{"a minute that was not heard from its beginning has no bar", "internal/wire/stream.go", "s.From.Add(time.Minute - time.Microsecond).Truncate(time.Minute)", "s.From.Truncate(time.Minute)", wire + "MinuteThatWasCut"},
	{"a minute that is not over has no bar", "internal/wire/stream.go", "s.To.Add(-tardy).Truncate(time.Minute)", "s.To.Add(time.Minute).Truncate(time.Minute)", wire + "TradesBecome"},
	{"odd lots make no price", "internal/wire/provider/conditions.go", "t.Aside = t.Aside || !c.price", "t.Aside = t.Aside && !c.price", "./internal/wire/provider ATradeCounts"},
	{"bars keep within the session", "internal/market/tick.go", "ok && trades.Phase == calendar.Open", "ok && trades.Phase != calendar.OnHoliday", judging + "BarsOfMinutes"},
	{"bars are judged", "internal/market/hearbars.go", "			case !bad:", "			case !bad || d.Text != \"\":", "./internal/archive HardlyAny"},
	{"prices age by sessions", "internal/market/choice.go", "\t\tfresh = !at.After(until)", "\t\t_ = until", judging + "Scripts"},

	{"errors are not read", "internal/wire/runner.go", "if answer.Status != http.StatusOK {", "if answer.Status > 999 {", matrix + "04"},
	{"304 is only taken where it was asked for", "internal/wire/runner.go", `&& header.Get("If-None-Match")+header.Get("If-Modified-Since") != "" {`, "{", matrix + "08"},
	{"once a day it is asked in full", "internal/wire/runner.go", "if r.o.Now().Sub(tag.Full) < 24*time.Hour {", "if !tag.Full.IsZero() {", matrix + "08"},
	{"it is not asked before its time", "internal/wire/runner.go", "now.Before(s.Next) && s.Next.Sub(now) < 8*24*time.Hour", "now.IsZero()", matrix + "03"},
	{"a clock that was wrong silences nobody", "internal/wire/runner.go", " && s.Next.Sub(now) < 8*24*time.Hour", "", matrix + "19"},
	{"Retry-After is obeyed", "internal/wire/schedule.go", "return max(wait, asked, time.Second)", "return max(wait, time.Second)", matrix + "03"},
	{"who wants to be left alone is", "internal/wire/runner.go", "if asked > 0 || inARow", "if inARow", matrix + "03"},
	{"a server that keeps failing is left alone", "internal/wire/runner.go", " || inARow == failuresInARow", "", wire + "ARoundEnds"},
	{"the breaker opens", "internal/wire/schedule.go", "wait = longest/2 + wait/2", "_ = longest", wire + "Pauses"},
	{"who wants a key is not asked without", "internal/wire/runner.go", `if p.Key != "" && key == "" {`, `if p.Key == "-" {`, wire + "AKey"},
	{"keys are not kept", "internal/wire/runner.go", "reply.Path, reply.Status = without(q.Path, key), answer.Status", "reply.Path, reply.Status = q.Path, answer.Status", wire + "AKey"},
	{"a lease that another holds is respected", "internal/wire/runner.go", "if err != nil || !held {", "if err != nil || held && lease.Epoch == 0 {", wire + "OfTwoRunners"},
	{"a lease that was lost is refused", "internal/store/wire.go", "err != nil || n == 1 {", "err != nil || n <= 1 {", wire + "OfTwoRunners"},
	{"a lease is not taken before it ends", "internal/store/wire.go", "WHERE lease.holder = excluded.holder OR lease.expires <= `+now+` RETURNING", "RETURNING", storing + "Conforms/sqlite"},
	{"a lease that changes hands has a new epoch", "internal/store/wire.go", "THEN 0 ELSE 1 END", "THEN 0 ELSE 0 END", storing + "Conforms/sqlite"},
	{"nothing is heard under a lost lease", "internal/store/quarantine.go", "keep(ctx, c, h.Lease)", "keep(ctx, c, market.Lease{})", storing + "Conforms/sqlite"},
	{"a straggler does not say how a provider fares", "internal/store/wire.go", "keep(ctx, c, l)", "keep(ctx, c, market.Lease{})", storing + "Conforms/sqlite"},
	{"a bar that was put away is not believed when it is said again", "internal/market/hearbars.go", "|| before == Rejected && !o.Vouched {", "{", storing + "Conforms/sqlite"},
	{"a bar is released only by one whose prices are near", "internal/market/barjudge.go", "case h.Bar.near(b) && h.Reason", "case h.Reason", storing + "Conforms/sqlite"},
	{"a held value is decided on once", "internal/store/quarantine.go", "WHERE id = $1 AND state = 'waiting'", "WHERE id = $1", storing + "Conforms/sqlite"},
	{"readers learn nothing of the paper's network", "internal/web/fetch.go", "case errors.As(err, &unknown):", "case unknown != nil:", fetching + "WhyAServer"},

	{"pages for people are called so", "internal/wire/decode.go", `case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")):`, "case len(start) > 1<<20:", matrix + "04"},
	{"JSON is not longer than allowed", "internal/wire/decode.go", "case len(body) > MaxReply:", "case len(body) < 0:", wire + "Longer"},
	{"zip files are not longer than allowed", "internal/wire/decode.go", "if len(text) > MaxReply {", "if len(text) < 0 {", wire + "Longer"},
	{"zip files hold one file", "internal/wire/decode.go", "if len(z.File) != 1 {", "if len(z.File) == 0 {", wire + "AZipFile"},
	{"pence are no pounds", "internal/wire/quotes.go", "case err != nil || said.Code != known.Code:", "case err != nil && said.Code == \"\":", "./internal/wire/provider SharePrices"},
	{"a price of a share that was not asked for is refused", "internal/wire/provider/quotes.go", "if strings.EqualFold(l.Name, name) {", "if l.Name != \"\" {", "./internal/wire/provider SharePrices"},
	{"a table that was cut off is refused", "internal/wire/provider/quotes.go", `!bytes.HasSuffix(body, []byte("\n"))`, `bytes.HasSuffix(body, []byte("\x00"))`, "./internal/wire/provider SharePrices"},
	{"who was asked too often is left alone", "internal/wire/runner.go", " || fault.KindOf(err) == fault.Busy", "", wire + "LeftAlone"},
	{"a dropped file is taken once", "internal/wire/folder.go", "if tag.Modified == stamp || ", "if ", wire + "ADroppedFile"},
	{"a share's jump is held", "internal/market/hearquote.go", "if math.Abs(s.ln-t.ln[n-1]) <= bound {", "if bound > 0 {", judging + "HeldAsAWhole"},
	{"a share that does not trade has no price", "internal/market/hearquote.go", "err == nil && slices.Contains([]Status{", "err != nil && slices.Contains([]Status{", judging + "HeldAsAWhole"},
	{"the numbers of a quote do not contradict each other", "internal/market/hearquote.go", "if d, bad := contradiction(by); bad {", "if d, bad := contradiction(nil); bad {", judging + "HeldAsAWhole"},
	{"a quote is released as a whole", "internal/market/quarantine.go", "if h.Field == Rate || h.Bar != nil {\n\t\treturn all", "if h.Field != \"\" {\n\t\treturn all", judging + "HeldAsAWhole"},
	{"a frozen feed of shares is noticed", "internal/market/quote.go", "n = of, o.At, n+1; n > unchangedAfter {", "n = of, o.At, n+1; n > 1<<30 {", "./internal/wire/faults SharePrices/17"},
	{"names of JSON stand once", "internal/wire/decode.go", "json.Unmarshal(body, v);", "json.Unmarshal(body, v, jsontext.AllowDuplicateNames(true));", matrix + "14"},
	{"elements of XML stand once", "internal/wire/decode.go", "twice && before != text {", "twice && before == \"\" {", matrix + "14"},
	{"attributes of XML stand once", "internal/wire/decode.go", "return a.Name == b.Name }", "return false }", wire + "XMLSays"},
	{"XML has no document type", "internal/wire/decode.go", `return refuse("the reply has a document type, which no table of rates needs")`, "continue", "./internal/wire/provider Golden"},
	{"XML goes on to nothing behind its end", "internal/wire/decode.go", "if closed && len(bytes.TrimSpace(t)) > 0 {", "if closed && t == nil {", wire + "XMLSays"},
	{"XML is not deep", "internal/wire/decode.go", "len(open) > deepest || closed", "closed", wire + "XMLSays"},
	{"a pair has one value a day", "internal/wire/decode.go", "if before.Equal(value) {", "if before.Sign() > 0 {", matrix + "14"},
	{"a rate is above zero", "internal/wire/decode.go", "if value.Sign() <= 0 {", "if value.Sign() > 9 {", matrix + "11"},
	{"a decimal comma is no point", "internal/wire/decode.go", `strings.Contains(text, ".") || strings.Count(text, ",") > 1`, `strings.Count(text, ",") > 1`, matrix + "13"},
	{"units are powers of ten", "internal/wire/decode.go", `zeros == units || strings.Trim(zeros, "0") != "" || len(zeros) > 9`, "len(zeros) > 9", "./internal/wire/provider Golden"},

	{"no day is known before it comes", "internal/market/hear.go", "if o.early(c.source.Ahead) && o.At.After(c.early) {", "if o.At.IsZero() {", matrix + "16"},
	{"what is misdated in part is not trusted", "internal/market/hear.go", "if !c.early.IsZero() {", "if s.early(c.source.Ahead) {", matrix + "16"},
	{"what was held for a date is judged again", "internal/market/hear.go", "waits && (why != NoDate || !c.early.IsZero()) {", "waits && why != \"\" {", matrix + "19"},
	{"old replies bring nothing back", "internal/market/hear.go", "if !c.revised[s.ID] {", "if s.ID != \"\" {", matrix + "18"},
	{"late replies are held", "internal/market/hear.go", "passed, ok := c.passed[s.Symbol]; ok {", "passed, ok := c.passed[s.Symbol]; ok && passed.IsZero() {", matrix + "16"},
	{"jumps are held", "internal/market/judge.go", "off <= floor || off <= t.bound(days)", "off <= 1000 || off <= t.bound(days)", matrix + "1[12]"},
	{"a bound is learnt from the series", "internal/market/judge.go", "times    = 8.0", "times    = 8000.0", matrix + "11"},
	{"powers of ten are named", "internal/market/judge.go", "k != 0 && math.Abs(off-k*math.Ln10) <= scaleFit", "k > 1e9", judging + "AValueIsJudged"},
	{"pairs turned round are named", "internal/market/judge.go", "if math.Abs(s.ln+ref) <= min(0.1, math.Abs(off)/2) {", "if ref > 1e9 {", judging + "AValueIsJudged"},
	{"grams are not ounces", "internal/market/judge.go", "math.Abs(math.Abs(off)-math.Log(31.1034768)) <= scaleFit", "off > 1e9", judging + "AValueIsJudged"},
	{"nobody confirms an old scale", "internal/market/judge.go", "d.Reason == OldScale || !confirmed(s)", "!confirmed(s)", judging + "AValueIsJudged"},
	{"pegs are held", "internal/market/judge.go", "if ln < logOf(low)-pegSlack || ln > logOf(high)+pegSlack {", "if ln > 1e9 && low.Equal(high) {", judging + "AValueIsJudged"},
	{"first values are held against levels", "internal/market/judge.go", "return d, d.Reason != Apart", "return d, d.Reason == \"\"", judging + "AValueIsJudged"},
	{"retired money has no rate", "internal/market/judge.go", "if err != nil || !c.RetiredOn(s.At) {", "if err != nil || c.Code != \"\" {", judging + "AValueIsJudged"},
	{"first values are compared with others", "internal/market/judge.go", "if math.Abs(s.ln-ref) <= apart {", "if ref < 1e9 {", judging + "AValueIsJudged"},
	{"what is old says so", "internal/market/flag.go", "if !sources.fresh(o, at) {\n\t\tflags", "if o.At.IsZero() {\n\t\tflags", matrix + "20"},
	{"what repeats itself says so", "internal/market/flag.go", "if n <= unchangedAfter || heldTo(", "if n >= 0 || heldTo(", matrix + "17"},
	{"what repeats itself says so in a line too", "internal/market/line.go", "alike <= unchangedAfter {", "alike >= 0 {", judging + "RepeatsItself"},
	{"who disagrees is not passed over at a glance", "internal/market/spread.go", "if !near(e.value, best.value) {", "if e.at == 0 {", judging + "Columns"},
	{"columns are read as they were known", "internal/market/track.go", "if t.Seen(i) <= known {", "if t.Seen(i) > 0 {", judging + "Columns"},
	{"what rests on that says so", "internal/market/fixed.go", "return f.Code != Unchanged })", "return f.Code != \"\" })", matrix + "17"},
	{"boards look far enough back for that", "internal/market/ledger.go", "same := repeated(heard); len(same) > 0 {", "same := repeated(heard); len(same) < 0 {", matrix + "17"},
	{"disagreement says so", "internal/market/flag.go", "o.Off.Abs().Cmp(disputed) > 0 {", "o.Off.Abs().Cmp(disputed) > 9 {", judging + "Script"},
	{"prices of different shares are not compared", "internal/market/adjust.go", "if len(events) == 0 {", "if len(events) >= 0 {", judging + "Script"},
	{"what may have been adjusted is not guessed", "internal/market/adjust.go", "case !farApart(said, a.Value):", "case a.Value.IsZero():", judging + "Script"},
	{"what was learnt later may have been adjusted", "internal/market/adjust.go", "q.Previous.From[0].Seen.Before(session):", "!session.IsZero():", judging + "Script"},
	{"an amount is not converted at a rate that is in doubt", "internal/market/exchange.go", "if flag.Doubt || flag.Code == Claimed {", "if flag.Code == \"\" {", judging + "Script"},
	{"an amount is not converted at a later rate", "internal/market/exchange.go", "e.Date.First().Add(-time.Microsecond))", "e.Date.End())", judging + "Script"},
	{"what was adjusted is not adjusted again", "internal/market/adjust.go", ".Cmp(said.Mul(a.Value)) > 0 == (said.Cmp(a.Value) > 0):", ".Cmp(said.Mul(a.Value)) > 0 != (said.Cmp(a.Value) > 0):", judging + "Script"},
	{"pence are not dollars", "internal/market/unit.go", "if u.Currency != other.Currency {", "if u.Currency == \"\" {", judging + "Script"},
	{"a price is of its session", "internal/market/adjust.go", "opened, err := m.LastOpened(at)", "opened, err := m.Day(at)", judging + "Script"},
	{"what stands alone is in no table either", "internal/market/values.go", "if !ok || !best.fresh || s.seconded(&best, base, quote) {", "if best.index >= 0 {", judging + "ATableTakes"},
	{"a table passes no source over that comes first", "internal/market/values.go", "hope.step = s.issues(v, base, quote), nearest.steps()", "hope.step = 0, nearest.steps()", judging + "ATableTakes"},
	{"what is old in a table is known to be", "internal/market/values.go", "!e.fresh}, true", "false}, true", judging + "ATableTakes"},
	{"what is halted has not moved", "internal/market/adjust.go", "err == nil && now.Status != StatusListed {", "err == nil && now.Status == \"\" {", judging + "Halted"},
	{"what rests on rules alone says so", "internal/calendar/calendar.go", "Listed: date.Year() <= m.Listed,", "Listed: true,", "./internal/calendar HowFar"},
	{"a calendar ends where it is not known", "internal/calendar/calendar.go", "case m.Last > 0 && y > m.Last:", "case m.Last > 9999 && y > m.Last:", "./internal/calendar HowFar"},
	{"what is private is not shown", "internal/market/settle.go", "return s.Terms != Private && (f.May == nil", "return (f.May == nil", matrix + "20"},
	{"what is private is not told", "internal/market/ledger.go", "if !facts.may(o.Source) {", "if o.ID == \"\" {", matrix + "20"},

	{"a table leaves out what is long out of date", "internal/api/table.go", "outdated || !wanted(v.Quote)", "outdated && !wanted(v.Quote) || !wanted(v.Quote)", dialects + "AWholeTable"},
	{"a table leaves out retired money", "internal/api/table.go", `c.ISO != "not in ISO 4217" && !c.RetiredOn(at)`, `c.ISO != "not in ISO 4217"`, dialects + "AWholeTable"},
	{"rates on two scales are not compared", "internal/api/family.go", "!both || !k.Face.sameMoney(code, r.From, r.To) ||", "!both ||", dialects + "ADialectAnswers"},
	{"a day that has not come has no table", "internal/api/table.go", "if day.First().After(f.Now().Add(ahead)) {", "if day.Year == 0 || ahead == 0 {", dialects + "ADialectRefuses"},
	{"a list that would go unheeded is refused", "internal/api/table.go", `len(q.Values[name]) > 1 || q.Has(name+"[]")`, `len(q.Values[name]) > 1`, dialects + "ADialectRefuses"},
	{"only those speak to programs who allow it", "internal/market/source.go", "return s.Terms == Free", "return s.Terms != Private", "./internal/api OnlySources"},
	{"programs are not told what a closed source holds", "internal/api/native/sources.go", "if !may[h.Source] {", "if h.Source == \"\" {", "./internal/api/native Quarantine"},
	{"no mean is made across two scales", "internal/api/native/series.go", "if w.table.ScaleOn(code, part.Points[0].At()) != ", "if w.table.ScaleOn(code, part.Points[0].At()) > 9+", "./internal/api/native TwoScales"},
	{"pages are of one history", "internal/api/native/series.go", "asked.AsOf = market.AsOf{At: c.at, Known: c.known}", "asked.AsOf = market.AsOf{At: c.at, Known: n.Now().AddDate(1, 0, 0)}", "./internal/api/native OneHistory"},
	{"a redenomination is no move", "internal/market/step.go", " && l.sameMoney(pair, step.From.At, step.To.At)", "", feeding + "AMoveIsBeyond"},
	{"a move is more than what is asked for", "internal/market/step.go", "s.From.Value.Mul(percent)) > 0", "s.From.Value.Mul(percent)) >= 0", feeding + "AMoveIsBeyond"},

	{"a figure's day has come", "internal/news/resolve.go", "if asOf.At.Truncate(24 * time.Hour).After(r.known) {", "if asOf.At.IsZero() {", printing + "AFigureThatWouldMislead"},
	{"a figure's change is of one source", "internal/news/resolve.go", "first.From = later.Source", "", printing + "AFigureThatWouldMislead"},
	{"a figure's change is in the same money", "internal/news/resolve.go", `m.Withheld != "" {`, `m.Withheld == "-" {`, printing + "AFigureThatWouldMislead"},
	{"a figure's change has two values", "internal/news/resolve.go", "if !earlier.At.Before(later.At) {", "if earlier.At.After(later.At) {", printing + "AFigureThatWouldMislead"},
	{"a figure's change is of the same share", "internal/news/resolve.go", "len(events) > 0 {", "len(events) > 9 {", printing + "AFigureThatWouldMislead"},
	{"an amount is rounded once", "internal/news/resolve.go", "f.Amount.Mul(over).QuoPlaces(under, places)", "f.Amount.Mul(o.Value.Mul(under)).QuoPlaces(under, places+0*over.Sign())", printing + "AnAmountIsRoundedOnce"},
	{"a chart is of one source", "internal/news/chart.go", "return s.ID == last.Source", "return true", printing + "AChartHasOneSource"},
	{"a figure has its own pins", "internal/news/pin.go", "if !f.has(i, p) {", "if !f.has(i, p) && p.Symbol == \"\" {", printing + "AnEditionIsAddedWhole"},
	{"today's value of another source is no move", "internal/site/figure.go", "v.Aside = now.Source != p.Source", "v.Aside = false", showing + "AFiguresCard"},
	{"a day that may not be whole is not counted", "internal/market/publication.go", "if day.After(torn) {", "if !day.IsZero() {", judging + "APublication"},

	{"the door repeats no page that is dropped", "internal/web/cache.go", "e.Value.(*kept).gone.Store(true)", "_ = e", fetching + "NoReplyIsOlder"},
	{"the door asks whether a page still holds", "internal/web/door_conn.go", "if r == nil || !r.holds(now) {", "if r == nil {", fetching + "NoReplyIsOlder"},
	{"the door answers only where net/http holds nothing", "internal/web/door_conn.go", "if len(c.text) == 0 && c.served", "if c.served", fetching + "ComesInPieces"},
	{"the door answers one request at a time", "internal/web/door_conn.go", "if !ok || len(rest) > 0 {", "if !ok || rest == nil {", fetching + "Smuggles"},
	{"the door takes no body for a request", "internal/web/door.go", `if bytes.EqualFold(name, []byte("Content-Length")) || `, "if ", fetching + "Smuggles|FuzzForm"},
	{"the door reads no folded lines", "internal/web/door.go", ` || text[0] == ' ' || text[0] == '\t' {`, " {", fetching + "Smuggles|FuzzForm"},
	{"the door leaves out no header that net/http would refuse", "internal/web/door.go", "if !isHeader || !unread(name, value) {", "if _ = isHeader; !unread(name, value[:0]) {", fetching + "Smuggles|FuzzForm"},
	{"the door repeats nothing to who is limited", "internal/api/gate/gate.go", "web.Once(r) // the next is counted, too", "", "./internal/app WhatTheDoor"},
	{"the door tells what a proxy is told to nobody else", "internal/web/proxy.go", "believed(r)\n", "\n", "./internal/app ProxyIsTold"},
	{"the door keeps nothing that may be private", "internal/web/door_conn.go", ` && r.Header["Authorization"] == nil && r.Header["Cookie"] == nil`, "", fetching + "MeantOnce"},
	{"hooks tell what may be passed on", "internal/hook/runner.go", "ledger: ledger.Only(market.Source.Passes)", "ledger: ledger", telling + "WhatIsNews"},
	{"hooks tell no history", "internal/hook/event.go", " && learnt.Sub(about) <= fresh", "", telling + "WhatIsNews"},
	{"hooks tell nothing from before they were added", "internal/hook/event.go", "return came.After(h.Since) &&", "return !came.IsZero() &&", telling + "AMoveIsTold"},
	{"hooks tell nothing again that is long told", "internal/hook/event.go", " && learnt.After(w.now.Add(-window))", "", telling + "OldDeliveries"},
	{"hooks tell a day once it is whole", "internal/hook/event.go", "w.now.Before(whole) {", "w.now.IsZero() {", telling + "APublication"},
	{"hooks have TLS", "internal/hook/hook.go", `case u.Scheme == "http" && !slices`, `case u.Scheme == "ftp" && !slices`, telling + "AnAddress"},
	{"hooks are not led elsewhere", "internal/web/fetch.go", "if f.o.Told {\n\t\treturn http.ErrUseLastResponse", "if f == nil {\n\t\treturn http.ErrUseLastResponse", fetching + "WhoIsOnly"},
	{"hooks' secrets are not printed", "internal/hook/secret.go", "func (s Secret) Format(", "func (s Secret) Formatted(", telling + "ASecret"},
	{"hooks that are gone are told no more", "internal/hook/send.go", "answer.Status == http.StatusGone", "answer.Status == 0", telling + "WhatBecomes"},
	{"hooks that want to be left alone are", "internal/hook/send.go", "a.Wait = now.Add(max(breath, answer.RetryAfter))", "a.Wait = now.Add(breath)", telling + "WhatBecomes"},
	{"what was signed is not changed", "internal/news/workflow.go", "case Draft, Review:\n\t\treturn s, nil", "case Draft, Review, Ready, Scheduled, Embargoed, Withdrawn:\n\t\treturn s, nil", writing + "WhatWasSigned"},
	{"an embargo is kept", "internal/news/workflow.go", "{Embargoed, Published, aNotice | itsTime},", "{Embargoed, Published, aNotice},", writing + "ATurnAsks"},
	{"who has not read the last revision moves nothing", "internal/news/workflow.go", "case move.Revision < last:", "case move.Revision < 1:", writing + "OfTwoWhoMove"},
	{"a change of a live story is told", "internal/news/workflow.go", "case kind == \"\" || kind == Withdrawal:", "case kind == Withdrawal:", writing + "AChangeOfALive"},
	{"a name belongs to one story", "internal/store/step.go", "if owner != string(id) {", "if owner == \"\" {", writing + "AFormerName"},
	{"minor changes are told to nobody", "internal/store/migrations/sqlite/00007_newsroom.sql", "p.kind NOT IN ('', 'minor')", "p.kind NOT IN ('')", writing + "AChangeOfALive"},
	{"staff: the policy is asked", "internal/staff/policy.go", "case reach == All || reach == Own && owner == p.ID", "case reach != No && owner == p.ID || reach == All", letting + "EveryRole"},
	{"staff: who is out may do nothing", "internal/staff/policy.go", "case p.State != Active:", "case p.State == \"gone\":", letting + "EveryRole"},
	{"staff: what matters wants a fresh proof", "internal/staff/gate.go", "if rule(a).Fresh && !s.Fresh(g.now()) {", "if a == \"\" {", letting + "EveryRole"},
	{"staff: before the code nothing may be done", "internal/staff/gate.go", "if s.Pending {", "if a == \"\" {", letting + "EveryRole"},
	{"staff: nobody hands on more than they may", "internal/staff/link.go", "if above(r, by.Person.Role) {", "if r == \"\" {", letting + "NobodyGivesARole"},
	{"staff: a link ends", "internal/staff/account.go", "if i < 0 || !now.Before(a.Tickets[i].Expires) {", "if i < 0 {", letting + "ANewPasskey"},
	{"staff: a link is used once", "internal/staff/account.go", "a.Tickets = slices.Delete(a.Tickets, i, i+1)", "_ = i", letting + "AnAppIs"},
	{"staff: a reset ends all sessions", "internal/staff/link.go", "\t\ta.Password = kept\n\t\ta.shut()", "\t\ta.Password = kept", letting + "AReset"},
	{"staff: a reset leaves the codes", "internal/staff/link.go", "if t.Data == forgets {", "if t.Data != \"-\" {", letting + "AReset"},
	{"staff: another role ends sessions", "internal/staff/manage.go", "\t\ta.Role = r\n\t\ta.Sessions = nil", "\t\ta.Role = r", letting + "SessionsEndEverywhere"},
	{"staff: who is disabled is out at once", "internal/staff/manage.go", "\t\ta.State = Disabled\n\t\ta.shut()", "\t\ta.State = Active\n\t\ta.clear(g.now())", letting + "SessionsEndEverywhere"},
	{"staff: another password ends all sessions", "internal/staff/own.go", "\t\ta.shut()\n", "", letting + "SessionsEndEverywhere"},
	{"staff: a session that has ended changes nothing", "internal/staff/own.go", " || !slices.ContainsFunc(a.Sessions, func(kept Session) bool { return kept.ID == s.ID })", " || slices.Contains(a.Recovery, \"-\")", letting + "SessionsEndEverywhere"},
	{"staff: a session ends when it is idle or old", "internal/staff/gate.go", "(s.Person.State != Active || !now.Before(s.expires()))", "s.Person.State != Active", letting + "ASessionEnds"},
	{"staff: the last owner stays", "internal/staff/manage.go", "owners <= 1 {", "owners < 0 {", letting + "APaperNever"},
	{"staff: guesses are limited", "internal/staff/signin.go", "if err == nil && !free.IsZero() {", "if err == nil && free.IsZero() && at.IsZero() {", letting + "NobodyGuesses"},
	{"staff: wrong guesses stay counted", "internal/staff/signin.go", "return g.store.DropGuess(ctx, was.at, was.limits)", "_ = was.limits; was.limits = []Limit{{\"account \" + hash(\"rita@paper.example\"), 0}}; for range 9 { _ = g.store.DropGuess(ctx, was.at, was.limits) }; return nil", letting + "GuessesKeepOut"},
	{"staff: a network is a /64", "internal/staff/gate.go", "netip.PrefixFrom(a, 64)", "netip.PrefixFrom(a, 128)", letting + "ANetworkGuesses"},
	{"staff: who is not known costs a hash too", "internal/staff/password.go", "salt, want, password = make([]byte, saltLength), nil, \"\"", "return false, nil", letting + "WhoCannotSignIn"},
	{"staff: two passwords are hashed at once", "internal/staff/password.go", "make(chan struct{}, hashesAtOnce)", "make(chan struct{}, 2*hashesAtOnce)", letting + "TwoPasswords"},
	{"staff: common passwords are refused", "internal/staff/password.go", "if list[strings.ToLower(password)] {", "if list == nil {", letting + "APasswordNeeds"},
	{"staff: a code is taken once", "internal/staff/totp.go", " && s > t.Used", "", letting + "ACodeIsGood"},
	{"staff: an empty secret has no codes", "internal/staff/totp.go", "if len(t.Secret) == 0 {", "if t.Used < 0 {", letting + "ACodeIsGood"},
	{"staff: a recovery code is taken once", "internal/staff/signin.go", "a.Recovery = slices.Delete(a.Recovery, i, i+1)", "_ = i", letting + "ARecoveryCode"},
	{"staff: a passkey proves the person", "internal/staff/passkey.go", "BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))", "BeginDiscoverableLogin()", letting + "AReplyThatIsNot"},
	{"staff: a passkey that was copied is refused", "internal/staff/passkey.go", "i < 0 || used.Authenticator.CloneWarning {", "i < 0 {", letting + "AReplyThatIsNot"},
	{"staff: a challenge ends", "internal/staff/passkey.go", "(t.Purpose != ForPasskey || !g.now().Before(t.Expires))", "t.Purpose != ForPasskey", letting + "AReplyThatIsNot"},
	{"staff: the paper is set up once", "internal/store/staff.go", "if n, err := done.RowsAffected(); err != nil || n == 1 {\n\t\treturn err\n\t}\n\treturn fault.Because(fault.NotFound, \"this paper", "if n, err := done.RowsAffected(); err != nil || n <= 1 {\n\t\treturn err\n\t}\n\treturn fault.Because(fault.NotFound, \"this paper", storing + "Conforms/sqlite"},
}

func main() {
	word := strings.Join(os.Args[1:], " ")
	dir, err := os.MkdirTemp("", "guards")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(dir)
	red, rest := 0, 0
	for _, g := range guards {
		if !strings.Contains(g.name, word) {
			continue
		}
		if problem := g.missed(context.Background(), dir); problem != "" {
			rest++
			fmt.Printf("MISSED  %s: %s\n", g.name, problem)
			continue
		}
		red++
		fmt.Printf("red     %s\n", g.name)
	}
	fmt.Printf("%d guards: without each of %d a test fails\n", red+rest, red)
	if rest > 0 || red == 0 {
		os.RemoveAll(dir)
		os.Exit(1)
	}
}

// missed runs the tests without the guard. Empty is good: one of them failed.
func (g guard) missed(ctx context.Context, dir string) string {
	text, err := os.ReadFile(g.file)
	if err != nil {
		return err.Error()
	}
	if n := strings.Count(string(text), g.old); n != 1 {
		return fmt.Sprintf("its line stands %d times in %s", n, g.file)
	}
	path, err := filepath.Abs(g.file)
	if err != nil {
		return err.Error()
	}
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		return err.Error()
	}
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), g.old, g.new, 1)), 0o600); err != nil {
		return err.Error()
	}
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		return err.Error()
	}
	room, pattern, _ := strings.Cut(g.tests, " ")
	out, err := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "-vet=off", "-failfast", "-count=1", "-timeout=3m", "-run", pattern, room).CombinedOutput()
	switch {
	case err == nil && strings.Contains(string(out), "no tests to run"):
		return "there is no test " + g.tests
	case err == nil:
		return "the tests " + g.tests + " do not notice"
	case !strings.Contains(string(out), "--- FAIL"):
		return "the changed source cannot be tested: " + string(out[:min(len(out), 400)])
	}
	return ""
}
