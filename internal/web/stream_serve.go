package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Followed is a topic that a page follows, and the version of it that the page shows; empty where it does not say.
type Followed struct{ Topic, Version string }

// Limits of what one stream may ask for.
const (
	mostFollowed = 8
	longestTopic = 200 // bytes
	longestID    = 40
)

// ParseFollowed reads topics with commas between, each with the version that the page shows: "strip@b7Yq0PzKx3mW,board:EUR". Which topics there
// are it does not know. The error is fault.Invalid.
func ParseFollowed(text string) ([]Followed, error) {
	if text == "" {
		return nil, fault.Because(fault.Invalid, "no topic is named: write topics=strip,board:EUR")
	}
	if n := strings.Count(text, ",") + 1; n > mostFollowed {
		return nil, fault.Because(fault.Invalid, "%d topics are named; one stream follows %d at most", n, mostFollowed)
	}
	var all []Followed
	for word := range strings.SplitSeq(text, ",") {
		topic, version, _ := strings.Cut(word, "@")
		if topic == "" || len(word) > longestTopic {
			return nil, fault.Because(fault.Invalid, "%.40q is no topic: write it as strip or board:EUR, with %d characters at most", word, longestTopic)
		}
		for _, f := range all {
			if f.Topic == topic {
				return nil, fault.Because(fault.Invalid, "the topic %.40q is named twice", topic)
			}
		}
		all = append(all, Followed{topic, version})
	}
	return all, nil
}

