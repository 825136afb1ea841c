package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// A file that a paper drops into its folder is taken whole or not at all. Beside one that was not stands a file of the same
// name and [refusal] with the reason. Which ones were taken, and which refused, is kept in the provider's status by name and
// hash, so that a restart reads none twice and a file with other content under the same name is another file.
const (
	refusal    = ".refused.txt"
	settled    = 2 * time.Second     // a file that was changed less long ago may still be written
	remembered = 31 * 24 * time.Hour // for how long a file that is gone is known
)

// collect takes what was dropped into the folder since it was looked into last.
func (r *Runner) collect(ctx context.Context, p Provider, lease market.Lease, s *Status) error {
	s.Next = r.o.Now().Add(p.Quotes.Every)
	if r.o.Folder == "" {
		s.Failures++
		s.Problem = "no folder is configured into which files of prices are dropped"
		s.Next = r.o.Now().Add(longestWait)
		return fault.Because(fault.Invalid, "%s", s.Problem)
	}
	failed := r.look(ctx, p, lease, s)
	if failed != nil {
		s.Failures++
		s.Problem = fault.Sentence(failed)
		return failed
	}
	s.Got, s.Failures, s.Problem = r.o.Now(), 0, ""
	return nil
}

// look reads the files of the folder that are new, by name. Of several that are refused the first is told.
func (r *Runner) look(ctx context.Context, p Provider, lease market.Lease, s *Status) error {
	root, err := os.OpenRoot(r.o.Folder)
	if err != nil {
		return fault.Because(fault.Invalid, "the folder %s cannot be read: %w", r.o.Folder, err)
	}
	defer root.Close() // nothing was written through it that could be lost: each file is closed by itself
	dir, err := root.Open(".")
	if err != nil {
		return fault.Because(fault.Invalid, "the folder %s cannot be read: %w", r.o.Folder, err)
	}
	entries, err := dir.ReadDir(-1)
	if err = errors.Join(err, dir.Close()); err != nil {
		return fault.Because(fault.Invalid, "the folder %s cannot be read: %w", r.o.Folder, err)
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if s.Tags == nil {
		s.Tags = map[string]Tag{}
	}
	listed, _, err := r.listed(ctx, p)
	if err != nil {
		return err
	}
	var first error
	there := map[string]bool{}
	for _, e := range entries {
		ext := strings.ToLower(path.Ext(e.Name()))
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || ext != ".csv" && ext != ".json" {
			continue
		}
		there[e.Name()] = true
		if err := r.pick(ctx, p, root, e, listed, lease, s); err != nil {
			if ctx.Err() != nil || fault.KindOf(err) == fault.Conflict {
				return err
			}
			if first == nil {
				first = err
			}
		}
	}
	maps.DeleteFunc(s.Tags, func(name string, t Tag) bool { return !there[name] && r.o.Now().Sub(t.Full) > remembered })
	return first
}

// pick takes one file, if it is not known and nobody writes it any more.
func (r *Runner) pick(ctx context.Context, p Provider, root *os.Root, e os.DirEntry, listed []Listed, lease market.Lease, s *Status) error {
	info, err := e.Info()
	if err != nil {
		return nil // gone since
	}
	// The paper's clock may be set otherwise than the machine's, by which files are dated.
	stamp := fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano())
	tag := s.Tags[e.Name()]
	if tag.Modified == stamp || time.Since(info.ModTime()).Abs() < settled {
		return nil
	}
	body, err := read(root, e.Name())
	if err != nil {
		return fault.Because(fault.Invalid, "%s cannot be read: %w", e.Name(), err)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	known := tag.ETag == hash
	s.Tags[e.Name()] = Tag{ETag: hash, Modified: stamp, Full: r.o.Now()}
	if known {
		return nil // touched, and not changed
	}
	reply := replyOf(p.Source.ID, r.o.Now().UTC().Truncate(time.Microsecond), body)
	reply.Path = e.Name()
	r.count(p.Source.ID, func(c *Counts) { c.Asked++ })
	o, err := r.take(ctx, p.reader(Request{Listed: listed}), reply, lease, nil)
	if err != nil {
		kind := fault.KindOf(err)
		if kind != fault.Upstream && kind != fault.Invalid {
			s.Tags[e.Name()] = tag // not the file's fault: it is tried again
			return err
		}
		reason := fmt.Sprintf("%s was not taken, and nothing of it: %s\n", e.Name(), strings.TrimSuffix(fault.Sentence(err), ".")+".")
		if wrote := root.WriteFile(e.Name()+refusal, []byte(reason), 0o644); wrote != nil {
			r.o.Log.Warn("wire", "provider", p.Source.ID, "file", e.Name(), "problem", wrote)
		}
		return fault.Because(fault.Upstream, "%s: %w", e.Name(), err)
	}
	if err := root.Remove(e.Name() + refusal); err != nil && !errors.Is(err, os.ErrNotExist) {
		r.o.Log.Warn("wire", "provider", p.Source.ID, "file", e.Name(), "problem", err)
	}
	s.Figures, s.New, s.Held, s.Left = o.Figures, o.New, len(o.Held), o.Left[:min(len(o.Left), 10)]
	if o.Newest.After(s.Newest) {
		s.Newest = o.Newest
	}
	return nil
}

// read reads a file up to the size that a reply may have, and one byte more, by which it is seen to be too long.
func read(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only: nothing can be lost
	return io.ReadAll(io.LimitReader(f, MaxReply+1))
}
