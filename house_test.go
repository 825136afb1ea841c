// Package courant_test holds the house to its plan: which room may use which, and what may stand in it.
package courant_test

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/courant-news/courant"

// floors is the plan of the house: a room may use rooms on lower floors only.
var floors = map[string]int{
	"internal/fault": 0, "internal/spelling": 0,
	"internal/currency": 1, "internal/bus": 1, "internal/calendar": 1,
	"internal/market": 2, "internal/staff": 2, "internal/keys": 2, "internal/media": 2, "internal/web": 2, "internal/bus/natsbus": 2, "internal/numeral": 2,
	"internal/news": 3, "internal/audit": 3, "internal/wire": 3, "internal/wire/provider": 3, "internal/hook": 3,
	"internal/store": 4, "internal/archive": 4, "internal/render": 4, "internal/demo": 4, "internal/search": 4,
	"internal/site": 5, "internal/desk": 5, "internal/api": 5, "internal/watch": 5,
	"internal/app": 6,
	"cmd/courant":  7,
}

// beside are rooms that stand outside the house: for tests, and generators that are run by hand.
var beside = []string{"internal/must", "internal/market/markettest", "internal/store/storetest", "internal/bus/natsbus/natstest", "internal/currency/gen", "internal/demo/pack", "bench"}

