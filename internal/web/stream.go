package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// State is what there is to say of a topic now: the JSON text of each of its cells, by their keys. It is small enough to be sent
// whole.
type State map[string]string

// text is the state as a JSON object, in the order of its keys.
func (s State) text() []byte {
	var b bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(s)) {
		b.WriteByte("{,"[min(b.Len(), 1)])
		name, _ := json.Marshal(key) // a string always can be
		b.Write(name)
		b.WriteByte(':')
		b.WriteString(s[key])
	}
	if b.Len() == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes()
}

// Version names a state by its content: a page says by it what it shows, and a reader who has that is sent nothing.
func (s State) Version() string {
	sum := sha256.Sum256(s.text())
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// StreamOptions are what a stream may be told; the zero value works.
type StreamOptions struct {
	Seats *Seats // shared with other streams of the process; nil: of its own

	Every     time.Duration // a topic is read at most once in so long; 0: 250 ms
	Again     time.Duration // a topic with readers is read at least once in so long, though no hint came; 0: a minute
	Heartbeat time.Duration // after so long without a change a comment is sent, for proxies; 0: 20 s
	Write     time.Duration // who does not take what is sent within so long is cut; 0: 5 s
	Poll      time.Duration // how often who cannot have a stream is told to ask; 0: 15 s
	Log       *slog.Logger  // nil: nothing is logged
}

const (
	lifeLength = 8           // letters that stand for one process's stream
	mostTopics = 1000        // that a stream keeps the state of
	mostSteps  = 64          // of a topic, which who polls can take one by one
	mostFrames = 64          // of a set, for readers who are behind by different lengths
	readAgain  = time.Second // after a topic could not be read
)

// Stream keeps open pages current: it knows the state of each topic that somebody reads, and sends what changed of it as
// server-sent events. What is sent is state and no history: of each cell the newest text alone, so a reader who was away or is slow
// is given what differs from what it has, however much came between. A change is written once, for all who wait for it; a
// reader has no queue, only the number of the last change that it was sent, and one bit that says that there are more.
//
// A stream is told that something may have changed ([Stream.Hint]) and reads the state again; a hint that is lost costs
// time only. [Stream.Run] does that, and closes all streams in the end. All methods are safe for concurrent use.
type Stream struct {
	state func(ctx context.Context, topic string) (State, error)
	o     StreamOptions
	life  string        // stands before this stream's numbers: those of another process say nothing here
	hint  chan struct{} // holds one

	reading sync.Mutex // held while a state is read: one at a time, so that changes cost one processor at most

	mu      sync.Mutex
	seq     uint64 // of the last change
	topics  map[string]*topic
	sets    map[string]*set
	closing bool
	gone    sync.WaitGroup // readers
}

// topic is what is known of one thing that can change.
type topic struct {
	name    string
	read    bool   // it has a state
	born    uint64 // the change with which it began; who saw an earlier one may have seen anything
	seq     uint64 // of its last change
	cells   map[string]cell
	now     State
	version string
	text    []byte // its state, as it is sent whole; nil until somebody needs it
	page    *Page  // the same, for who polls
	steps   []*step
	hints   uint64    // how often it was said that it may have changed
	seen    uint64    // how many of them had been heard when it was last read; fewer: it is due
	used    time.Time // when somebody asked for it last
	sets    map[*set]struct{}
}

// cell is the newest text of a key, or null where it is gone, and the change that brought it.
type cell struct {
	text string
	seq  uint64
}

// step is one change of a topic, ready to be sent.
type step struct {
	after, seq uint64
	text       []byte
	page       *Page
}

// set is what the readers of the same topics share.
type set struct {
	key     string
	topics  []*topic
	at      uint64 // up to which change its readers are told: none of its topics knows a later one
	frames  map[uint64][]byte
	readers map[*reader]struct{}
}

// NewStream returns a stream of what state says of a topic. An error of fault.NotFound or fault.Invalid says that there is no
// such topic.
func NewStream(state func(ctx context.Context, topic string) (State, error), o StreamOptions) *Stream {
	if o.Seats == nil {
		o.Seats = NewSeats(SeatsOptions{})
	}
	o.Every, o.Again = cmp.Or(o.Every, 250*time.Millisecond), cmp.Or(o.Again, time.Minute)
	o.Heartbeat, o.Write, o.Poll = cmp.Or(o.Heartbeat, 20*time.Second), cmp.Or(o.Write, 5*time.Second), cmp.Or(o.Poll, 15*time.Second)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return &Stream{
		state: state, o: o, life: rand.Text()[:lifeLength], hint: make(chan struct{}, 1),
		topics: map[string]*topic{}, sets: map[string]*set{},
	}
}

// Hint says that topics may have changed. It returns at once; what has no readers is not read.
func (s *Stream) Hint(may func(topic string) bool) {
	s.mu.Lock()
	any := false
	for name, t := range s.topics {
		if may(name) {
			t.hints, any = t.hints+1, true
		}
	}
	s.mu.Unlock()
	if any {
		s.wake()
	}
}

func (s *Stream) wake() {
	select {
	case s.hint <- struct{}{}:
	default:
	}
}

// Run reads what may have changed and tells the readers, until the context is done; then it says goodbye to all of them, and
// returns when they are gone.
func (s *Stream) Run(ctx context.Context) {
	again := time.NewTicker(s.o.Again)
	defer again.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-s.hint:
			s.refresh(ctx)
			pause(ctx, s.o.Every)
		case <-again.C:
			s.sweep()
			s.Hint(func(string) bool { return true })
		}
	}
	s.mu.Lock()
	s.closing = true
	var all []*reader
	for _, set := range s.sets {
		all = slices.AppendSeq(all, maps.Keys(set.readers))
	}
	s.mu.Unlock()
	for _, r := range all {
		r.line.wake()
	}
	s.gone.Wait()
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// sweep forgets topics of which nobody wanted to know for a while.
func (s *Stream) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, t := range s.topics {
		if t.read && len(t.sets) == 0 && time.Since(t.used) >= s.o.Again {
			delete(s.topics, name)
		}
	}
}

