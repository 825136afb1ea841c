package natsbus_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/bus/natsbus"
	"github.com/courant-news/courant/internal/bus/natsbus/natstest"
	"github.com/courant-news/courant/internal/fault"
)

var topics = []string{"market.price", "news.story"}

// machine is a bus with what is heard on it.
type machine struct {
	*natsbus.Bus
	heard chan bus.Event
}

func connected(t *testing.T, url string) machine {
	t.Helper()
	b, err := natsbus.Open(url, topics, natsbus.Options{Wait: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	m := machine{b, make(chan bus.Event, 1000)}
	b.Listen(func(e bus.Event) { m.heard <- e })
	return m
}

// until waits for an event and returns what came before it.
func (m machine) until(t *testing.T, want bus.Event) (before []bus.Event) {
	t.Helper()
	for {
		select {
		case e := <-m.heard:
			if e == want {
				return before
			}
			before = append(before, e)
		case <-time.After(20 * time.Second):
			t.Fatalf("%v is never heard, only %v", want, before)
		}
	}
}

// ready waits until two machines hear each other.
func ready(t *testing.T, a, b machine) {
	t.Helper()
	for _, pair := range [][2]machine{{a, b}, {b, a}} {
		hello := bus.Event{Topic: "hello", Key: t.Name()}
		for heard := false; !heard; {
			pair[0].Publish(hello)
			select {
			case e := <-pair[1].heard:
				heard = e == hello
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}

func TestAHintIsHeardOnEveryMachineOnce(t *testing.T) {
	server := natstest.Start(t)
	a, b := connected(t, server.URL), connected(t, server.URL)
	ready(t, a, b)
	event, last := bus.Event{Topic: "market.price", Key: "EUR/USD"}, bus.Event{Topic: "last"}
	a.Publish(event)
	a.Publish(last)
	b.Publish(bus.Event{Topic: "last", Key: "of b"})
	for name, m := range map[string]machine{"the publisher": a, "the other": b} {
		m.until(t, event)
		for _, e := range m.until(t, last) {
			if e == event {
				t.Errorf("%s hears it twice", name)
			}
		}
	}
	a.until(t, bus.Event{Topic: "last", Key: "of b"})
}

func TestWithoutNATSEachMachineHearsItselfAndAfterAGapThatAnythingMayHaveChanged(t *testing.T) {
	server := natstest.Start(t)
	a, b := connected(t, server.URL), connected(t, server.URL)
	ready(t, a, b)
	server.Stop()
	alone := bus.Event{Topic: "market.price", Key: "while it was away"}
	a.Publish(alone)
	a.until(t, alone)
	for len(b.heard) > 0 {
		if e := <-b.heard; e == alone {
			t.Error("the other hears what NATS never brought")
		}
	}
	server.Again()
	for _, m := range []machine{a, b} {
		for _, topic := range topics {
			m.until(t, bus.Event{Topic: topic})
		}
	}
	ready(t, a, b)
}

func TestANATSThatIsDownAtTheStartIsWaitedFor(t *testing.T) {
	server := natstest.Start(t)
	server.Stop()
	a := connected(t, server.URL)
	event := bus.Event{Topic: "news.story", Key: "a-story"}
	a.Publish(event)
	a.until(t, event)
	server.Again()
	a.until(t, bus.Event{Topic: "market.price"})
	ready(t, a, connected(t, server.URL))
}

func TestWhatIsNoHintIsLeftOut(t *testing.T) {
	server := natstest.Start(t)
	a := connected(t, server.URL)
	stranger, err := nats.Connect(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	ready(t, a, connected(t, server.URL))
	for _, text := range []string{"", "nonsense", "{}", `{"topic":7}`, `{"topic":"` + string(make([]byte, 5000)) + `"}`} {
		if err := stranger.Publish("courant.hint", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := stranger.Publish("courant.hint", []byte(`{"topic":"end"}`)); err != nil {
		t.Fatal(err)
	}
	for _, e := range a.until(t, bus.Event{Topic: "end"}) {
		if e.Topic == "" || len(e.Topic) > 100 {
			t.Errorf("%q is heard", e.Topic)
		}
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	for _, servers := range []string{"10.0.0.5:4222", "http://10.0.0.5", "nats://", "nats://a,b", "nats://a/path"} {
		if _, err := natsbus.Open(servers, topics, natsbus.Options{}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q is %v", servers, err)
		}
	}
	if err := natsbus.Check("nats://user:secret@10.0.0.5:4222, tls://b:4222"); err != nil {
		t.Error(err)
	}
}
