package must

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// errNoPostgres says that there is nothing to start; any other error of a start is the test's failure.
var errNoPostgres = errors.New("no initdb in PATH or /usr/lib/postgresql; run scripts/setup or set COURANT_TEST_POSTGRES")

// server is the URL of this process's PostgreSQL server, started when the first test asks.
var server = sync.OnceValues(func() (string, error) {
	if u := os.Getenv("COURANT_TEST_POSTGRES"); u != "" {
		return u, nil
	}
	return startCluster()
})

// Postgres returns the URL of a new, empty database that lives as long as the test. The server is COURANT_TEST_POSTGRES
// (a URL whose user may create databases), else a throw-away cluster that serves this process over a Unix socket and ends
// with it. The throw-away cluster does not wait for the disk (fsync is off): it can prove what SQL does, not what
// survives a power cut. Without PostgreSQL the test is skipped as "postgres".
func Postgres(t testing.TB) string {
	t.Helper()
	base, err := server()
	if errors.Is(err, errNoPostgres) {
		Skip(t, "postgres", err.Error())
	}
	if err != nil {
		t.Fatalf("start PostgreSQL for tests: %v", err)
	}
	own, err := url.Parse(base)
	if err != nil {
		t.Fatalf("COURANT_TEST_POSTGRES is not a URL: %v", err)
	}
	name := "courant_test_" + strings.ToLower(rand.Text()[:16])
	admin(t, base, "CREATE DATABASE "+name)
	// FORCE, because a test that failed may have left its pool open.
	t.Cleanup(func() { admin(t, base, "DROP DATABASE "+name+" WITH (FORCE)") })
	own.Path = "/" + name
	return own.String()
}

// admin runs one statement on the server at base. It takes its own context: the test's is already over in a cleanup.
func admin(t testing.TB, base, statement string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		t.Fatalf("connect to PostgreSQL for tests: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
