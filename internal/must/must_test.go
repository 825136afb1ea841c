package must

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
)

// recorder is a testing.TB that notes the first way a test ended instead of ending it. Everything else is the real one's.
type recorder struct {
	testing.TB
	end string
}

func (r *recorder) Skipf(string, ...any)  { r.end = cmp.Or(r.end, "skip") }
func (r *recorder) Fatalf(string, ...any) { r.end = cmp.Or(r.end, "fail") }

func TestSkipFailsOnlyWhereTheNeedIsPromised(t *testing.T) {
	for _, c := range []struct{ promise, want string }{
		{"", "skip"},
		{"postgres", "skip"},
		{"browser", "fail"},
		{"postgres, browser ,samples", "fail"},
		{"browsers", "skip"},
	} {
		t.Setenv("COURANT_MUST", c.promise)
		r := &recorder{TB: t}
		Skip(r, "browser", "for this test")
		if r.end != c.want {
			t.Errorf("COURANT_MUST=%q ended as %q, want %q", c.promise, r.end, c.want)
		}
	}
}

func TestSamplesAreWhereTheEnvironmentSays(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("COURANT_SAMPLES", dir)
	if got := Samples(t); got != dir {
		t.Errorf("Samples = %q, want %q", got, dir)
	}
	t.Setenv("COURANT_SAMPLES", filepath.Join(dir, "absent"))
	t.Setenv("COURANT_MUST", "samples")
	r := &recorder{TB: t}
	if Samples(r); r.end != "fail" {
		t.Errorf("promised but absent samples ended as %q, want fail", r.end)
	}
}

func TestRootHoldsTheModule(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "internal", "must", "must.go")); err != nil {
		t.Error(err)
	}
}

func TestEachPostgresDatabaseIsEmptyAndItsOwn(t *testing.T) {
	for range 2 {
		conn, err := pgx.Connect(t.Context(), Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		// The second round fails here if both rounds share a database.
		if _, err := conn.Exec(t.Context(), "CREATE TABLE story (headline TEXT)"); err != nil {
			t.Fatal(err)
		}
		var lower string
		if err := conn.QueryRow(t.Context(), "SELECT lower('ÅRHUS')").Scan(&lower); err != nil || lower != "århus" {
			t.Errorf("lower('ÅRHUS') = %q, %v: the cluster must know more than ASCII", lower, err)
		}
	}
}

func TestPostgresDatabaseIsGoneAfterItsTest(t *testing.T) {
	var u string
	t.Run("inner", func(t *testing.T) { u = Postgres(t) })
	if u == "" {
		t.SkipNow() // the inner test has said why
	}
	if conn, err := pgx.Connect(t.Context(), u); err == nil {
		conn.Close(t.Context())
		t.Error("the database outlived its test")
	}
}
