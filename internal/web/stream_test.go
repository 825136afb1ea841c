package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// world is what a test's stream reads: cells by topic, which the test changes.
type world struct {
	mu     sync.Mutex
	cells  map[string]State
	reads  int
	broken error // that reading fails with; nil: it does not
	stream *Stream
}

func newWorld(o StreamOptions) *world {
	w := &world{cells: map[string]State{"a": {"x": "0", "y": "0"}, "b": {"z": "0"}}}
	w.stream = NewStream(func(_ context.Context, topic string) (State, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.reads++
		if w.broken != nil {
			return nil, w.broken
		}
		cells, ok := w.cells[topic]
		if !ok {
			return nil, fault.Because(fault.Invalid, "there is no topic %q", topic)
		}
		copied := State{}
		for k, v := range cells {
			copied[k] = v
		}
		return copied, nil
	}, o)
	return w
}

func (w *world) set(topic, key, text string) {
	w.mu.Lock()
	if text == "" {
		delete(w.cells[topic], key)
	} else {
		w.cells[topic][key] = text
	}
	w.mu.Unlock()
}

// breaks lets reading fail from now on, or succeed.
func (w *world) breaks(err error) {
	w.mu.Lock()
	w.broken = err
	w.mu.Unlock()
}

func (w *world) put(topic, key, text string) {
	w.set(topic, key, text)
	w.stream.Hint(func(name string) bool { return name == topic })
}

// page is an open page: what it shows, and what was said to it.
type page struct {
	mu     sync.Mutex
	shows  map[string]State
	id     string
	events int
	hearts int
	retry  string
	told   int      // how often it was told when to come back
	twice  []string // what it was told that it had taken whole
}

// number is the change that an ID names; 0 for none.
func number(id string) (n int) {
	_, text, _ := strings.Cut(id, "-")
	n, _ = strconv.Atoi(text)
	return n
}

func (p *page) take(text string) {
	var message struct {
		Topic string                     `json:"topic"`
		ID    string                     `json:"id"`
		Whole bool                       `json:"whole"`
		Cells map[string]json.RawMessage `json:"cells"`
	}
	if err := json.Unmarshal([]byte(text), &message); err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events++
	if told := number(p.id); number(message.ID) <= told {
		p.twice = append(p.twice, fmt.Sprintf("%s after %d", text, told))
	}
	if p.shows == nil {
		p.shows = map[string]State{}
	}
	if message.Whole || p.shows[message.Topic] == nil {
		p.shows[message.Topic] = State{}
	}
	for k, v := range message.Cells {
		if string(v) == "null" {
			delete(p.shows[message.Topic], k)
		} else {
			p.shows[message.Topic][k] = string(v)
		}
	}
}

// read takes events as a browser does: an event without data has a number, too, and a comment has nothing.
func (p *page) read(r io.Reader) {
	id, data := "", ""
	for lines := bufio.NewScanner(r); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "":
			if data != "" {
				p.take(data)
			}
			p.mu.Lock()
			if id != "" {
				p.id = id
			}
			p.mu.Unlock()
			data = ""
		case name == "":
			p.mu.Lock()
			p.hearts++
			p.mu.Unlock()
		case name == "id":
			id = value
		case name == "data":
			data = value
		case name == "retry":
			p.mu.Lock()
			p.retry = value
			p.told++
			p.mu.Unlock()
		}
	}
}

func (p *page) saw() (text string, events int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprint(p.shows), p.events
}

// open opens a stream over a connection in memory, which holds nothing back, and returns the reader's end.
func (w *world) open(t *testing.T, topics, last string) net.Conn {
	t.Helper()
	conn, err := w.tryOpen(t, topics, last)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func (w *world) tryOpen(t *testing.T, topics, last string) (net.Conn, error) {
	t.Helper()
	followed, err := ParseFollowed(topics)
	if err != nil {
		return nil, err
	}
	var needed []*topic
	for _, f := range followed {
		n, err := w.stream.need(t.Context(), f.Topic)
		if err != nil {
			return nil, err
		}
		needed = append(needed, n)
	}
	ours, theirs := net.Pipe()
	line := &connLine{}
	line.take(ours)
	r := &reader{line: line, from: addressed("192.0.2.1:7")}
	hello, err := w.stream.join(r, needed, followed, last)
	if err != nil {
		return nil, err
	}
	go w.stream.talk(r, nil, hello)
	return theirs, nil
}

// run runs the stream until the test's function returns.
func (w *world) run(t *testing.T, test func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.stream.Run(ctx); close(ended) }()
	test()
	stop()
	<-ended
	if n := w.stream.o.Seats.Open(); n != 0 {
		t.Errorf("%d streams are open after the end", n)
	}
}

func TestAPageIsToldAllFirstAndThenWhatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(StreamOptions{}), &page{}
		w.run(t, func() {
			conn := w.open(t, "a,b", "")
			go p.read(conn)
			synctest.Wait()
			if saw, n := p.saw(); saw != "map[a:map[x:0 y:0] b:map[z:0]]" || n != 2 {
				t.Errorf("first it is told %s in %d events", saw, n)
			}
			w.put("a", "x", "1")
			synctest.Wait()
			if saw, n := p.saw(); saw != "map[a:map[x:1 y:0] b:map[z:0]]" || n != 3 {
				t.Errorf("after a change it shows %s after %d events", saw, n)
			}
			w.put("a", "x", "1")
			time.Sleep(time.Second)
			if _, n := p.saw(); n != 3 {
				t.Errorf("a hint after which nothing differs makes %d events", n)
			}
			w.put("a", "y", "")
			synctest.Wait()
			if saw, _ := p.saw(); saw != "map[a:map[x:1] b:map[z:0]]" {
				t.Errorf("after a cell has gone it shows %s", saw)
			}
		})
	})
}

func TestAPageThatShowsWhatThereIsIsToldNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(StreamOptions{}), &page{}
		w.run(t, func() {
			conn := w.open(t, "a@"+State{"x": "0", "y": "0"}.Version()+",b@old", "")
			go p.read(conn)
			synctest.Wait()
			if saw, _ := p.saw(); saw != "map[b:map[z:0]]" {
				t.Errorf("it is told %s", saw)
			}
		})
	})
}

func TestHintsThatComeTogetherAreOneRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(StreamOptions{}), &page{}
		w.run(t, func() {
			go p.read(w.open(t, "a", ""))
			for n := range 100 {
				w.put("a", "x", fmt.Sprint(n+1))
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Second)
			if saw, n := p.saw(); saw != "map[a:map[x:100 y:0]]" || n > 3 || w.reads > 3 {
				t.Errorf("it shows %s after %d events and %d reads", saw, n, w.reads)
			}
			before := w.reads
			w.put("b", "z", "1")
			time.Sleep(time.Second)
			if w.reads != before {
				t.Error("a topic is read that nobody follows")
			}
		})
	})
}

func TestWhoComesAfterAHintIsToldNothingOlder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, first, second := newWorld(StreamOptions{}), &page{}, &page{}
		w.run(t, func() {
			go first.read(w.open(t, "a", ""))
			w.put("a", "x", "1")
			synctest.Wait()
			w.put("a", "x", "2") // which is read in a quarter of a second
			go second.read(w.open(t, "a", ""))
			synctest.Wait()
			for _, p := range []*page{first, second} { // since it was read it is told to all
				if saw, _ := p.saw(); saw != "map[a:map[x:2 y:0]]" {
					t.Errorf("it shows %s", saw)
				}
			}
			time.Sleep(time.Second)
			if _, n := second.saw(); n != 1 || w.reads != 3 {
				t.Errorf("who came was told %d times, and %d times it was read", n, w.reads)
			}
		})
	})
}

func TestWhatNoHintToldIsFoundWithinAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(StreamOptions{}), &page{}
		w.run(t, func() {
			go p.read(w.open(t, "a", ""))
			w.set("a", "x", "7")
			time.Sleep(61 * time.Second)
			if saw, _ := p.saw(); saw != "map[a:map[x:7 y:0]]" {
				t.Errorf("it shows %s", saw)
			}
		})
	})
}

func TestWhatCouldNotBeReadIsReadAgainInAMomentUnlessItIsNotThere(t *testing.T) {
	for broken, want := range map[error]string{
		fault.Upstream: "map[a:map[x:7 y:0]]", // the store was away for a moment
		fault.Invalid:  "map[a:map[x:0 y:0]]",
	} {
		synctest.Test(t, func(t *testing.T) {
			w, p := newWorld(StreamOptions{}), &page{}
			w.run(t, func() {
				go p.read(w.open(t, "a", ""))
				synctest.Wait()
				w.breaks(broken)
				w.put("a", "x", "7")
				time.Sleep(3 * time.Second)
				w.breaks(nil)
				time.Sleep(2 * time.Second)
				if saw, _ := p.saw(); saw != want || w.reads > 6 {
					t.Errorf("after %v it shows %s, and was read %d times", broken, saw, w.reads)
				}
			})
		})
	}
}

func TestASilentStreamBeatsAndATopicWithoutReadersIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(StreamOptions{}), &page{}
		w.run(t, func() {
			conn := w.open(t, "a", "")
			go p.read(conn)
			time.Sleep(10 * time.Minute)
			p.mu.Lock()
			hearts := p.hearts
			p.mu.Unlock()
			if hearts < 30 || hearts > 40 {
				t.Errorf("in ten minutes it beats %d times", hearts)
			}
			_ = conn.Close()
			time.Sleep(3 * time.Minute)
			w.stream.mu.Lock()
			defer w.stream.mu.Unlock()
			if len(w.stream.topics)+len(w.stream.sets)+len(w.stream.o.Seats.from) != 0 {
				t.Error("something is kept of a reader who left")
			}
		})
	})
}

