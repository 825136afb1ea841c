package bus_test

import (
	"sync"
	"testing"

	"github.com/courant-news/courant/internal/bus"
)

func TestEveryListenerHearsEveryEventUntilItStops(t *testing.T) {
	b := bus.New()
	var first, second []bus.Event
	stop := b.Listen(func(e bus.Event) { first = append(first, e) })
	b.Listen(func(e bus.Event) { second = append(second, e) })

	b.Publish(bus.Event{Topic: "market.price", Key: "EUR/USD"})
	stop()
	stop() // twice does no harm
	b.Publish(bus.Event{Topic: "news.story", Key: "a-story"})

	if len(first) != 1 || first[0].Key != "EUR/USD" {
		t.Errorf("the stopped listener heard %v, want only EUR/USD", first)
	}
	if len(second) != 2 {
		t.Errorf("the other listener heard %v, want two events", second)
	}
}

func TestListenersComeAndGoWhileEventsAreFlowing(t *testing.T) {
	b := bus.New()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				stop := b.Listen(func(bus.Event) {})
				b.Publish(bus.Event{Topic: "market.price"})
				stop()
			}
		})
	}
	wg.Wait()
}
