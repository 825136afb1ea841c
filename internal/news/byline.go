package news

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Author is somebody who is named in the by-lines of published stories.
type Author struct {
	Name    string // as it is printed
	Stories int    // that bear it
}

// Slug is the author's name in addresses.
func (a Author) Slug() Slug { return AuthorSlug(a.Name) }

// AuthorSlug is a name of a by-line as it stands in addresses: that of [SlugOf] or, for a name that has no letter of ASCII,
// author- and ten digits of its SHA-256, so that who is called 王芳 or Нина has a page as well as anybody.
func AuthorSlug(name string) Slug {
	if s := SlugOf(name); s != untitled {
		return s
	}
	sum := sha256.Sum256([]byte(name))
	return Slug("author-" + hex.EncodeToString(sum[:5]))
}

// Day is a day (UTC) on which stories were first published.
type Day struct {
	Date    time.Time // its first moment
	Stories int       // that are still published
}

// Authors returns everybody who is named in a by-line of a published story, by the bytes of the names.
func (p *Paper) Authors(ctx context.Context) ([]Author, error) { return p.reader.Authors(ctx) }

// Days returns the days that have published stories, the newest first.
func (p *Paper) Days(ctx context.Context) ([]Day, error) { return p.reader.Days(ctx) }
