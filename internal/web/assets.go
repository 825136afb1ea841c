package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/courant-news/courant/internal/fault"
)

// AssetsPath is where assets are served, the pattern for a mux: GET /assets/.
const AssetsPath = "/assets/"

// Assets serves a tree of files (styles, scripts, fonts, pictures) under names that contain a hash of their content,
// /assets/site.0123456789ab.css, so that a browser may keep them for ever. The plain name works too, for what cannot
// know the hash, such as a script that imports another; a browser asks for it again each time.
//
// In CSS, url(fonts/text.woff2) is meant from the root of the tree and is replaced by the hashed address. Its comments are
// for who reads the source and are left out; so a style must not have a comment's signs in a string. A script's line
// import "./other.js"; is replaced by that script.
type Assets struct {
	files fs.FS
	dev   bool
	urls  map[string]string       // by name
	pages map[string]func() *Page // by name, plain and hashed; each is compressed when first asked for
}

const (
	forever  = "public, max-age=31536000, immutable"
	askAgain = "no-cache"
)

// NewAssets returns the assets in files. With dev, each request reads its file anew and no name is hashed, so that an
// edit shows on reload; files should then be a directory on disk.
//
// A style that refers to a file that is not there is an error: better at the start than a missing font.
func NewAssets(files fs.FS, dev bool) (*Assets, error) {
	a := &Assets{files: files, dev: dev, urls: map[string]string{}, pages: map[string]func() *Page{}}
	if dev {
		return a, nil
	}
	var styles []string
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if path.Ext(name) == ".css" { // after all that it may refer to
			styles = append(styles, name)
			return nil
		}
		body, err := fs.ReadFile(files, name)
		if err == nil && path.Ext(name) == ".js" {
			body, err = bundled(files, body)
		}
		a.add(name, body)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the assets: %w", err)
	}
	for _, name := range styles {
		body, err := fs.ReadFile(files, name)
		if err == nil {
			body, err = a.relink(comment.ReplaceAll(body, nil))
		}
		if err != nil {
			return nil, fmt.Errorf("read the style %s: %w", name, err)
		}
		a.add(name, body)
	}
	return a, nil
}

// add makes body known by its plain and its hashed name.
func (a *Assets) add(name string, body []byte) {
	hashed := hashedName(name, body)
	a.urls[name] = AssetsPath + hashed
	page := func(cacheControl string) func() *Page {
		return sync.OnceValue(func() *Page {
			return NewPage(body, PageOptions{ContentType: assetType(name), CacheControl: cacheControl, Best: true})
		})
	}
	a.pages[hashed], a.pages[name] = page(forever), page(askAgain)
}

// hashedName puts a hash of the content into a name.
func hashedName(name string, body []byte) string {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
}

// NewAsset returns what is made while the program runs, and served as assets are: its hashed address and its page, which
// a browser may keep for ever.
func NewAsset(name string, body []byte) (address string, page *Page) {
	return AssetsPath + hashedName(name, body), NewPage(body, PageOptions{ContentType: assetType(name), CacheControl: forever})
}

// An import in a script of another that exports nothing.
var imported = regexp.MustCompile(`(?m)^import "\./([\w.-]+\.js)";$`)

// bundled puts into a script those that it imports, each in a scope of its own, so that a page asks for one file.
func bundled(files fs.FS, script []byte) ([]byte, error) {
	var missing error
	out := imported.ReplaceAllFunc(script, func(line []byte) []byte {
		part, err := fs.ReadFile(files, string(imported.FindSubmatch(line)[1]))
		missing = errors.Join(missing, err)
		return slices.Concat([]byte("{\n"), part, []byte("}"))
	})
	return out, missing
}

// A comment in CSS.
var comment = regexp.MustCompile(`(?s)/\*.*?\*/\s*`)

// A reference in CSS to a file of ours: not to data, another site, an absolute path or a part of the same document.
var reference = regexp.MustCompile(`url\(\s*(["']?)([A-Za-z0-9_][A-Za-z0-9_./-]*)(["']?)\s*\)`)

// relink replaces the references in a style by the addresses of what they mean.
func (a *Assets) relink(css []byte) ([]byte, error) {
	var missing error
	out := reference.ReplaceAllFunc(css, func(ref []byte) []byte {
		name := string(reference.FindSubmatch(ref)[2])
		url, ok := a.urls[name]
		if !ok {
			missing = errors.Join(missing, fmt.Errorf("url(%s): %w", name, fs.ErrNotExist))
		}
		return []byte("url(" + url + ")")
	})
	return out, missing
}

// URL returns the address of the named file, such as "site.css". It panics on a name that does not exist: that is a slip
// in a template, and would otherwise be a page without its style.
func (a *Assets) URL(name string) string {
	if a.dev {
		return AssetsPath + name
	}
	url, ok := a.urls[name]
	if !ok {
		panic("web: no asset " + name)
	}
	return url
}

// Page returns the named file as a page that is asked for again each time: for /favicon.ico and others whose address is
// not ours to choose. A name that does not exist is NotFound.
func (a *Assets) Page(name string) (*Page, error) {
	if page, ok := a.pages[name]; ok {
		return page(), nil
	}
	if !a.dev {
		return nil, fmt.Errorf("asset %q: %w", name, fault.NotFound)
	}
	body, err := fs.ReadFile(a.files, name)
	if err != nil {
		return nil, fmt.Errorf("asset: %w: %w", fault.NotFound, err)
	}
	return NewPage(body, PageOptions{ContentType: assetType(name), CacheControl: askAgain}), nil
}

// Serve answers requests below [AssetsPath]. It is a [Handler].
func (a *Assets) Serve(w http.ResponseWriter, r *http.Request) error {
	page, err := a.Page(strings.TrimPrefix(r.URL.Path, AssetsPath))
	if err != nil {
		return err
	}
	switch path.Ext(r.URL.Path) {
	case ".css", ".js", ".woff2":
		partOnly(w.Header())
	}
	page.ServeHTTP(w, r)
	return nil
}

// assetType returns the content type of a file by its extension. It does not ask package mime, whose answer depends on
// the machine.
func assetType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	case ".jpg":
		return "image/jpeg"
	case ".webp":
		return "image/webp"
	case ".ico":
		return "image/x-icon"
	case ".json":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