// modules are what the program may be linked with, each with its reason.
var modules = map[string]string{
	module:                                   "ourselves",
	"github.com/cockroachdb/apd/v3":          "exact decimals",
	"modernc.org/sqlite":                     "the default store, without cgo",
	"modernc.org/libc":                       "of modernc.org/sqlite",
	"modernc.org/mathutil":                   "of modernc.org/sqlite",
	"modernc.org/memory":                     "of modernc.org/sqlite",
	"github.com/dustin/go-humanize":          "of modernc.org/sqlite",
	"github.com/google/uuid":                 "of modernc.org/libc and webauthn",
	"github.com/mattn/go-isatty":             "of modernc.org/libc",
	"github.com/ncruces/go-strftime":         "of modernc.org/libc",
	"github.com/remyoudompheng/bigfft":       "of modernc.org/mathutil",
	"github.com/jackc/pgx/v5":                "the other store",
	"github.com/jackc/pgpassfile":            "of pgx",
	"github.com/jackc/pgservicefile":         "of pgx",
	"github.com/jackc/puddle/v2":             "of pgx",
	"github.com/pressly/goose/v3":            "migrations",
	"github.com/mfridman/interpolate":        "of goose",
	"github.com/sethvargo/go-retry":          "of goose",
	"go.uber.org/multierr":                   "of goose",
	"github.com/a-h/templ":                   "pages, checked by the compiler",
	"github.com/yuin/goldmark":               "Markdown",
	"github.com/aymanbagabas/go-udiff":       "comparing revisions: the difference engine of the Go team's own tools, word for word",
	"github.com/microcosm-cc/bluemonday":     "the sanitiser",
	"github.com/go-json-experiment/json":     "strict JSON: the package that becomes encoding/json/v2",
	"github.com/aymerick/douceur":            "of bluemonday",
	"github.com/gorilla/css":                 "of bluemonday",
	"github.com/andybalholm/brotli":          "compression of pages",
	"github.com/prometheus/client_golang":    "metrics",
	"github.com/prometheus/client_model":     "of client_golang",
	"github.com/prometheus/common":           "of client_golang",
	"github.com/prometheus/procfs":           "of client_golang",
	"github.com/beorn7/perks":                "of client_golang",
	"github.com/cespare/xxhash/v2":           "of client_golang",
	"github.com/munnerz/goautoneg":           "of client_golang",
	"github.com/klauspost/compress":          "compression of pages: Zstandard, and gzip in a quarter of the time; of client_golang too",
	"google.golang.org/protobuf":             "of client_golang",
	"go.yaml.in/yaml/v2":                     "of client_golang",
	"github.com/modelcontextprotocol/go-sdk": "the protocol of language models' tools, by its own authors",
	"github.com/google/jsonschema-go":        "of go-sdk: schemas of the tools, from Go types",
	"github.com/segmentio/encoding":          "of go-sdk: JSON that heeds the case of names",
	"github.com/segmentio/asm":               "of segmentio/encoding",
	"github.com/yosida95/uritemplate/v3":     "of go-sdk",
	"golang.org/x/oauth2":                    "of go-sdk, whose client could sign in",
	"golang.org/x/time":                      "of go-sdk",
	"github.com/coder/websocket":             "trades as they are made: one small module without others, over net/http, so through the guarded dialer",
	"github.com/nats-io/nats.go":             "hints between the machines of one paper",
	"github.com/nats-io/nkeys":               "of nats.go: signing in",
	"github.com/nats-io/nuid":                "of nats.go",
	"github.com/spf13/cobra":                 "commands with help and suggestions",
	"github.com/spf13/pflag":                 "of cobra",
	"github.com/inconshreveable/mousetrap":   "of cobra, on Windows",
	"charm.land/bubbletea/v2":                "the board on the terminal, which asks the terminal what it can and leaves it as it was",
	"github.com/charmbracelet/x/ansi":        "of bubbletea: how wide a text is on a terminal, and cutting it there",
	"github.com/charmbracelet/ultraviolet":   "of bubbletea: draws only what changed",
	"github.com/charmbracelet/colorprofile":  "of bubbletea: how many colours a terminal has",
	"github.com/charmbracelet/x/term":        "of bubbletea",
	"github.com/charmbracelet/x/termios":     "of bubbletea",
	"github.com/charmbracelet/x/windows":     "of bubbletea, on Windows",
	"github.com/clipperhouse/displaywidth":   "of x/ansi",
	"github.com/clipperhouse/uax29/v2":       "of displaywidth: where one character ends",
	"github.com/lucasb-eyer/go-colorful":     "of bubbletea: near colours where a terminal has few",
	"github.com/mattn/go-runewidth":          "of x/ansi",
	"github.com/muesli/cancelreader":         "of bubbletea: a read of the keyboard that can be ended",
	"github.com/rivo/uniseg":                 "of ultraviolet",
	"github.com/xo/terminfo":                 "of colorprofile",
	"github.com/go-webauthn/webauthn":        "passkeys",
	"github.com/go-webauthn/x":               "of webauthn",
	"github.com/fxamacker/cbor/v2":           "of webauthn: the form of passkeys' keys",
	"github.com/x448/float16":                "of fxamacker/cbor",
	"github.com/golang-jwt/jwt/v5":           "of webauthn: attestations, which are not asked for",
	"github.com/google/go-tpm":               "of webauthn: attestations, which are not asked for",
	"github.com/go-viper/mapstructure/v2":    "of webauthn",
	"github.com/tinylib/msgp":                "of webauthn",
	"github.com/philhofer/fwd":               "of tinylib/msgp",
	"golang.org/x/crypto":                    "argon2id for passwords",
	"golang.org/x/net":                       "reading HTML",
	"golang.org/x/text":                      "character sets of saved pages, signs of currencies, how languages write numbers",
	"golang.org/x/sys":                       "system calls of several of the above",
	"golang.org/x/sync":                      "a semaphore with weights, for the darkroom; of pgx too",
	"golang.org/x/image":                     "pictures: a good scaler, and reading WebP",
	"github.com/gen2brain/webp":              "writing WebP without cgo, where it is built with the tag nodynamic",
	"github.com/tetratelabs/wazero":          "of gen2brain/webp, which is WebAssembly",
}

func TestARoomUsesOnlyRoomsOnLowerFloors(t *testing.T) {
	for _, file := range goFiles(t) {
		room := path.Dir(file.path)
		if !strings.HasPrefix(room, "internal/") && !strings.HasPrefix(room, "cmd/") || strings.HasSuffix(file.path, "_test.go") ||
			slices.Contains(beside, room) {
			continue
		}
		floor, planned := floorOf(room)
		if !planned {
			t.Errorf("%s: the room %s has no floor in the plan: give it one in floors", file.path, room)
			continue
		}
		for _, spec := range file.ast.Imports {
			used, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/")
			if !ours || room == used {
				continue
			}
			below, known := floorOf(used)
			neighbours := strings.HasPrefix(room, used+"/") // wire/provider -> wire
			if !known || below >= floor && !neighbours {
				t.Errorf("%s: %s (floor %d) may not use %s", file.path, room, floor, used)
			}
		}
	}
}

