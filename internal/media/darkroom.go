package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"path"
	"runtime/debug"
	"strings"
	"time"
	"unicode"

	"golang.org/x/sync/semaphore"

	"github.com/courant-news/courant/internal/fault"
)

// Options are what a darkroom may be told; the zero value works.
type Options struct {
	AtOnce int   // pictures that are developed at the same time; 0: 2
	Memory int64 // bytes that the points of all of them may take while they are read; 0: 192 MB
	Now    func() time.Time
}

// Darkroom develops uploads: reads them within limits, and draws their renditions. Of the memory that it may take, each
// picture in hand takes its equal share, or more where it is large; the others wait.
type Darkroom struct {
	store Store
	o     Options
	room  *semaphore.Weighted
}

// heavy is from where a picture is worth the time that it takes to give back what it took: some milliseconds.
const heavy = 1 << 20

// Upload is what somebody sends.
type Upload struct {
	Body []byte
	By   string // who sends it
	File string // what it is called where it comes from
}

// NewDarkroom returns a darkroom whose pictures go into a store.
func NewDarkroom(s Store, o Options) *Darkroom {
	if o.AtOnce == 0 {
		o.AtOnce = 2
	}
	if o.Memory == 0 {
		o.Memory = 192 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Darkroom{store: s, o: o, room: semaphore.NewWeighted(o.Memory)}
}

// Add develops an upload and keeps it. What was sent before is not developed again: the picture that is there is
// returned. The errors are those of [Darkroom.Develop].
func (d *Darkroom) Add(ctx context.Context, u Upload) (Picture, error) {
	switch p, err := d.store.Developed(ctx, hashOf(u.Body)); {
	case err == nil:
		return p, nil
	case fault.KindOf(err) != fault.NotFound:
		return Picture{}, err
	}
	p, err := d.Develop(ctx, u)
	if err != nil {
		return Picture{}, err
	}
	return d.store.AddPicture(ctx, p)
}

// Fetcher brings what stands at an address, no more than so many bytes of it, and from public addresses only.
type Fetcher interface {
	Get(ctx context.Context, url string, most int64) ([]byte, error)
}

// Fetch adds the picture that stands at an address, by the same limits.
func (d *Darkroom) Fetch(ctx context.Context, f Fetcher, url, by string) (Picture, error) {
	body, err := f.Get(ctx, url, MaxBytes)
	if err != nil {
		return Picture{}, fmt.Errorf("fetch a picture: %w", err)
	}
	name, _, _ := strings.Cut(url, "?")
	return d.Add(ctx, Upload{Body: body, By: by, File: name})
}

// Develop reads an upload and draws its renditions, with their bodies, and keeps nothing. The error is fault.Invalid, in a
// sentence for the sender, where the file cannot be read or is beyond the limits, and fault.Busy where the context ended
// before there was room.
func (d *Darkroom) Develop(ctx context.Context, u Upload) (p Picture, err error) {
	n, c, err := inspect(u.Body)
	if err != nil {
		return Picture{}, err
	}
	if n.weight > d.o.Memory {
		return Picture{}, fault.Because(fault.Invalid, "the picture would take %d MB of memory; %d MB is the most: save it smaller, or without progressive steps",
			n.weight>>20, d.o.Memory>>20)
	}
	share := max(n.weight, d.o.Memory/int64(d.o.AtOnce))
	if err := d.room.Acquire(ctx, share); err != nil {
		return Picture{}, fmt.Errorf("%w: %w", fault.Because(fault.Busy, "too many pictures are being developed at the moment: send it again shortly"), err)
	}
	defer d.room.Release(share)
	if n.weight > heavy {
		defer debug.FreeOSMemory() // the next one begins where this one began
	}
	largest, err := n.develop(ctx, c, u.Body)
	if err != nil {
		return Picture{}, err
	}
	p = Picture{
		Name: newName(), Kind: n.kind, Width: n.width, Height: n.height, Bytes: len(u.Body), Hash: hashOf(u.Body),
		By: u.By, At: d.o.Now().UTC().Truncate(time.Microsecond), File: cleaned(u.File), Colour: average(largest),
	}
	if n.orientation >= 5 {
		p.Width, p.Height = n.height, n.width
	}
	if p.Renditions, err = renditions(ctx, largest, p.Name); err != nil {
		return Picture{}, err
	}
	return p, nil
}

// develop decodes a file and draws it upright, at its own size or the largest that is kept.
func (n negative) develop(ctx context.Context, c codec, body []byte) (m *image.RGBA, err error) {
	defer func() {
		if p := recover(); p != nil { // a decoder that stumbles over a file made for that must not take the paper with it
			m, err = nil, unreadable(n.kind, fmt.Errorf("panic: %v", p))
		}
	}()
	decoded, err := c.decode(stoppable{ctx, bytes.NewReader(body)})
	if ended := ctx.Err(); ended != nil {
		return nil, fmt.Errorf("read a picture: %w", ended)
	}
	if err != nil {
		return nil, unreadable(n.kind, err)
	}
	w, h := decoded.Bounds().Dx(), decoded.Bounds().Dy() // of a GIF's first frame, which may be smaller than what the file says
	if n.orientation < 5 {
		w, h = fitted(w, h)
	} else {
		h, w = fitted(h, w)
	}
	m = upright(scale(decoded, w, h), n.orientation)
	if p, ok := readProfile(n.profile); ok {
		p.convert(m)
	}
	return m, nil
}

// fitted is the size of the largest rendition.
func fitted(w, h int) (int, int) {
	widths := Widths()
	return shrunk(w, h, min(w, widths[len(widths)-1]))
}

// shrunk is the size of a picture that is drawn in another width.
func shrunk(w, h, width int) (int, int) { return width, max(1, (h*width+w/2)/w) }

// stoppable lets a context stop a decoder, which knows of none, at its next read.
type stoppable struct {
	ctx  context.Context
	file *bytes.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.file.Read(p)
}

// renditions draws a picture in all its widths: as WebP but for the largest, which costs the most to make and which few
// are sent, and as JPEG, or PNG where something shines through.
func renditions(ctx context.Context, largest *image.RGBA, name string) (all []Rendition, err error) {
	plain := JPEG
	if !largest.Opaque() {
		plain = PNG
	}
	var modern, classic []Rendition
	w, h := largest.Rect.Dx(), largest.Rect.Dy()
	for _, width := range append(Widths(), w) {
		if width > w || len(classic) > 0 && width <= classic[len(classic)-1].Width {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("draw a picture: %w", err)
		}
		m := largest
		if width < w {
			m = scale(largest, width, max(1, (h*width+w/2)/w))
		}
		r := Rendition{Name: name, Width: width, Height: m.Rect.Dy(), Type: plain}
		if r.Body, err = printed(m, plain); err != nil {
			return nil, err
		}
		classic = append(classic, r)
		if !hasWebP || width == Widths()[len(Widths())-1] {
			continue
		}
		r.Type = WebP
		if r.Body, err = printed(m, WebP); err != nil {
			return nil, err
		}
		modern = append(modern, r)
	}
	return append(classic, modern...), nil
}

// cleaned is a sender's name of a file without its folders and whatever cannot be printed, in a hundred letters at most.
func cleaned(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	var kept []rune
	for _, r := range name {
		if unicode.IsPrint(r) && len(kept) < 100 {
			kept = append(kept, r)
		}
	}
	if text := strings.TrimSpace(string(kept)); strings.Trim(text, "./") != "" {
		return text
	}
	return ""
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
