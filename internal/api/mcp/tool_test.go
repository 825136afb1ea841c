package mcp

import (
	"context"
	"errors"
	"testing"

	"github.com/courant-news/courant/internal/fault"
)

func TestAPanicOfAToolIsOurOwnFailureAndEndsNothing(t *testing.T) {
	c := &clerk{places: make(chan struct{}, 1)}
	for range 2 { // its place is free again
		_, err := call(t.Context(), c, nil, func(context.Context, explainQuestion) (*explainAnswer, error) { panic("at the desk") })
		if !errors.Is(err, fault.Internal) || fault.Sentence(err) != fault.Sentence(fault.Internal) {
			t.Errorf("it is %v", err)
		}
	}
}

func TestWhoWaitsForAPlaceIsToldThatMuchIsGoingOn(t *testing.T) {
	c := &clerk{places: make(chan struct{}, 1)}
	c.places <- struct{}{}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, err := call(ctx, c, nil, func(context.Context, explainQuestion) (*explainAnswer, error) { return &explainAnswer{}, nil })
	if err == nil || fault.KindOf(err) != fault.Busy {
		t.Errorf("it is %v", err)
	}
}
