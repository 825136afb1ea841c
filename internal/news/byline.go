package news

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

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

// Authors returns the names that stand in by-lines of published stories, each once, by their bytes.
func (p *Paper) Authors(ctx context.Context) ([]string, error) { return p.reader.Authors(ctx) }

// Days returns the days that have published stories, the newest first.
func (p *Paper) Days(ctx context.Context) ([]Day, error) { return p.reader.Days(ctx) }
