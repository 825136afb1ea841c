// Package media keeps the paper's pictures: it takes in what somebody sends, whatever it is, and keeps of it only what it
// has drawn itself.
//
// A [Darkroom] reads an upload within limits, a few at a time, and makes renditions of it in several widths. The upload
// itself is not kept, so that nothing which lay hidden in it (where and by whom it was taken, a second file behind the
// first) can reach a reader. Pictures and renditions lie in a [Store] under names that nobody can guess; [Serve] asks for
// each request whether the picture may be seen.
//
// Start at [NewDarkroom]. A Darkroom is safe for concurrent use; everything else here is a value or a pure function.
package media

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Kind is how a picture is written.
type Kind string

// The kinds that are read. Renditions are JPEG, or PNG where something shines through, and WebP beside.
const (
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	GIF  Kind = "gif"
	WebP Kind = "webp"
)

// ContentType is the kind's media type.
func (k Kind) ContentType() string { return "image/" + string(k) }

// Extension ends the names of files of this kind, without a dot.
func (k Kind) Extension() string {
	if k == JPEG {
		return "jpg"
	}
	return string(k)
}

// Picture is what is kept of an upload.
type Picture struct {
	Name          string // 26 letters and digits that stand for 128 random bits
	Kind          Kind   // of the upload, by its bytes
	Width, Height int    // of the upload, as one looks at it
	Bytes         int    // of the upload
	Hash          string // SHA-256 of the upload, in hexadecimal
	Colour        string // the average of the picture, #rrggbb, to stand in its place until it is there
	By            string // who sent it
	At            time.Time
	File          string // what the sender called it; for the desk only, since a name can tell too much
	// Renditions are by kind, and within a kind from the narrowest to the widest. A store returns them without bodies.
	Renditions []Rendition
}

// Rendition is a picture drawn in one width and kind.
type Rendition struct {
	Name          string // of the picture
	Width, Height int
	Type          Kind
	Body          []byte // nothing but pixels: no metadata
}

// Widths are those that a picture is drawn in where it is as wide. A narrower one is also drawn as it is, a wider one at
// the last of these at the most.
func Widths() []int { return []int{400, 800, 1200, 1600, 2000} }

// Prefix begins the addresses of renditions.
const Prefix = "/media/"

// Path is the address of the rendition: /media/{name}-{width}.jpg.
func (r Rendition) Path() string {
	return fmt.Sprintf("%s%s-%d.%s", Prefix, r.Name, r.Width, r.Type.Extension())
}

var file = regexp.MustCompile(`^([a-z2-7]{26})-([1-9][0-9]{0,4})\.(jpg|png|webp)$`)

// ParseFile reads the last part of a rendition's address. The rest of what it returns is empty. The error is
// fault.NotFound: no rendition can have that address.
func ParseFile(text string) (Rendition, error) {
	part := file.FindStringSubmatch(text)
	if part == nil {
		return Rendition{}, errNoPicture
	}
	width, err := strconv.Atoi(part[2])
	if err != nil {
		return Rendition{}, errNoPicture
	}
	kind := Kind(part[3])
	if kind == "jpg" {
		kind = JPEG
	}
	return Rendition{Name: part[1], Width: width, Type: kind}, nil
}

// errNoPicture says the same of a picture that is not there and of one that may not be seen.
var errNoPicture = fault.Because(fault.NotFound, "There is no picture at this address.")

// newName makes a name that nobody can guess.
func newName() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // it never fails: the program ends first
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
}

// Store is what is asked of whoever keeps pictures. Every method is one transaction and safe for concurrent use.
type Store interface {
	// AddPicture adds a picture with all its renditions and returns it without their bodies. Where one of the same hash is
	// there, nothing is added, and that one is returned.
	AddPicture(ctx context.Context, p Picture) (Picture, error)

	// Picture returns a picture by its name; fault.NotFound.
	Picture(ctx context.Context, name string) (Picture, error)

	// Developed returns the picture that was made of the upload with this hash; fault.NotFound.
	Developed(ctx context.Context, hash string) (Picture, error)

	// Pictures returns pictures, the newest first.
	Pictures(ctx context.Context, which Selection) ([]Picture, error)

	// Rendition returns a rendition with its body; fault.NotFound.
	Rendition(ctx context.Context, name string, width int, kind Kind) (Rendition, error)

	// DropPicture removes a picture with its renditions; fault.NotFound where there is none. A picture that any revision of
	// any story names stays, whether it is printed or not, since what was printed must remain what it was: used says so,
	// and then the error is fault.Conflict. It is asked while the picture is locked, and must only read.
	DropPicture(ctx context.Context, name string, used func(context.Context) (bool, error)) error
}

// Selection says which pictures are wanted; the zero value wants the newest.
type Selection struct {
	By    string // of this sender only; empty: of all
	After string // the name of the last picture of the page before; empty: from the newest
	Limit int    // at most so many; 0 means 50
}
