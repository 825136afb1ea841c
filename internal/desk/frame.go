package desk

import (
	"context"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
)

// Frame is what every page of the desk shares.
type Frame struct {
	Name, Title, Kicker, Standfirst string
	Said                            string // what was done
	Problem                         string // what was not, and why
	Rooms                           []Room
	Person                          string // who is signed in; empty: nobody
	PaperSheet, Sheet, Icon         string
	Scripts                         []string
}

// Room is an entry of the desk's list of rooms.
type Room struct {
	Text, Href string
	Current    bool
}

// Moment is a time as people read it, in UTC.
type Moment struct{ Text, Exact string }

// Option is an entry of a list to choose from.
type Option struct {
	Value, Text string
	Chosen      bool
}

// State is a story's state as a word.
type State struct {
	Word   string
	Public bool
}

// frame is the frame of a page for nobody in particular.
func (d *Desk) frame(title string) Frame {
	return Frame{Name: d.o.Name, Title: title, PaperSheet: d.o.Sheet, Sheet: d.assetURL("desk.css"), Icon: d.o.Icon}
}

// room is the frame of a page for who is signed in.
func (d *Desk) room(v visit, title string) Frame {
	f := d.frame(title)
	f.Person = v.person().Name
	f.Said = sayings[v.URL.Query().Get("said")]
	for _, room := range []struct {
		text, href string
		may        staff.Action
	}{
		{"Today", "/desk/", staff.ReadDrafts},
		{"Stories", "/desk/stories", staff.ReadDrafts},
		{"Dossiers", "/desk/dossiers", staff.ReadDrafts},
		{"Pictures", "/desk/pictures", staff.Media},
		{"Revised", "/desk/affected", staff.ReadDrafts},
		{"Held", "/desk/held", staff.ReadDrafts},
		{"Sources", "/sources", staff.ReadDrafts},
		{"Staff", "/desk/staff", staff.SeeStaff},
		{"Settings", "/desk/settings", staff.Settings},
		{"Trail", "/desk/trail", staff.ReadTrail},
	} {
		if room.href == "/desk/pictures" && d.o.Darkroom == nil {
			continue
		}
		if d.gate.May(v.person(), room.may, v.person().ID) == nil {
			f.Rooms = append(f.Rooms, Room{Text: room.text, Href: room.href, Current: v.URL.Path == room.href})
		}
	}
	return f
}

// momentOf writes a time: the hour of today, the day and hour of this year, the day of others.
func (d *Desk) momentOf(at time.Time) Moment {
	if at.IsZero() {
		return Moment{}
	}
	at, now := at.UTC(), d.o.Now().UTC()
	m := Moment{Exact: at.Format(time.RFC3339)}
	switch {
	case at.Format(time.DateOnly) == now.Format(time.DateOnly):
		m.Text = at.Format("15:04")
	case at.Year() == now.Year() || at.After(now):
		m.Text = at.Format("2 Jan, 15:04")
	default:
		m.Text = at.Format("2 Jan 2006")
	}
	return m
}

// stateOf is the word for how far a story has come, of which a revision may be before readers.
func stateOf(state news.State, live int) State {
	s := State{Word: string(state), Public: state == news.Published}
	if live > 0 && state != news.Published && state != news.Withdrawn {
		s.Word += ", revision " + strconv.Itoa(live) + " before readers"
		s.Public = true
	}
	return s
}

func count(n int) string { return strconv.Itoa(n) }

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// background is what outlives a request: a copy is dropped after its revision is on disk even if the browser has left.
func background(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