// reading is a state as it was read of a topic.
type reading struct {
	*topic
	state State
	hints uint64 // that had been heard before: what comes later makes it due again
}

// refresh reads all topics that may have changed, and wakes the readers of those that did. What one hint changed in several
// topics comes to their readers together.
func (s *Stream) refresh(ctx context.Context) {
	s.mu.Lock()
	var due []*topic
	for _, t := range s.topics {
		if t.read && t.seen < t.hints {
			due = append(due, t)
		}
	}
	s.mu.Unlock()
	var all []reading
	for _, t := range due {
		s.reading.Lock()
		r, err := s.look(ctx, t)
		s.reading.Unlock()
		if err == nil {
			all = append(all, r)
			continue
		}
		if ctx.Err() == nil { // its readers keep what they have until it can be read
			s.o.Log.Warn("a stream's topic cannot be read", "topic", t.name, "err", err)
		}
		if !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.Invalid) {
			time.AfterFunc(readAgain, s.wake)
			continue
		}
		s.mu.Lock()
		t.seen = max(t.seen, r.hints)
		s.mu.Unlock()
	}
	s.change(all...)
}

// look reads the state of a topic. It is called while reading is held, so that of two readings of a topic the one with more
// hints is the later.
func (s *Stream) look(ctx context.Context, t *topic) (r reading, err error) {
	s.mu.Lock()
	r = reading{topic: t, hints: t.hints}
	s.mu.Unlock()
	r.state, err = s.state(ctx, t.name)
	return r, err
}

// change puts newly read states in the place of the last, writes the frame that most readers of what changed wait for, and wakes
// all of them.
func (s *Stream) change(all ...reading) {
	var readers []*reader
	s.mu.Lock()
	touched := map[*set]struct{}{}
	for _, r := range all {
		if r.read && r.hints <= r.seen { // somebody else was later, and first
			continue
		}
		if r.seen = r.hints; s.apply(r.topic, r.state) {
			maps.Copy(touched, r.sets)
		}
	}
	for set := range touched {
		clear(set.frames)
		s.frame(set, set.at)
		set.at = s.seq
		readers = slices.AppendSeq(readers, maps.Keys(set.readers))
	}
	s.mu.Unlock()
	for _, r := range readers {
		r.line.wake()
	}
}

