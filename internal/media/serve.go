package media

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
)

// How long what is served may be kept.
const (
	Published   = "public, max-age=31536000, immutable" // a rendition's address never shows another picture
	Unpublished = "private, no-store"
)

// May says whether whoever asks may see a picture: for readers, whether a published story shows it; for the desk, always.
type May func(ctx context.Context, name string) (bool, error)

// Serve returns a handler of the kind of web.Handler for GET /media/{file}, which shows renditions of those pictures that
// may be seen. A picture that may not be, or one that is not there, is fault.NotFound in the same words. The last argument
// is [Published] for readers, [Unpublished] for the desk.
//
// What is shown is of a kind of ours and is said to be; nothing that a browser could find in it would be run.
func Serve(s Store, may May, keep string) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		asked, err := ParseFile(path.Base(r.URL.Path)) // the desk may have it elsewhere
		if err != nil {
			return err
		}
		allowed, err := may(r.Context(), asked.Name)
		if err != nil {
			return fmt.Errorf("ask who may see a picture: %w", err)
		}
		if !allowed {
			return errNoPicture
		}
		shown, err := s.Rendition(r.Context(), asked.Name, asked.Width, asked.Type)
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Type", shown.Type.ContentType())
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
		h.Set("Content-Disposition", "inline")
		h.Set("Cache-Control", keep)
		if keep == Published {
			h.Set("Cross-Origin-Resource-Policy", "cross-origin") // in a feed reader's window too
		}
		h.Set("ETag", `"`+strings.TrimPrefix(shown.Path(), Prefix)+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(shown.Body))
		return nil
	}
}
