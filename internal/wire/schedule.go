package wire

import "time"

// Schedule says when a provider publishes, by the clock and the week of the place where it sits.
type Schedule struct {
	Zone  string         // of its clock, as in the IANA database: Europe/Berlin
	From  string         // the time of day from which something new can be expected, as 16:00
	Until string         // the time of day after which nothing more is expected that day, as 18:00
	Days  []time.Weekday // on which it publishes; empty: Monday to Friday
	Every time.Duration  // how often to ask between From and Until
}
