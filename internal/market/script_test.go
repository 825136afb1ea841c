package market_test

import (
	"testing"

	"github.com/courant-news/courant/internal/market/markettest"
)

// The same scripts are run through each engine of the store by a test of package store.
func TestMarketScriptsHoldInMemory(t *testing.T) {
	markettest.RunAll(t, "testdata", nil)
}