// apply puts a newly read state in the place of the last, and says whether anything differs.
func (s *Stream) apply(t *topic, state State) bool {
	changes := State{}
	for key, text := range state {
		if old, ok := t.now[key]; !ok || old != text {
			changes[key] = text
		}
	}
	for key := range t.now {
		if _, ok := state[key]; !ok {
			changes[key] = "null"
		}
	}
	if t.read && len(changes) == 0 {
		return false
	}
	s.seq++
	for key, text := range changes {
		t.cells[key] = cell{text, s.seq}
	}
	if t.read {
		t.steps = append(t.steps, &step{after: t.seq, seq: s.seq, text: s.message(t.name, s.seq, changes, false)})
		t.steps = slices.Delete(t.steps, 0, max(0, len(t.steps)-mostSteps))
	} else {
		t.read, t.born = true, s.seq
	}
	t.seq, t.now, t.version, t.text, t.page = s.seq, state, state.Version(), nil, nil
	return true
}

// frame is the events that tell the readers of a set who have seen a change what came after it; empty where nothing did.
func (s *Stream) frame(set *set, after uint64) []byte {
	if frame, ok := set.frames[after]; ok {
		return frame
	}
	var texts [][]byte
	for _, t := range set.topics {
		if t.seq > after {
			texts = append(texts, s.since(t, after))
		}
	}
	if len(set.frames) >= mostFrames {
		clear(set.frames)
	}
	frame := events(texts, s.id(s.seq))
	if len(texts) == 0 {
		frame = nil
	}
	set.frames[after] = frame
	return frame
}

// since is what a reader who has seen a change lacks of a topic: its last step, several steps in one, or all of it.
func (s *Stream) since(t *topic, after uint64) []byte {
	if after < t.born {
		return s.whole(t)
	}
	if last := t.steps[len(t.steps)-1]; after >= last.after {
		return last.text
	}
	changes := State{}
	for key, c := range t.cells {
		if c.seq > after {
			changes[key] = c.text
		}
	}
	return s.message(t.name, t.seq, changes, false)
}

// whole is all of a topic's state.
func (s *Stream) whole(t *topic) []byte {
	if t.text == nil {
		t.text = s.message(t.name, t.seq, t.now, true)
	}
	return t.text
}

// message is what is said of a topic, in one line.
func (s *Stream) message(topic string, seq uint64, cells State, whole bool) []byte {
	text, _ := json.Marshal(struct {
		Topic string          `json:"topic"`
		ID    string          `json:"id"`
		Whole bool            `json:"whole,omitempty"`
		Every int             `json:"every"`
		Cells json.RawMessage `json:"cells"`
	}{topic, s.id(seq), whole, int(s.o.Poll / time.Second), cells.text()})
	return text
}

// events writes messages as events. Only the last bears the number: who is cut before it begins again where it was.
func events(texts [][]byte, id string) []byte {
	var b bytes.Buffer
	for i, text := range texts {
		if i == len(texts)-1 {
			b.WriteString("id: " + id + "\n")
		}
		b.WriteString("data: ")
		b.Write(text)
		b.WriteString("\n\n")
	}
	if len(texts) == 0 {
		b.WriteString("id: " + id + "\n\n")
	}
	return b.Bytes()
}

// id is the name of a change, as readers bring it back.
func (s *Stream) id(seq uint64) string { return s.life + "-" + strconv.FormatUint(seq, 10) }

// need is a topic with its state, which is read where nobody wanted it before, or where it may have changed: who comes from
// another machine may have seen there what is still to be read here.
func (s *Stream) need(ctx context.Context, name string) (*topic, error) {
	if t := s.known(name); t != nil {
		return t, nil
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	if t := s.known(name); t != nil {
		return t, nil
	}
	s.mu.Lock()
	t := s.topics[name]
	if t == nil && len(s.topics) < mostTopics {
		t = &topic{name: name, cells: map[string]cell{}, used: time.Now(), sets: map[*set]struct{}{}}
		s.topics[name] = t // before it is read: a hint that comes meanwhile must find it
	}
	s.mu.Unlock()
	if t == nil {
		return nil, fault.Because(fault.Busy, "too many different things are followed at once")
	}
	r, err := s.look(ctx, t)
	if err == nil {
		s.change(r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.used = time.Now()
	switch {
	case !t.read:
		delete(s.topics, name)
		return nil, err
	case t.seen < t.hints: // by a hint that came while nobody looked after it
		s.wake()
	}
	return t, nil
}

// known is a topic that was read since it last may have changed.
func (s *Stream) known(name string) *topic {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.topics[name]
	if t == nil || !t.read || t.seen < t.hints {
		return nil
	}
	t.used = time.Now()
	return t
}