// floorOf is the floor of a room or of the room that it is part of.
func floorOf(room string) (int, bool) {
	for ; room != "."; room = path.Dir(room) {
		if floor, ok := floors[room]; ok {
			return floor, true
		}
	}
	return 0, false
}

func TestEveryFileIsReadableAtOneSitting(t *testing.T) {
	for _, file := range goFiles(t) {
		if n := bytes.Count(file.text, []byte("\n")); n > 700 && !strings.HasSuffix(file.path, "_templ.go") {
			t.Errorf("%s has %d lines: 700 are the most", file.path, n)
		}
	}
}

// What no test runs is else noticed only by who runs all guards, which takes minutes.
func TestEveryGuardFindsItsLine(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "scripts/guards.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	list := file.Scope.Lookup("guards").Decl.(*ast.ValueSpec).Values[0].(*ast.CompositeLit).Elts
	for _, guard := range list {
		var fields [3]string // its name, its file and the line
		for i := range fields {
			if fields[i], err = strconv.Unquote(guard.(*ast.CompositeLit).Elts[i].(*ast.BasicLit).Value); err != nil {
				t.Fatal(err)
			}
		}
		if text, err := os.ReadFile(fields[1]); err != nil || strings.Count(string(text), fields[2]) != 1 {
			t.Errorf("the guard %q: its line %q stands %d times in %s (%v)", fields[0], fields[2], strings.Count(string(text), fields[2]), fields[1], err)
		}
	}
	if len(list) < 100 {
		t.Errorf("only %d guards", len(list))
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file.path, "_test.go") {
			continue
		}
		dir := path.Dir(file.path)
		said[dir] = said[dir] || file.ast.Doc != nil
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	for _, file := range goFiles(t) {
		for _, decl := range file.ast.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function: make what it makes where it is needed", file.path)
			}
		}
	}
}

func TestNoFloatingPointCarriesAPrice(t *testing.T) {
	exact := []string{"internal/currency", "internal/numeral", "internal/market", "internal/news", "internal/store", "internal/archive", "internal/api", "internal/api/native", "internal/hook"}
	const (
		statistics = "internal/market/judge.go" // which asks how unusual a price is, and changes none
		contrast   = "internal/news/colour.go"  // which measures light
	)
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file.path, "_test.go") || file.path == statistics || file.path == contrast || !slices.Contains(exact, path.Dir(file.path)) {
			continue
		}
		for _, decl := range file.ast.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Name.Name == "Float" {
				continue // the one way out, for statistics and pixels
			}
			ast.Inspect(decl, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && (id.Name == "float64" || id.Name == "float32") {
					t.Errorf("%s uses %s", file.path, id.Name)
				}
				return true
			})
		}
	}
}

// What is not published is held apart by type: who faces readers sees a *news.Paper and what that returns, and can name
// nothing by which the newsroom speaks of drafts.
func TestNoFaceOfReadersCanNameWhatIsNotPublished(t *testing.T) {
	desk := []string{
		"Newsroom", "NewNewsroom", "Store", "Manuscript", "Revision", "Submission", "Step", "Move", "Edition", "Entry", "Moments", "Due",
		"Shaken", "Affected", "Dismissal", "State", "Copy", "CopyStore", "Note", "NoteStore", "Summary", "SummaryStore", "Listing", "Resolved",
	}
	for _, file := range goFiles(t) {
		if !strings.HasPrefix(file.path, "internal/site/") && !strings.HasPrefix(file.path, "internal/api/") || strings.HasSuffix(file.path, "_test.go") {
			continue
		}
		ast.Inspect(file.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if room, ok := s.X.(*ast.Ident); ok && room.Name == "news" && slices.Contains(desk, s.Sel.Name) {
					t.Errorf("%s names news.%s, which knows what is not published", file.path, s.Sel.Name)
				}
			}
			return true
		})
		for _, spec := range file.ast.Imports {
			if strings.HasPrefix(strings.Trim(spec.Path.Value, `"`), module+"/internal/store") {
				t.Errorf("%s uses the store, which knows what is not published", file.path)
			}
		}
	}
}

