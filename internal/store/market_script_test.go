package store_test

import (
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/market/markettest"
	"github.com/courant-news/courant/internal/must"
)

const marketScripts = "../market/testdata"

func TestMarketScriptsHoldOverSQLite(t *testing.T) {
	markettest.RunAll(t, marketScripts, func(t *testing.T) market.Store {
		return open(t, filepath.Join(t.TempDir(), "paper.db"))
	})
}

func TestMarketScriptsHoldOverPostgreSQL(t *testing.T) {
	markettest.RunAll(t, marketScripts, func(t *testing.T) market.Store { return open(t, must.Postgres(t)) })
}