func TestAReaderWhoTakesNothingIsCutAndDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(StreamOptions{}), &page{}
		w.run(t, func() {
			slow := w.open(t, "a", "")
			if _, err := slow.Read(make([]byte, 1)); err != nil { // and no more
				t.Fatal(err)
			}
			go p.read(w.open(t, "a", ""))
			began := time.Now()
			w.put("a", "x", "1")
			synctest.Wait()
			if saw, _ := p.saw(); saw != "map[a:map[x:1 y:0]]" || time.Since(began) > 0 {
				t.Errorf("another waits %v and shows %s", time.Since(began), saw)
			}
			time.Sleep(5*time.Second + time.Millisecond)
			if n := w.stream.o.Seats.Open(); n != 1 {
				t.Errorf("%d streams are open", n)
			}
		})
	})
}

func TestWhoIsWokenBeforeHisConnectionIsTakenLooksAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		defer theirs.Close()
		line, began := &connLine{}, time.Now()
		line.wake()
		line.take(ours)
		if err := line.wait(began.Add(time.Minute)); err != nil || time.Since(began) > 0 {
			t.Errorf("it waits %v: %v", time.Since(began), err)
		}
	})
}

func TestAtTheEndEveryReaderIsToldWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(StreamOptions{})
		pages := make([]page, 20)
		retries := map[string]bool{}
		w.run(t, func() {
			for i := range pages {
				go pages[i].read(w.open(t, "a", ""))
			}
			synctest.Wait()
			for i := range pages {
				retries[pages[i].retry] = true
			}
		})
		if len(retries) < 10 {
			t.Errorf("20 readers would come back at %d moments", len(retries))
		}
		synctest.Wait()
		for i := range pages {
			if pages[i].told != 2 {
				t.Errorf("a reader was told %d times when to come back", pages[i].told)
			}
		}
		if _, err := w.tryOpen(t, "a", ""); !errors.Is(err, fault.Busy) {
			t.Errorf("a stream that has ended takes readers: %v", err)
		}
	})
}

func TestStreamsAreLimitedInAllAndForEachAddress(t *testing.T) {
	for _, o := range []SeatsOptions{{Most: 2}, {PerAddress: 2}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(StreamOptions{Seats: NewSeats(o)})
			w.run(t, func() {
				first := w.open(t, "a", "")
				go new(page).read(first)
				go new(page).read(w.open(t, "b", ""))
				if _, err := w.tryOpen(t, "a", ""); !errors.Is(err, fault.Busy) {
					t.Errorf("%+v: the third is %v", o, err)
				}
				_ = first.Close()
				synctest.Wait()
				go new(page).read(w.open(t, "a", ""))
			})
		})
	}
}

func TestStreamsThatShareSeatsAreCountedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seats := NewSeats(SeatsOptions{Most: 2})
		pages, programs := newWorld(StreamOptions{Seats: seats}), newWorld(StreamOptions{Seats: seats})
		pages.run(t, func() {
			programs.run(t, func() {
				first := pages.open(t, "a", "")
				go new(page).read(first)
				go new(page).read(programs.open(t, "a", ""))
				if _, err := programs.tryOpen(t, "a", ""); !errors.Is(err, fault.Busy) || seats.Open() != 2 {
					t.Errorf("the third is %v, and %d are open", err, seats.Open())
				}
				_ = first.Close()
				synctest.Wait()
				go new(page).read(programs.open(t, "b", ""))
			})
		})
	})
}

func TestTopicsThatThereAreNotKeepNothing(t *testing.T) {
	w := newWorld(StreamOptions{})
	for range 3 {
		if _, err := w.tryOpen(t, "nothing", ""); !errors.Is(err, fault.Invalid) {
			t.Errorf("an unknown topic is %v", err)
		}
	}
	if len(w.stream.topics) != 0 {
		t.Error("it is kept")
	}
}