func TestTheProgramIsLinkedWithKnownModulesOnly(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-tags=nodynamic", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./cmd/courant").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if m := strings.TrimSpace(line); m != "" && modules[m] == "" {
			t.Errorf("the program is linked with %s, which has no reason in modules", m)
		}
	}
}

// A reachable MethodByName with a name that is not constant keeps every exported method in the program: megabytes.
func TestTheLinkerMayDropUnusedMethods(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program")
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-tags=nodynamic", "-o", filepath.Join(t.TempDir(), "courant"), "-ldflags=-dumpdep", "./cmd/courant")
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("go build: %v", err)
	}
	for lines := bufio.NewScanner(&out); lines.Scan(); {
		if strings.Contains(lines.Text(), "ReflectMethod") {
			t.Errorf("the linker must keep all methods: %s", lines.Text())
		}
	}
}

// The door answers without looking at some headers. Whoever wants to read one takes it off that list first.
func TestNobodyReadsAHeaderThatTheDoorLeavesUnread(t *testing.T) {
	const door = "internal/web/door.go"
	but := []string{
		"internal/web/fetch.go",  // says who we are, and reads no request
		"internal/web/socket.go", // likewise
		"internal/web/proxy.go",  // finds for whom a proxy asks, which matters to limits only: what is limited is said once
		"internal/desk/visit.go", // whose replies are of no cache, and so are never repeated
	}
	unread := map[string]bool{}
	words := func(n ast.Node, see func(word string)) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				see(http.CanonicalHeaderKey(strings.Trim(n.Value, "`\"")))
			case *ast.SelectorExpr:
				see(map[string]string{"UserAgent": "User-Agent", "Referer": "Referer"}[n.Sel.Name]) // methods of a request
			}
			return true
		})
	}
	files := goFiles(t)
	for _, file := range files {
		for _, decl := range file.ast.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && file.path == door && f.Name.Name == "unread" {
				ast.Inspect(f, func(n ast.Node) bool {
					if c, ok := n.(*ast.CaseClause); ok {
						for _, name := range c.List {
							words(name, func(word string) { unread[word] = true })
						}
					}
					return true
				})
			}
		}
	}
	if !unread["User-Agent"] || !unread["X-Request-Id"] {
		t.Fatalf("%s leaves unread %v", door, unread)
	}
	for _, file := range files {
		if file.path == door || slices.Contains(but, file.path) || strings.HasSuffix(file.path, "_test.go") {
			continue
		}
		words(file.ast, func(word string) {
			if unread[word] {
				t.Errorf("%s reads %s, which %s leaves unread: a reply would be repeated to others", file.path, word, door)
			}
		})
	}
}

func TestTheTreeNamesNoMachine(t *testing.T) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	forbidden := []string{filepath.Dir(root) + "/", "registry." + "npmjs", "proxy." + "golang.org"}
	if home, err := os.UserHomeDir(); err == nil {
		forbidden = append(forbidden, home+"/")
	}
	walk(t, func(name string) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range forbidden {
			if bytes.Contains(text, []byte(word)) {
				t.Errorf("%s holds %q", name, word)
			}
		}
	})
}

type goFile struct {
	path string
	text []byte
	ast  *ast.File
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	walk(t, func(name string) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, goFile{path: filepath.ToSlash(name), text: text, ast: parsed})
	})
	if len(files) == 0 {
		t.Fatal("there are no Go files: where are we?")
	}
	return files
}

// walk visits every file of the tree but git's.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "courant-data"):
			return fs.SkipDir
		case d.Type().IsRegular():
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