// NamesChange says whether a text has the form of an ID of a stream, this one's or another's: QX7PLA2M-17.
func NamesChange(text string) bool {
	life, number, ok := strings.Cut(text, "-")
	return ok && len(text) <= longestID && len(life) == lifeLength && strings.Trim(life, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == "" &&
		number != "" && strings.Trim(number, "0123456789") == ""
}

// seen is the number in an ID of ours that a reader brings back. It is ok where this stream gave it.
func (s *Stream) seen(id string) (seq uint64, ok bool) {
	life, number, _ := strings.Cut(id, "-")
	if len(id) > longestID || life != s.life {
		return 0, false
	}
	seq, err := strconv.ParseUint(number, 10, 64)
	if err != nil || strconv.FormatUint(seq, 10) != number {
		return 0, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return seq, seq <= s.seq
}

// Open answers with a stream of topics, which lasts until the reader leaves. It begins where the reader's Last-Event-ID, or the
// parameter after, says that it was cut; else with what differs from what the page shows. An error is answered by [Stream.Fail]; where there
// are too many streams it is fault.Busy.
func (s *Stream) Open(w http.ResponseWriter, r *http.Request, followed []Followed) error {
	Once(r)
	topics := make([]*topic, len(followed))
	for i, f := range followed {
		var err error
		if topics[i], err = s.need(r.Context(), f.Topic); err != nil {
			return err
		}
	}
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("after")
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // else nginx would gather what must not wait
	if r.Method == http.MethodHead {
		return nil
	}
	reader := &reader{from: addressed(r.RemoteAddr)}
	if r.ProtoMajor > 1 {
		if err := KeepOpen(w); err != nil {
			return fmt.Errorf("keep a stream open: %w", err)
		}
		reader.line = &replyLine{w: w, left: r.Context(), woken: make(chan struct{}, 1)}
		hello, err := s.join(reader, topics, followed, last)
		if err != nil {
			return err
		}
		s.talk(reader, nil, hello)
		return nil
	}
	line := &connLine{}
	reader.line = line
	hello, err := s.join(reader, topics, followed, last)
	if err != nil {
		return err
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.leave(reader)
		return fmt.Errorf("take the connection of a stream: %w", err)
	}
	line.take(bare(conn))
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 200 OK\r\n")
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("Connection", "close") // it ends when the stream does
	_ = h.Write(&head)           // to memory
	head.WriteString("\r\n")
	go s.talk(reader, head.Bytes(), hello)
	return nil
}

// join makes a reader one of those of its topics, and returns what it is to be told first.
func (s *Stream) join(r *reader, topics []*topic, followed []Followed, last string) ([]byte, error) {
	after, ours := s.seen(last)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, fault.Because(fault.Busy, "the paper stops: come again in a moment")
	}
	if err := s.o.Seats.take(r.from); err != nil {
		return nil, err
	}
	var key strings.Builder
	for _, t := range topics {
		key.WriteString(t.name + ",")
	}
	joined := s.sets[key.String()]
	if joined == nil {
		joined = &set{key: key.String(), topics: topics, at: s.seq, frames: map[uint64][]byte{}, readers: map[*reader]struct{}{}}
		s.sets[joined.key] = joined
		for _, t := range topics {
			t.sets[joined] = struct{}{}
		}
	}
	r.set, r.at = joined, joined.at
	joined.readers[r] = struct{}{}
	s.gone.Add(1)
	if !ours {
		after = 0
	}
	hello := s.frame(joined, after)
	if last == "" && hello != nil { // else what a page shows that was told more than it printed is not known
		var texts [][]byte
		for i, t := range joined.topics {
			if followed[i].Version != t.version {
				texts = append(texts, s.whole(t))
			}
		}
		if len(texts) < len(topics) {
			hello = events(texts, s.id(s.seq))
		}
	}
	if hello == nil {
		hello = events(nil, s.id(s.seq))
	}
	return hello, nil
}

// addressed is the address by which streams are counted: of IPv6 the network that one customer is given.
func addressed(remote string) netip.Prefix {
	peer, _ := netip.ParseAddrPort(remote) // net/http's own
	address := peer.Addr().Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	prefix, _ := address.Prefix(bits)
	return prefix
}

// Present answers with the whole state of a topic and the number of its last change, for who polls.
func (s *Stream) Present(w http.ResponseWriter, r *http.Request, name string) error {
	t, err := s.need(r.Context(), name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	if t.page == nil {
		t.page = NewPage(s.whole(t), PageOptions{ContentType: "application/json", CacheControl: soon})
	}
	page := t.page
	s.mu.Unlock()
	page.ServeHTTP(w, r)
	return nil
}

// soon is for what may be another in a moment: a network before the paper asks once a second for all who poll.
const soon = "public, max-age=1"

// After answers with the change of a topic that came next after the one of an ID: never another, so it may be kept for ever. Until
// there is one it is not found; where it is not known any more it is gone, and [Stream.Present] has all.
func (s *Stream) After(w http.ResponseWriter, r *http.Request, name, id string) error {
	t, err := s.need(r.Context(), name)
	if err != nil {
		return err
	}
	after, ours := s.seen(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if ours && after == t.seq {
		w.Header().Set("Cache-Control", soon)
		return fault.Because(fault.NotFound, "nothing changed after %.40s yet", id)
	}
	for _, st := range t.steps {
		if ours && st.after == after {
			if st.page == nil {
				st.page = NewPage(st.text, PageOptions{ContentType: "application/json", CacheControl: forever})
			}
			st.page.ServeHTTP(w, r)
			return nil
		}
	}
	return fault.Because(fault.Gone, "what came after %.40q is not known here: ask for the whole topic", id)
}

// Fail answers what is wrong with a request as a JSON object; to who cannot have a stream it says what to ask for instead, and how
// often, in seconds.
func (s *Stream) Fail(w http.ResponseWriter, _ *http.Request, err error) {
	refusal := struct {
		Error string `json:"error"`
		Poll  string `json:"poll,omitempty"`
		Every int    `json:"every,omitempty"`
	}{Error: fault.Sentence(err)}
	status := Status(err)
	if status == http.StatusServiceUnavailable {
		refusal.Poll, refusal.Every = "/stream/{topic}.json", int(s.o.Poll/time.Second)
		w.Header().Set("Retry-After", strconv.Itoa(refusal.Every))
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if h.Get("Cache-Control") != soon {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(refusal) // an error here is a reader who left
}
