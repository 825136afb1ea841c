package frankfurter_test

// improvement is an answer that is not the original's: why, and what stands in it.
type improvement struct {
	why    string
	status int
	want   []string
}

// Reasons that several answers share.
const (
	ofCLDR    = "names and signs of currencies are those of the Unicode CLDR, as everywhere in the house"
	moreTied  = "every currency that is tied by a law or a promise stands there, and none whose tie has ended: ANG ended in 2025"
	readsOnly = "what changes nothing is asked with GET; 405 says so"
	itsDocs   = "the description of this house's interfaces, not of the original's"
	preflight = "204, since there is no body; the same permissions, and HEAD"
	content   = "an entity tag is of the content: one of other content, or of the original, is no reason not to answer"
)

// better are the answers that are not the original's, by the name of the transcript.
var better = map[string]improvement{
	"v1root":       {itsDocs, 200, []string{`{"version":"v1","status":"frozen","openapi":"/v1/openapi.json","docs":"/api/"}`}},
	"v1root-slash": {itsDocs, 200, []string{`{"version":"v1","status":"frozen","openapi":"/v1/openapi.json","docs":"/api/"}`}},
	"v2root":       {itsDocs, 200, []string{`{"version":"v2","status":"current","openapi":"/v2/openapi.json","docs":"/api/"}`}},

	"v1-currencies": {ofCLDR, 200, []string{`{"AUD":"Australian Dollar","BRL":"Brazilian Real","CAD":"Canadian Dollar","CHF":"Swiss Franc",` +
		`"CNY":"Chinese Yuan","CZK":"Czech Koruna","DKK":"Danish Krone","EUR":"Euro","GBP":`, `"USD":"US Dollar","ZAR":"South African Rand"}`}},
	"v1-post":            {readsOnly, 405, []string{`{"message":"POST is not answered here: ask with GET"}`}},
	"v1-options":         {preflight, 204, nil},
	"v1-304":             {content, 200, []string{`{"GBP":0.87058}`}},
	"v1-304-other-query": {content, 200, []string{`"base":"USD"`, `{"GBP":0.745104416296}`}},
	"legacy-unversioned": {"the paths of the original's first host, which old clients still ask", 200, []string{
		`{"amount":1.0,"base":"EUR","date":"2026-04-13","rates":{"AUD":1.661,`,
	}},

	"rates": {moreTied, 200, []string{
		`[{"date":"2026-04-13","base":"EUR","quote":"AED","rate":4.290949},`,
		`{"date":"2026-04-13","base":"EUR","quote":"BAM","rate":1.95583}`, `{"date":"2026-04-13","base":"EUR","quote":"EUR","rate":1.0}`,
	}},
	"rates-trailing": {moreTied, 200, []string{`[{"date":"2026-04-13","base":"EUR","quote":"AED","rate":4.290949},`}},
	"rates-extra":    {"nothing is there, and an answer to another question is none", 404, []string{`{"status":404,"message":"not found"}`}},
	"rates-to-only": {"the original answers with the newest, which was not asked for", 422, []string{
		`"to needs from: ask from=2026-01-31&to=2026-04-01, or date=2026-04-01 for that day"`,
	}},
	"group-no-range": {"the original answers with the newest, which is no month", 422, []string{`"group needs a range of days: add from=2026-01-31"`}},
	"rates-week": {"weeks are those of ISO 8601 under their Monday, the one that the range ends in among them; the original labels them " +
		"by the weekday of January 1", 200, []string{
		`[{"date":"2026-02-23","base":"EUR","quote":"USD","rate":1.17928},{"date":"2026-03-02","base":"EUR","quote":"USD","rate":1.16264},`,
		`{"date":"2026-03-30","base":"EUR","quote":"USD","rate":1.1528},{"date":"2026-04-06","base":"EUR","quote":"USD","rate":1.166475}]`,
	}},
	"pair-date-path": {"the original answers with the newest", 200, []string{`{"date":"2026-04-10","base":"EUR","quote":"USD","rate":1.1711}`}},
	"pair-range": {"the original answers with the first of many", 422, []string{
		`"one rate is of one day: ask /v2/rates?base=EUR&quotes=USD&from=2026-04-01 for many"`,
	}},
	"pair-csv": {"what is asked for as CSV comes as CSV", 200, []string{"date,base,quote,rate\n2026-04-13,EUR,USD,1.1684\n"}},

	"currency": {ofCLDR, 200, []string{`{"iso_code":"USD","iso_numeric":"840","name":"US Dollar","symbol":"$","start_date":"1999-01-04",` +
		`"end_date":"2026-04-13","providers":["ECB"]}`}},
	"currency-peg": {ofCLDR, 200, []string{`{"iso_code":"AED","iso_numeric":"784","name":"United Arab Emirates Dirham","symbol":"AED",` +
		`"start_date":"1999-01-04","end_date":"2026-04-13","providers":[],"peg":{"base":"USD","rate":3.6725,"authority":"Central Bank of the UAE"}}`}},
	"currencies": {ofCLDR + "; " + moreTied, 200, []string{`{"iso_code":"AUD","iso_numeric":"036","name":"Australian Dollar","symbol":"$",` +
		`"start_date":"1999-01-04","end_date":"2026-04-13"}`}},
	"currencies-all": {ofCLDR + "; " + moreTied, 200, []string{`{"iso_code":"CYP","iso_numeric":"196","name":"Cypriot Pound","symbol":"CYP",` +
		`"start_date":"1999-01-04","end_date":"2007-12-31"}`}},
	"currencies-prov": {ofCLDR, 200, []string{`{"iso_code":"BGN","iso_numeric":"975","name":"Bulgarian Lev","symbol":"BGN",` +
		`"start_date":"2000-07-19","end_date":"2025-12-31"}`}},
	"currencies-unknown-param": {ofCLDR + "; " + moreTied, 200, []string{`{"iso_code":"AUD","iso_numeric":"036",`}},
	"currencies-csv": {"the table is given, and not refused", 200, []string{
		"iso_code,iso_numeric,name,symbol,start_date,end_date\n",
		"AUD,036,Australian Dollar,$,1999-01-04,2026-04-13\n",
	}},
	"providers": {"what is not known, the address of the terms, is null", 200, []string{`[{"key":"ECB","name":"European Central Bank",` +
		`"country_code":"EU","rate_type":"reference rate","pivot_currency":"EUR","data_url":`, `"terms_url":null,"start_date":"1999-01-04",` +
		`"end_date":"2026-04-13","publish_cadence":"daily","publishes_missed":0,"currencies":["AUD","BGN","BRL","CAD","CHF","CNY","CYP",`}},

	"post":          {readsOnly, 405, []string{`{"status":405,"message":"POST is not answered here: ask with GET"}`}},
	"options":       {preflight, 204, nil},
	"etag304":       {content, 200, []string{`1.1684`}},
	"etag304-other": {content, 200, []string{`"base":"JPY"`}},
	"weird-date2":   {"a day is written one way; a guess may be another's day", 422, []string{`{"status":422,"message":"invalid date"}`}},
}