// Readers of every kind, cut at random and slow at random, end with exactly what there is, and none is told anything twice that
// it had taken whole.
func TestHoweverItIsCutAPageEndsWithWhatThereIs(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 7))
			w := newWorld(StreamOptions{Write: time.Second})
			w.run(t, func() {
				pages := make([]page, 12)
				done := make(chan struct{})
				var readers sync.WaitGroup
				for i := range pages {
					luck := rand.New(rand.NewPCG(seed, uint64(i)))
					topics := []string{"a", "b", "a,b", "b,a"}[i%4]
					readers.Go(func() {
						for {
							pages[i].mu.Lock()
							last := pages[i].id
							pages[i].mu.Unlock()
							conn, err := w.tryOpen(t, topics, last)
							if err != nil {
								t.Error(err)
								return
							}
							ended := make(chan struct{})
							slow := &sluggish{conn, rand.New(rand.NewPCG(seed, luck.Uint64()))}
							go func() { pages[i].read(slow); close(ended) }()
							select {
							case <-time.After(time.Duration(luck.IntN(3000)) * time.Millisecond):
							case <-ended:
							case <-done:
							}
							_ = conn.Close()
							<-ended
							select {
							case <-done: // and once more, in peace
								pages[i].mu.Lock()
								last := pages[i].id
								pages[i].mu.Unlock()
								if conn, err = w.tryOpen(t, topics, last); err != nil {
									t.Error(err)
									return
								}
								ended := make(chan struct{})
								go func() { pages[i].read(conn); close(ended) }()
								time.Sleep(time.Second)
								_ = conn.Close()
								<-ended
								return
							default:
							}
						}
					})
				}
				for n := range 300 {
					topic := []string{"a", "b"}[dice.IntN(2)]
					key := []string{"x", "y", "z", "w"}[dice.IntN(4)]
					text := fmt.Sprint(n)
					if dice.IntN(5) == 0 {
						text = ""
					}
					w.put(topic, key, text)
					time.Sleep(time.Duration(dice.IntN(200)) * time.Millisecond)
				}
				close(done)
				readers.Wait()
				for i := range pages {
					if len(pages[i].twice) > 0 {
						t.Errorf("seed %d: page %d was told twice: %v", seed, i, pages[i].twice)
					}
					for topic, cells := range pages[i].shows {
						if got, want := fmt.Sprint(cells), fmt.Sprint(w.cells[topic]); got != want {
							t.Errorf("seed %d: page %d shows %s of %s, and there is %s", seed, i, got, topic, want)
						}
					}
				}
			})
		})
	}
}

// sluggish reads slowly, and sometimes not for so long that it is cut.
type sluggish struct {
	net.Conn
	luck *rand.Rand
}

func (s *sluggish) Read(b []byte) (int, error) {
	switch s.luck.IntN(8) {
	case 0:
		time.Sleep(2 * time.Second)
	case 1, 2:
		time.Sleep(100 * time.Millisecond)
	}
	return s.Conn.Read(b[:min(len(b), 1+s.luck.IntN(200))])
}

func TestAReaderWhoComesBackIsToldWhatItMissedAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(StreamOptions{}), &page{}
		w.run(t, func() {
			conn := w.open(t, "a,b", "")
			go p.read(conn)
			synctest.Wait()
			_ = conn.Close()
			go new(page).read(w.open(t, "a,b", "")) // somebody stays
			for n := range 3 {
				w.put("a", "x", fmt.Sprint(n+1))
				time.Sleep(time.Second)
			}
			_, before := p.saw()
			conn = w.open(t, "a,b", p.id)
			go p.read(conn)
			synctest.Wait()
			if saw, n := p.saw(); saw != "map[a:map[x:3 y:0] b:map[z:0]]" || n != before+1 {
				t.Errorf("it shows %s after %d more events", saw, n-before)
			}
			_ = conn.Close()
			_, before = p.saw()
			conn = w.open(t, "a,b", p.id)
			go p.read(conn)
			synctest.Wait()
			if _, n := p.saw(); n != before {
				t.Errorf("who missed nothing is told %d events", n-before)
			}
			_ = conn.Close()
			stranger := &page{}
			go stranger.read(w.open(t, "a@"+w.stream.topics["a"].version+",b", "another-17"))
			synctest.Wait()
			if saw, _ := stranger.saw(); saw != "map[a:map[x:3 y:0] b:map[z:0]]" {
				t.Errorf("who comes from another machine is told %s", saw)
			}
		})
	})
}

func FuzzParseFollowed(f *testing.F) {
	for _, seed := range []string{"strip", "strip@x,board:EUR", "a,a", ",", "@", "story:/2026/02/02/a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ParseFollowed(text)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q is %v", text, err)
			}
			return
		}
		if len(all) == 0 || len(all) > mostFollowed || len(text) > mostFollowed*(longestTopic+1) {
			t.Errorf("%q is %d topics", text, len(all))
		}
	})
}

func FuzzLastEventID(f *testing.F) {
	w := newWorld(StreamOptions{})
	if _, err := w.stream.need(f.Context(), "a"); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "-", w.stream.id(0), w.stream.id(1), w.stream.id(2), w.stream.life + "-01", w.stream.life + "-+1", "another-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if seq, ok := w.stream.seen(id); ok && (id != w.stream.id(seq) || seq > 1) {
			t.Errorf("%q is taken for %d", id, seq)
		}
	})
}
